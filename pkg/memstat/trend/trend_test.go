package trend

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
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

func TestVerdicts(t *testing.T) {
	noise := rand.New(rand.NewPCG(1, 2))
	normal := func(sd float64) float64 { return noise.NormFloat64() * sd }
	for _, tc := range []struct {
		name string
		n    int
		set  func(*probe.Sample, float64)
		want Verdict
	}{
		{"flat", 100, rss(func(float64) float64 { return base }), Clean},
		{"flat and noise", 100, rss(func(float64) float64 { return base + normal(100<<10) }), Clean},
		{"shrinking", 100, rss(func(c float64) float64 { return base - 5000*c + normal(100<<10) }), Clean},
		{"slope", 100, rss(func(c float64) float64 { return base + 8192*c }), Leaking},
		{"slope and noise", 100, rss(func(c float64) float64 { return base + 8192*c + normal(500<<10) }), Leaking},
		{"slope drowned in noise", 100, rss(func(c float64) float64 { return base + 2400*c + normal(8<<20) }), Inconclusive},
		{"slope and wild points", 100, rss(func(c float64) float64 {
			if int(c)%70 == 1 {
				return 4 * base
			}
			return base + 8192*c + normal(100<<10)
		}), Leaking},
		{"flat and wild points", 100, rss(func(c float64) float64 {
			if int(c)%70 == 1 {
				return 4 * base
			}
			return base + normal(100<<10)
		}), Clean},
		{"warm-up then flat", 100, rss(func(c float64) float64 { return base + min(c, 90)*100_000 + normal(10<<10) }), Clean},
		{"step in the middle", 100, rss(func(c float64) float64 {
			if c > 500 {
				return base + 20<<20 + normal(100<<10)
			}
			return base + normal(100<<10)
		}), Inconclusive},
		{"growth that stops", 100, rss(func(c float64) float64 { return base + min(c, 600)*20_000 + normal(10<<10) }), Inconclusive},
		{"sawtooth", 200, rss(func(c float64) float64 { return base + math.Mod(c, 150)*20_000 }), Clean},
		{"sawtooth that climbs", 200, rss(func(c float64) float64 { return base + math.Mod(c, 150)*20_000 + 9000*c }), Leaking},
		{"too few, flat", MinPoints + 2 - 1, rss(func(float64) float64 { return base }), Inconclusive},
		{"too few, steep", MinPoints + 2 - 1, rss(func(c float64) float64 { return base + 1e6*c }), Inconclusive},
		{"just enough", MinPoints + 3, rss(func(float64) float64 { return base }), Clean},

		{"fds constant", 50, fds(func(float64) float64 { return 9 }), Clean},
		{"fds none open", 50, fds(func(float64) float64 { return 0 }), Clean},
		{"fds one by the cycle", 50, fds(func(c float64) float64 { return 9 + c }), Leaking},
		{"fds one by the hundred", 100, fds(func(c float64) float64 { return 9 + math.Floor(c/100) }), Leaking},
		{"fds one step", 100, fds(func(c float64) float64 { return 9 + math.Floor(c/550) }), Inconclusive},
		{"fds one step, early", 100, fds(func(c float64) float64 {
			if c > 150 {
				return 10
			}
			return 9
		}), Clean},
		{"fds jitter", 100, fds(func(float64) float64 { return 9 + float64(noise.IntN(3)) }), Clean},

		{"heap flat and noise", 100, heapLive(func(float64) float64 { return base + normal(8<<10) }), Clean},
		{"heap 216 bytes, too short a run", 30, heapLive(func(c float64) float64 { return base + 216*math.Floor(c/5) }), Inconclusive},
		{"heap 216 bytes by the cycle", 100, heapLive(func(c float64) float64 { return base + 216*c + normal(8<<10) }), Leaking},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := New(series(tc.n, tc.set))
			if len(got.Metrics) != 1 {
				t.Fatalf("%d metrics, want the one that was sampled", len(got.Metrics))
			}
			decides, want := got.Metrics[0].Name != probe.RSS.String(), tc.want
			if !decides && want == Leaking {
				want = Inconclusive
				if got.Metrics[0].Reason != growsAlone {
					t.Errorf("the growth does not show: %s", got.Metrics[0].Reason)
				}
			}
			if decides && got.Verdict != want || got.Metrics[0].Verdict != want {
				t.Errorf("verdict %v (%s), want %v; %+v", got.Verdict, got.Reason, tc.want, got.Metrics[0].Slope)
			}
			if got.Reason == "" || got.Metrics[0].Reason == "" {
				t.Error("a verdict without a reason")
			}
		})
	}
}

func TestTrendWithoutSamples(t *testing.T) {
	for n := range 5 {
		got := New(make([]probe.Sample, n))
		if got.Verdict != Inconclusive || got.Metrics == nil || got.Reason == "" {
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
	if got.Verdict != Inconclusive || got.Metrics[0].Points > 4 || !strings.Contains(got.Reason, "collections") {
		t.Errorf("%+v", got)
	}
}

// TestResidentGrowthWithoutCollection: garbage is not a leak.
func TestResidentGrowthWithoutCollection(t *testing.T) {
	samples := series(100, rss(func(c float64) float64 { return base + 8192*c }))
	for i := range samples {
		samples[i].GCCycles = probe.Measured(7)
	}
	if got := New(samples).Metrics[0]; got.Verdict != Inconclusive || !strings.Contains(got.Reason, "garbage") {
		t.Errorf("%v: %s", got.Verdict, got.Reason)
	}
}

func TestClassify(t *testing.T) {
	for _, tc := range []struct {
		name                   string
		slope                  Slope
		floor, harmless, later float64
		want                   Verdict
	}{
		{"nothing", Slope{0, 0, 0}, 0, 0, 0, Clean},
		{"less than one", Slope{0.001, 0, 0.004}, 0, 0.005, 0, Clean},
		{"perhaps one", Slope{0.001, 0, 0.006}, 0, 0.005, 0, Inconclusive},
		{"around 0, below the floor", Slope{1, -5, 9}, 10, 0, 1, Clean},
		{"steady, below the floor", Slope{6, 5, 9}, 10, 0, 6, Inconclusive},
		{"resident, below the floor", Slope{6, 5, 9}, 10, 10, 6, Clean},
		{"across the floor", Slope{12, 5, 20}, 10, 0, 12, Inconclusive},
		{"begins at the floor", Slope{12, 10, 20}, 10, 0, 12, Inconclusive},
		{"above the floor", Slope{12, 11, 20}, 10, 0, 12, Leaking},
		{"above the floor, and stopped", Slope{12, 11, 20}, 10, 0, 0, Inconclusive},
		{"falling", Slope{-9, -12, -5}, 10, 0, -9, Clean},
	} {
		if got, reason := classify(tc.slope, tc.floor, tc.harmless, tc.later); got != tc.want || reason == "" {
			t.Errorf("%s: %v (%s), want %v", tc.name, got, reason, tc.want)
		}
	}
}

func TestTooFew(t *testing.T) {
	for _, tc := range []struct {
		rule   rule
		points int
		want   string
	}{
		{rule{heap: true}, 12, "only 12 garbage collections after warm-up; at least 20 are needed"},
		{rule{heap: true}, 1, "only 1 garbage collection after warm-up; at least 20 are needed"},
		{rule{}, 0, "only 0 samples after warm-up; at least 20 are needed"},
	} {
		if got := tc.rule.tooFew(tc.points); got != tc.want {
			t.Errorf("%q, want %q", got, tc.want)
		}
	}
}

func TestOverall(t *testing.T) {
	c, l, i := Metric{Name: "a", Verdict: Clean}, Metric{Name: "b", Verdict: Leaking}, Metric{Name: "c"}
	for _, tc := range []struct {
		metrics []Metric
		want    Verdict
	}{
		{nil, Inconclusive},
		{[]Metric{c, c}, Clean},
		{[]Metric{c, i}, Inconclusive},
		{[]Metric{i, c}, Inconclusive},
		{[]Metric{i, l, c}, Leaking},
	} {
		if got, _ := overall(tc.metrics); got != tc.want {
			t.Errorf("%v: %v", tc.metrics, got)
		}
	}
}

func TestVerdictNames(t *testing.T) {
	for v, want := range verdictNames {
		var back Verdict
		text, err := Verdict(v).MarshalText()
		if err != nil || string(text) != want || back.UnmarshalText(text) != nil || back != Verdict(v) {
			t.Errorf("verdict %d: %q, %v, read back as %v", v, text, err, back)
		}
	}
	var v Verdict
	if err := v.UnmarshalText([]byte("dirty")); err == nil {
		t.Error("an unknown verdict was read")
	}
	if s := Verdict(9).String(); s != "unknown" {
		t.Errorf("verdict 9 is %q", s)
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

// TestFalseAlarms: a random walk of resident pages below the floor's size must
// hardly ever be a leak.
func TestFalseAlarms(t *testing.T) {
	noise := rand.New(rand.NewPCG(5, 6))
	leaks := 0
	for range 200 {
		level := float64(base)
		leaks += grew(New(series(100, rss(func(float64) float64 {
			level += noise.NormFloat64() * (32 << 10)
			return level
		}))))
	}
	if leaks > 2 {
		t.Errorf("%d of 200 idle runs were called a leak", leaks)
	}
}

// grew returns 1 if the first metric, resident memory, was found to grow.
func grew(t Trend) int {
	if t.Metrics[0].Reason == growsAlone {
		return 1
	}
	return 0
}

// TestResidentMemoryInforms: growing resident memory is shown, and neither makes
// a run leaking nor keeps it from being clean.
func TestResidentMemoryInforms(t *testing.T) {
	grows := rss(func(c float64) float64 { return base + 8192*c })
	flat := fds(func(float64) float64 { return 9 })
	got := New(series(100, func(s *probe.Sample, c float64) { grows(s, c); flat(s, c) }))
	if got.Verdict != Clean {
		t.Errorf("%v: %s", got.Verdict, got.Reason)
	}
	if m := got.Metrics[0]; m.Name != probe.RSS.String() || m.Reason != growsAlone || !strings.Contains(got.Reason, growsAlone) {
		t.Errorf("the growth does not show: %+v", m)
	}
	if got := New(series(100, grows)); got.Verdict != Inconclusive {
		t.Errorf("nothing that decides was sampled, and the verdict is %v", got.Verdict)
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
