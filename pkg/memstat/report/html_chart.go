package report

import (
	"fmt"
	"math"
	"strings"

	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/probe"
)

// Charts are SVG of a fixed drawing size, which the page scales.
const (
	chartWidth, chartHeight                      = 360, 170
	chartLeft, chartRight, chartTop, chartBottom = 58, 10, 10, 24
	plotWidth                                    = chartWidth - chartLeft - chartRight
	plotHeight                                   = chartHeight - chartTop - chartBottom
)

// chartPoint is a reading at a cycle.
type chartPoint struct{ x, y float64 }

// curves draws each metric over the cycles.
func (d *document) curves(r *Report) {
	c := r.Cycles
	if c == nil || len(c.Samples) < 2 {
		return
	}
	d.section("Over the cycles", func() {
		d.raw("<div class=\"charts\">\n")
		for m := range (probe.Process{}) {
			metric := probe.Metric(m)
			if points := readings(c.Samples, metric); len(points) > 1 {
				d.curve(metric, points, c)
			}
		}
		d.latency(c)
		d.raw("</div>\n")
		d.element("p", "class=\"soft\"", "Shaded: the warm-up, and at the right the windows of the hunt for leaks, in which no readings are taken. "+
			"Readings inform; counts decide.")
	})
}

func readings(samples []probe.Sample, m probe.Metric) []chartPoint {
	var points []chartPoint
	for i := range samples {
		if v, ok := samples[i].Get(m); ok {
			points = append(points, chartPoint{float64(samples[i].Cycle), float64(v)})
		}
	}
	return points
}

// curve draws one metric.
func (d *document) curve(m probe.Metric, points []chartPoint, c *Cycles) {
	low, high := math.Inf(1), 0.
	for _, p := range points {
		low, high = min(low, p.y), max(high, p.y)
	}
	if room := (high - low) / 10; room > 0 {
		low, high = max(low-room, 0), high+room
	} else {
		low, high = max(low-1, 0), high+1
	}
	if !m.IsSize() { // three lines at whole numbers
		low, high = math.Floor(low), math.Ceil(high)
		high += math.Mod(high-low, 2)
	}
	right := max(float64(c.Completed), points[len(points)-1].x)
	x := func(v float64) float64 { return chartLeft + v/right*plotWidth }
	y := func(v float64) float64 { return chartTop + (high-v)/(high-low)*plotHeight }
	spell := func(v float64) string {
		if m.IsSize() {
			return humanBytes(uint64(v))
		}
		return memstat.Grouped(uint64(math.Round(v)))
	}
	name := fmt.Sprintf("%s over %s cycles: from %s to %s", m.Label(), memstat.Grouped(c.Completed), spell(points[0].y), spell(points[len(points)-1].y))
	d.raw("<figure>\n")
	d.openChart(name)
	if c.WarmUp > 0 && c.WarmUp <= len(c.Samples) {
		d.rect("warm", x(0), chartTop, x(float64(c.Samples[c.WarmUp-1].Cycle))-x(0), plotHeight)
	}
	d.windows(c, x)
	for _, v := range []float64{low, (low + high) / 2, high} {
		d.raw(fmt.Sprintf("<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>", chartLeft, chartWidth-chartRight, y(v), y(v)))
		d.label(chartLeft-5, y(v)+4, "end", spell(v))
	}
	d.label(chartLeft, chartHeight-8, "start", "0")
	d.label(chartWidth-chartRight, chartHeight-8, "end", memstat.Grouped(uint64(right))+" cycles")
	var path strings.Builder
	for i, p := range points {
		fmt.Fprintf(&path, "%s%.1f %.1f", [...]string{"M", "L"}[min(i, 1)], x(p.x), y(p.y))
	}
	d.raw("<path class=\"curve\" d=\"", path.String(), "\"/></svg>\n")
	d.element("figcaption", "", m.Label()+", in "+m.Unit())
	d.raw("</figure>\n")
}

// windows shades the windows of the hunt.
func (d *document) windows(c *Cycles, x func(float64) float64) {
	if c.Hunt == nil {
		return
	}
	end := float64(c.Completed)
	for i := range c.Hunt.Windows {
		from := end - float64((i+1)*c.Hunt.Window)
		d.rect("window", x(from)+0.5, chartTop, x(from+float64(c.Hunt.Window))-x(from)-1, plotHeight)
	}
}

// latency draws how long cycles took.
func (d *document) latency(c *Cycles) {
	bars := []struct {
		name string
		ns   int64
	}{{"p50", c.P50NS}, {"p90", c.P90NS}, {"p99", c.P99NS}, {"max", c.MaxNS}}
	longest := int64(1)
	for _, b := range bars {
		longest = max(longest, b.ns)
	}
	d.raw("<figure>\n")
	d.openChart(fmt.Sprintf("time of a cycle: median %s, 9 of 10 within %s, 99 of 100 within %s, longest %s", duration(c.P50NS), duration(c.P90NS), duration(c.P99NS), duration(c.MaxNS)))
	const height, room = 22, 12
	for i, b := range bars {
		top := float64(chartTop + i*(height+room) + 8)
		// By logarithm: the longest is often a hundred times the median.
		share := math.Log1p(float64(b.ns)) / math.Log1p(float64(longest))
		width := share * (plotWidth - 70)
		d.label(chartLeft-8, top+16, "end", b.name)
		d.rect("bar", chartLeft, top, max(width, 1), height)
		d.label(chartLeft+width+6, top+16, "start", duration(b.ns))
	}
	d.raw("</svg>\n")
	d.element("figcaption", "", "time of a cycle, on a logarithmic scale")
	d.raw("</figure>\n")
}

func (d *document) openChart(name string) {
	d.raw(fmt.Sprintf("<svg viewBox=\"0 0 %d %d\" role=\"img\"><title>", chartWidth, chartHeight))
	d.text(name)
	d.raw("</title>")
}

func (d *document) rect(class string, x, y, width, height float64) {
	d.raw(fmt.Sprintf("<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>", class, x, y, max(width, 0), height))
}

func (d *document) label(x, y float64, anchor, text string) {
	d.raw(fmt.Sprintf("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y, anchor))
	d.text(text)
	d.raw("</text>")
}
