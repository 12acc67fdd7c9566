package trend

import (
	"fmt"
	"math"

	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/probe"
)

// Trend says how metrics moved during a run. It informs; package census decides.
type Trend struct {
	WarmUp  int      `json:"warm_up_samples"` // samples left out at the start
	Metrics []Metric `json:"metrics"`         // those with at least one reading
}

// Metric says how one metric moved. Its verdict is clean if it does not grow, and
// else inconclusive. Slope is nil if there are fewer than
// [MinPoints] points.
type Metric struct {
	Name string `json:"name"` // of the probe.Metric
	Unit string `json:"unit"`
	*Slope
	Floor   float64         `json:"floor"`  // growth per cycle that is no leak
	Points  int             `json:"points"` // number of points behind the slope
	Verdict memstat.Verdict `json:"verdict"`
	Reason  string          `json:"reason"`
}

// Slope is a growth per cycle with its 99 % confidence interval, in the unit of
// the metric.
type Slope struct {
	PerCycle float64 `json:"per_cycle"`
	CILow    float64 `json:"ci_low"`
	CIHigh   float64 `json:"ci_high"`
}

const (
	// MinPoints is the least number of points after the warm-up that allows a
	// slope.
	MinPoints = 20
	// maxPoints bounds the pairs, whose number is quadratic. More points are
	// thinned evenly.
	maxPoints   = 256
	warmUpShare = 10 // the first tenth
	warmUpLeast = 2
)

// rule says how to judge one metric.
type rule struct {
	metric   probe.Metric
	floor    float64 // over the whole window
	heap     bool    // changes at garbage collections only
	resident bool    // includes garbage
	whole    bool    // counts things that cannot grow by fractions
}

// rules has a row for each metric that is judged. The floors are the drift of
// an idle Go program: spans and stacks that the runtime keeps, objects on a
// scheduler's list, pages that the scavenger has not given back yet.
var rules = [...]rule{
	{metric: probe.HeapLive, floor: 64 << 10, heap: true},
	{metric: probe.HeapObjects, floor: 512, heap: true},
	{metric: probe.RSS, floor: 2 << 20, resident: true},
	{metric: probe.FDs, whole: true},
	{metric: probe.Goroutines, whole: true},
	{metric: probe.Maps, floor: 4, whole: true},
}

// New judges samples in the order in which they were taken, with ascending
// cycle numbers. It does not keep or change the slice.
func New(samples []probe.Sample) Trend {
	warm := min(max(warmUpLeast, (len(samples)+warmUpShare-1)/warmUpShare), len(samples))
	t := Trend{WarmUp: warm, Metrics: []Metric{}}
	for i := range rules {
		r := &rules[i]
		if r.sampled(samples) {
			t.Metrics = append(t.Metrics, r.judge(samples[warm:]))
		}
	}
	return t
}

func (r *rule) sampled(samples []probe.Sample) bool {
	for i := range samples {
		if !samples[i].Process[r.metric].IsZero() {
			return true
		}
	}
	return false
}

func (r *rule) judge(samples []probe.Sample) Metric {
	t := Metric{Name: r.metric.String(), Unit: r.metric.Unit()}
	points := thin(r.points(samples), maxPoints)
	t.Points = len(points)
	if len(points) < MinPoints {
		t.Reason = r.tooFew(len(points))
		return t
	}
	window := points[len(points)-1].x - points[0].x
	t.Floor = r.floor / window
	var harmless float64
	switch {
	case r.whole:
		harmless = below(1 / window)
	case r.resident:
		harmless = t.Floor // resident memory creeps in a program that leaks nothing
	}
	slope, later := theilSen(points), medianSlope(points[len(points)/2:])
	t.Slope = &slope
	t.Verdict, t.Reason = classify(slope, t.Floor, harmless, later)
	return t
}

// tooFew says how many points there are and how many are needed.
func (r *rule) tooFew(points int) string {
	unit := "sample"
	if r.heap {
		unit = "garbage collection"
	}
	if points != 1 {
		unit += "s"
	}
	return fmt.Sprintf("only %d %s after warm-up; at least %d are needed", points, unit, MinPoints)
}

// below is the largest number less than x.
func below(x float64) float64 { return math.Nextafter(x, 0) }

// points returns the metric's readings by cycle.
func (r *rule) points(samples []probe.Sample) []point {
	points := make([]point, 0, len(samples))
	var last probe.Reading // the number of collections at the last point
	for i := range samples {
		s := &samples[i]
		v, ok := s.Get(r.metric)
		if !ok || len(points) > 0 && float64(s.Cycle) <= points[len(points)-1].x {
			continue
		}
		if r.heap && !s.GCCycles.IsZero() {
			if s.GCCycles == last {
				continue
			}
			last = s.GCCycles
		}
		points = append(points, point{float64(s.Cycle), float64(v)})
	}
	return points
}

// thin keeps at most n points, evenly spread, with the first and the last.
func thin(points []point, n int) []point {
	if len(points) <= n {
		return points
	}
	kept := make([]point, n)
	for i := range kept {
		kept[i] = points[i*(len(points)-1)/(n-1)]
	}
	return kept
}
