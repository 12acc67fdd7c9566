package report

import (
	"fmt"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// memory draws the linear memory of an instance.
func (d *document) memory(r *Report) {
	m := r.Memory
	if m == nil || m.PeakBytes == 0 {
		return
	}
	d.section("Linear memory of one instance", func() {
		d.raw("<figure class=\"memory\">\n")
		d.regions(m)
		d.raw("</figure>\n")
		rows := [][]htmlCell{
			{word("initial"), figure(sizeText(m.InitialBytes))},
			{word("peak"), figure(sizeText(m.PeakBytes))},
		}
		if m.TouchedBytes != nil {
			rows = append(rows, []htmlCell{word("touched"), figure(sizeText(*m.TouchedBytes))})
		}
		if m.TableBytes != nil {
			rows = append(rows, []htmlCell{word("tables"), figure(sizeText(*m.TableBytes))})
		}
		rows = append(rows,
			[]htmlCell{word("limit"), figure(sizeText(m.LimitBytes))},
			[]htmlCell{word("grows"), figure(memstat.Grouped(m.Grows))})
		if m.DeniedGrows > 0 {
			denied := figure(memstat.Grouped(m.DeniedGrows))
			denied.tone = unsure
			rows = append(rows, []htmlCell{word("grows denied"), denied})
		}
		if m.Stack != nil {
			size := "stack, in all"
			if m.Stack.SizeIsBound {
				size = "stack, at most"
			}
			rows = append(rows, []htmlCell{word("stack, at its peak"), figure(sizeText(m.Stack.PeakBytes))},
				[]htmlCell{word(size), figure(sizeText(m.Stack.SizeBytes))})
		}
		d.table("linear memory", []htmlCell{word("figure"), figure("size")}, rows, nil)
	})
}

// regions draws a bar of the memory: its parts where they are known, and how much
// of it was touched.
func (d *document) regions(m *Memory) {
	const width, height = 720, 46
	parts := m.Layout
	if len(parts) == 0 {
		parts = []Region{{Name: "rest", Bytes: m.PeakBytes}}
	}
	name := fmt.Sprintf("linear memory of %s", humanBytes(m.PeakBytes))
	d.raw(fmt.Sprintf("<svg viewBox=\"0 0 %d %d\" role=\"img\"><title>", width, height))
	d.text(name)
	d.raw("</title>")
	scale := func(bytes uint64) float64 { return float64(bytes) / float64(m.PeakBytes) * width }
	for _, p := range parts {
		d.rect("m-"+p.class(), scale(p.Offset), 0, max(scale(p.Bytes), 1), 28)
	}
	for _, t := range m.Touched {
		d.rect("m-touched", scale(t.Offset), 32, max(scale(t.Bytes), 1), 12)
	}
	if len(m.Touched) == 0 && m.TouchedBytes != nil {
		d.rect("m-touched", 0, 32, max(scale(*m.TouchedBytes), 1), 12)
	}
	d.raw("</svg>\n<ul class=\"legend\">\n")
	for _, p := range parts {
		if p.Name == "rest" {
			continue
		}
		d.legend("m-"+p.class(), fmt.Sprintf("%s: %s at %s", p.Name, humanBytes(p.Bytes), memstat.Grouped(p.Offset)))
	}
	if m.TouchedBytes != nil {
		d.legend("m-touched", "touched pages: "+humanBytes(*m.TouchedBytes))
	}
	d.raw("</ul>\n")
}

func (d *document) legend(class, text string) {
	d.raw("<li><svg viewBox=\"0 0 10 10\" aria-hidden=\"true\"><rect class=\"", class, "\" width=\"10\" height=\"10\"/></svg>")
	d.text(text)
	d.raw("</li>\n")
}

// class names the style of a part.
func (r Region) class() string {
	switch r.Name {
	case "stack", "data", "heap":
		return r.Name
	default:
		return "rest"
	}
}
