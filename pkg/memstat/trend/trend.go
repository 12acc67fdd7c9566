package trend

import (
	"slices"

	"github.com/wamr-go/wamr-go/pkg/memstat/probe"
)

// Trend describes how metrics moved during a run. It informs; package census decides.
type Trend struct {
	WarmUp  int      `json:"warm_up_samples"` // samples left out at the start
	Metrics []Metric `json:"metrics"`         // those with at least one reading
}

// Metric describes how one metric moved. Slope is nil if there are fewer than
// [MinPoints] points.
type Metric struct {
	Name string `json:"name"` // of the probe.Metric
	Unit string `json:"unit"`
	*Slope
	Points int `json:"points"` // number of points behind the slope
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

// New follows the metrics through samples in the order in which they were taken,
// with ascending cycle numbers. It does not keep or change the slice.
func New(samples []probe.Sample) Trend {
	warm := min(max(warmUpLeast, (len(samples)+warmUpShare-1)/warmUpShare), len(samples))
	t := Trend{WarmUp: warm, Metrics: []Metric{}}
	for i := range len(probe.Process{}) { // a slow metric is in no sample
		if m := probe.Metric(i); sampled(samples, m) {
			t.Metrics = append(t.Metrics, follow(m, points(samples[warm:], m, m.OfHeap())))
		}
	}
	return t
}

func sampled(samples []probe.Sample, metric probe.Metric) bool {
	return slices.ContainsFunc(samples, func(s probe.Sample) bool { return !s.Process[metric].IsZero() })
}

func follow(metric probe.Metric, points []point) Metric {
	points = thin(points, maxPoints)
	m := Metric{Name: metric.String(), Unit: metric.Unit(), Points: len(points)}
	if len(points) >= MinPoints {
		slope := theilSen(points)
		m.Slope = &slope
	}
	return m
}

// points returns a metric's readings by cycle. Of several readings of the heap
// between two collections it returns the first.
func points(samples []probe.Sample, metric probe.Metric, heap bool) []point {
	points := make([]point, 0, len(samples))
	var last probe.Reading // the number of collections at the last point
	for i := range samples {
		s := &samples[i]
		v, ok := s.Get(metric)
		if !ok || len(points) > 0 && float64(s.Cycle) <= points[len(points)-1].x {
			continue
		}
		if heap && !s.GCCycles.IsZero() {
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
