package memstat

import (
	"fmt"
	"math"

	"github.com/wamr-go/wamr-go/pkg/memstat/probe"
)

// Trend is the judgement over a series of samples.
//
// Warm-up: the first tenth of the samples, and never fewer than two, is left
// out, as caches, pools and the heap's size settle there. Per metric, what is
// left is one point for each sample that has the reading; for the heap's
// metrics, one for each garbage collection that happened in between.
//
// Slope: the median of the slopes of all pairs of points (Theil 1950, Sen
// 1968), which up to 29 % of wild points cannot move. Its 99 % confidence
// interval is Sen's, from the variance of Kendall's S with ties, widened for
// autocorrelated points as Hamed and Rao (1998) do.
//
// Floor: how much a metric may grow over the judged window by nature of the
// Go runtime, divided by the window's cycles. Descriptors and goroutines have
// none, mappings one of 4 (the runtime maps its heap piecemeal, and the ledger
// counts those of instances exactly); as whole numbers they are clean where
// the interval allows for less than one of them over the window.
//
// Verdict, per metric: leak where the whole interval is above the floor and
// the last half of the points grows too; clean where the interval ends at the
// floor or below and, but for resident memory, does not begin above 0; else
// inconclusive, and always with fewer than [MinPoints].
// Of the whole: leak if one metric leaks, clean if all are clean.
// What the ledger counted outweighs it, see [Trend.With].
type Trend struct {
	Verdict Verdict       `json:"verdict"`
	Reason  string        `json:"reason"`
	WarmUp  int           `json:"warm_up_samples"` // samples left out at the start
	Metrics []MetricTrend `json:"metrics"`         // those that were sampled at all
}

// MetricTrend is the judgement on one metric. Slope is nil where there are too
// few points.
type MetricTrend struct {
	Name string `json:"name"` // as in Process
	Unit string `json:"unit"`
	*Slope
	Floor   float64 `json:"floor"`  // per cycle
	Points  int     `json:"points"` // that the slope rests on
	Verdict Verdict `json:"verdict"`
	Reason  string  `json:"reason"`
}

// Slope is a growth per cycle with its 99 % confidence interval.
type Slope struct {
	PerCycle float64 `json:"per_cycle"`
	CILow    float64 `json:"ci_low"`
	CIHigh   float64 `json:"ci_high"`
}

const (
	// MinPoints is how many points after the warm-up a verdict needs.
	MinPoints = 20
	// maxPoints bounds the pairs, whose number is quadratic; more points are
	// thinned evenly.
	maxPoints = 256
	// minCollections is how many garbage collections the window must have seen
	// before growing resident memory is a leak and not garbage.
	minCollections = 8

	warmUpShare = 10 // the first tenth
	warmUpLeast = 2
)

// metricRule is how one measure of a sample is judged.
type metricRule struct {
	metric   probe.Metric
	floor    float64 // over the whole window
	heap     bool    // changes at garbage collections only
	resident bool    // includes garbage
	whole    bool    // counts things that come one by one
}

// The floors are the drift of an idle Go program: spans and stacks that the
// runtime keeps, objects that live on a scheduler's list, pages that the
// scavenger has yet to give back.
var metricRules = [...]metricRule{
	{metric: probe.HeapLive, floor: 64 << 10, heap: true},
	{metric: probe.HeapObjects, floor: 512, heap: true},
	{metric: probe.RSS, floor: 2 << 20, resident: true},
	{metric: probe.FDs, whole: true},
	{metric: probe.Goroutines, whole: true},
	{metric: probe.Maps, floor: 4, whole: true},
}

// NewTrend judges samples in the order in which they were taken, their cycle
// numbers ascending.
func NewTrend(samples []probe.Sample) Trend {
	warm := min(max(warmUpLeast, (len(samples)+warmUpShare-1)/warmUpShare), len(samples))
	t := Trend{WarmUp: warm, Metrics: []MetricTrend{}}
	for i := range metricRules {
		rule := &metricRules[i]
		if rule.sampled(samples) {
			t.Metrics = append(t.Metrics, rule.trend(samples[warm:]))
		}
	}
	t.Verdict, t.Reason = overall(t.Metrics)
	return t
}

// With returns the trend with the verdict that the ledger's leaks give: they are
// counted, and so no matter of statistics.
func (t Trend) With(leaks []Leak) Trend {
	if len(leaks) > 0 {
		t.Verdict, t.Reason = Leaking, "the ledger counted what was not given back"
	}
	return t
}

func (r *metricRule) sampled(samples []probe.Sample) bool {
	for i := range samples {
		if !samples[i].Process[r.metric].IsZero() {
			return true
		}
	}
	return false
}

func (r *metricRule) trend(samples []probe.Sample) MetricTrend {
	t := MetricTrend{Name: r.metric.String(), Unit: r.metric.Unit()}
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
		harmless = t.Floor // it creeps in a program that loses nothing
	}
	slope, later := theilSen(points), medianSlope(points[len(points)/2:])
	t.Slope = &slope
	t.Verdict, t.Reason = judge(slope, t.Floor, harmless, later)
	if t.Verdict == Leaking && r.resident && collections(samples) < minCollections {
		t.Verdict, t.Reason = Inconclusive, "it grows, but garbage was hardly collected meanwhile"
	}
	return t
}

// tooFew says what is missing and how to get it.
func (r *metricRule) tooFew(points int) string {
	what := "samples"
	if r.heap {
		what = "collections of garbage"
	}
	return fmt.Sprintf("%d %s after the warm-up, a verdict needs %d", points, what, MinPoints)
}

// below is the largest number less than x.
func below(x float64) float64 { return math.Nextafter(x, 0) }

// points returns the metric's readings by cycle.
func (r *metricRule) points(samples []probe.Sample) []point {
	points := make([]point, 0, len(samples))
	var last probe.Reading // the collection that the last point saw
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

// collections counts the garbage collections within the samples.
func collections(samples []probe.Sample) uint64 {
	if len(samples) == 0 {
		return 0
	}
	first, _ := samples[0].GCCycles.Get()
	last, _ := samples[len(samples)-1].GCCycles.Get()
	return last - min(first, last)
}

// thin keeps at most n points, evenly spread, the first and the last included.
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
