package trend

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/wamr-go/wamr-go/pkg/memstat/probe"
)

// series makes n samples, every tenth cycle, one collection each.
func series(n int, set func(s *probe.Sample, cycle float64)) []probe.Sample {
	samples := make([]probe.Sample, n)
	for i := range samples {
		cycle := uint64(10*i + 1)
		samples[i] = probe.Sample{Cycle: cycle, GCCycles: probe.Measured(uint64(i))}
		set(&samples[i], float64(cycle))
	}
	return samples
}

func rss(f func(cycle float64) float64) func(*probe.Sample, float64) {
	return func(s *probe.Sample, cycle float64) { s.Process[probe.RSS] = probe.Measured(uint64(f(cycle))) }
}

func fds(f func(cycle float64) float64) func(*probe.Sample, float64) {
	return func(s *probe.Sample, cycle float64) { s.Process[probe.FDs] = probe.Measured(uint64(f(cycle))) }
}

func heapLive(f func(cycle float64) float64) func(*probe.Sample, float64) {
	return func(s *probe.Sample, cycle float64) { s.Process[probe.HeapLive] = probe.Measured(uint64(f(cycle))) }
}

const base = 50 << 20

func TestSlopes(t *testing.T) {
	noise := rand.New(rand.NewPCG(1, 2))
	normal := func(sd float64) float64 { return noise.NormFloat64() * sd }
	for _, tc := range []struct {
		name      string
		n         int
		set       func(*probe.Sample, float64)
		low, high float64 // of the slope
	}{
		{"flat", 100, rss(func(float64) float64 { return base }), 0, 0},
		{"flat and noise", 100, rss(func(float64) float64 { return base + normal(100<<10) }), -100, 100},
		{"shrinking", 100, rss(func(c float64) float64 { return base - 5000*c + normal(100<<10) }), -5100, -4900},
		{"slope", 100, rss(func(c float64) float64 { return base + 8192*c }), 8192, 8192},
		{"slope and noise", 100, rss(func(c float64) float64 { return base + 8192*c + normal(500<<10) }), 7900, 8500},
		{"slope and wild points", 100, rss(func(c float64) float64 {
			if int(c)%70 == 1 {
				return 4 * base
			}
			return base + 8192*c + normal(100<<10)
		}), 8000, 8400},
		{"warm-up then flat", 100, rss(func(c float64) float64 { return base + min(c, 90)*100_000 }), 0, 0},
		{"fds one by the cycle", 50, fds(func(c float64) float64 { return 9 + c }), 1, 1},
		{"heap 216 bytes by the cycle", 100, heapLive(func(c float64) float64 { return base + 216*c }), 216, 216},
	} {
		got := New(series(tc.n, tc.set)).Metrics
		if len(got) != 1 || got[0].Slope == nil || got[0].PerCycle < tc.low || got[0].PerCycle > tc.high {
			t.Errorf("%s: %+v, want a slope of %v to %v", tc.name, got, tc.low, tc.high)
		}
	}
}

// TestTooFewPoints: few points have no slope.
func TestTooFewPoints(t *testing.T) {
	for n, want := range map[int]bool{MinPoints + 1: false, MinPoints + 3: true} {
		got := New(series(n, fds(func(c float64) float64 { return c }))).Metrics[0]
		if got.Slope != nil != want {
			t.Errorf("%d samples: %+v", n, got)
		}
	}
}

func TestTrendWithoutSamples(t *testing.T) {
	for n := range 5 {
		got := New(make([]probe.Sample, n))
		if got.Metrics == nil || len(got.Metrics) > 0 {
			t.Errorf("%d empty samples: %+v", n, got)
		}
	}
}

// TestHeapPointsAreCollections: a reading repeated between two collections is
// one observation, however often it was taken.
func TestHeapPointsAreCollections(t *testing.T) {
	samples := series(200, func(s *probe.Sample, c float64) {
		s.GCCycles = probe.Measured(uint64(c / 500))
		s.Process[probe.HeapLive] = probe.Measured(base)
	})
	got := New(samples)
	if got.Metrics[0].Points > 4 || got.Metrics[0].Slope != nil {
		t.Errorf("%+v", got)
	}
}

func TestUnevenAndRepeatedCycles(t *testing.T) {
	var samples []probe.Sample
	for i := range uint64(60) {
		s := probe.Sample{Cycle: i * i, Process: probe.Process{probe.FDs: probe.Measured(3 * i * i)}}
		samples = append(samples, s, s) // the repeated one has no new cycle
	}
	got := New(samples).Metrics[0]
	if got.Slope == nil || got.PerCycle != 3 || got.CILow != 3 || got.CIHigh != 3 {
		t.Errorf("%+v", got.Slope)
	}
}

// TestIntervalCovers: of many noisy lines, the interval holds the true slope
// in about 99 of 100. Autocorrelated noise, for which Sen's own interval is far
// too narrow, must not do much worse.
func TestIntervalCovers(t *testing.T) {
	for _, tc := range []struct {
		name  string
		rho   float64
		least float64
	}{{"independent", 0, 0.97}, {"autocorrelated", 0.6, 0.90}} {
		t.Run(tc.name, func(t *testing.T) {
			noise := rand.New(rand.NewPCG(3, 4))
			const rounds, slope = 300, 5.0
			held := 0
			for range rounds {
				points := make([]point, 60)
				var e float64
				for i := range points {
					e = tc.rho*e + noise.NormFloat64()*100
					x := float64(10 * i)
					points[i] = point{x, slope*x + e}
				}
				if s := theilSen(points); s.CILow <= slope && slope <= s.CIHigh {
					held++
				}
			}
			if share := float64(held) / rounds; share < tc.least {
				t.Errorf("held in %.3f of the cases, want %.2f", share, tc.least)
			}
		})
	}
}

// The next tests hold the sums of theilsen.go against gonum's.

func TestQuantile(t *testing.T) {
	if q := distuv.UnitNormal.Quantile(0.995); math.Abs(q-z99) > 1e-12 {
		t.Errorf("z99 is %v, gonum says %v", z99, q)
	}
}

func TestSlopeAgainstRegression(t *testing.T) {
	noise := rand.New(rand.NewPCG(7, 8))
	var xs, ys []float64
	var points []point
	for i := range 200 {
		x := float64(i)
		y := 100 + 2.5*x + noise.NormFloat64()
		xs, ys, points = append(xs, x), append(ys, y), append(points, point{x, y})
	}
	_, want := stat.LinearRegression(xs, ys, nil, false)
	got := theilSen(points)
	if math.Abs(got.PerCycle-want) > 0.01 || got.CILow > want || got.CIHigh < want {
		t.Errorf("%+v, least squares say %v", got, want)
	}
}

func TestLagCorrelation(t *testing.T) {
	noise := rand.New(rand.NewPCG(9, 10))
	list := make([]float64, 2000)
	for i := range list {
		list[i] = noise.NormFloat64()
		if i > 0 {
			list[i] += 0.7 * list[i-1]
		}
	}
	mean := stat.Mean(list, nil)
	for i := range list {
		list[i] -= mean
	}
	for _, lag := range []int{1, 2, 10} {
		want := stat.Correlation(list[lag:], list[:len(list)-lag], nil)
		if got := lagCorrelation(list, lag); math.Abs(got-want) > 0.01 {
			t.Errorf("lag %d: %v, gonum says %v", lag, got, want)
		}
	}
}

// TestKendallVariance simulates S over shuffled values, with ties and without.
func TestKendallVariance(t *testing.T) {
	noise := rand.New(rand.NewPCG(11, 12))
	for _, values := range []int{1000, 2} {
		t.Run(fmt.Sprint(values, " values"), func(t *testing.T) {
			points := make([]point, 30)
			for i := range points {
				points[i] = point{float64(i), float64(i % values)}
			}
			want := kendallVariance(points)
			var sums []float64
			for range 4000 {
				noise.Shuffle(len(points), func(i, j int) { points[i].y, points[j].y = points[j].y, points[i].y })
				sums = append(sums, kendallS(points))
			}
			if got := stat.Variance(sums, nil); math.Abs(got/want-1) > 0.1 {
				t.Errorf("simulated %v, the formula says %v", got, want)
			}
		})
	}
}

func kendallS(points []point) (s float64) {
	for i, a := range points {
		for _, b := range points[i+1:] {
			switch {
			case b.y > a.y:
				s++
			case b.y < a.y:
				s--
			}
		}
	}
	return s
}

func BenchmarkNew(b *testing.B) {
	noise := rand.New(rand.NewPCG(13, 14))
	samples := series(probe.MaxSamples, func(s *probe.Sample, c float64) {
		v := probe.Measured(uint64(base + noise.NormFloat64()*1000))
		s.Process = probe.Process{probe.HeapLive: v, probe.HeapObjects: v, probe.RSS: v, probe.FDs: v, probe.Goroutines: v, probe.Maps: v}
	})
	for b.Loop() {
		New(samples)
	}
}
