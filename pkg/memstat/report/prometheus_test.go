package report

import (
	"bytes"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// scraped renders a report and reads it with the parser of Prometheus' library.
func scraped(t *testing.T, r *Report) map[string]*dto.MetricFamily {
	t.Helper()
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(render(t, "prometheus", r, Options{})))
	if err != nil {
		t.Fatal(err)
	}
	return families
}

// value returns the sample of a family with that value of its only label.
func value(t *testing.T, families map[string]*dto.MetricFamily, name, label string) float64 {
	t.Helper()
	for _, m := range families[name].GetMetric() {
		if label == "" && len(m.GetLabel()) == 0 || len(m.GetLabel()) == 1 && m.GetLabel()[0].GetValue() == label {
			return m.GetCounter().GetValue() + m.GetGauge().GetValue()
		}
	}
	t.Errorf("%s has no sample %q", name, label)
	return math.NaN()
}

func TestPrometheusReadsWhatIsWritten(t *testing.T) {
	for name, r := range map[string]*Report{"leaky": leakyReport(), "clean": cleanReport(), "calls": callsReport(), "running": runningReport(), "empty": {}} {
		families := scraped(t, r)
		if families["wamr_go_running"] == nil {
			t.Errorf("%s: there is no wamr_go_running", name)
		}
		for _, f := range families {
			if f.GetType() == dto.MetricType_UNTYPED {
				t.Errorf("%s: %s has no type", name, f.GetName())
			}
		}
		problems, err := promlint.New(bytes.NewReader(render(t, "prometheus", r, Options{}))).Lint()
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range problems {
			t.Errorf("%s: %s: %s", name, p.Metric, p.Text)
		}
	}
}

func TestPrometheusFigures(t *testing.T) {
	r := leakyReport()
	families := scraped(t, r)
	for _, tc := range []struct {
		name, label string
		want        float64
	}{
		{"wamr_go_running", "", 0},
		{"wamr_go_verdict", "leak", 1},
		{"wamr_go_verdict", "clean", 0},
		{"wamr_go_cycles_total", "exit", 998},
		{"wamr_go_cycles_total", "trap", 2},
		{"wamr_go_nonzero_exits_total", "", 7},
		{"wamr_go_live_objects", "prestat_lock", 1000},
		{"wamr_go_leaked_objects_total", "prestat_lock", 1000},
		{"wamr_go_leaked_objects_total", "memory", 0},
		{"wamr_go_budget_exceeded", TotalMemory, 1},
		{"wamr_go_memory_peak_bytes", "", float64(r.Memory.PeakBytes)},
	} {
		if got := value(t, families, tc.name, tc.label); got != tc.want {
			t.Errorf("%s %q is %v, want %v", tc.name, tc.label, got, tc.want)
		}
	}
	h := families["wamr_go_cycle_duration_seconds"].GetMetric()[0].GetHistogram()
	var bounds []float64
	for _, b := range h.GetBucket() {
		bounds = append(bounds, b.GetUpperBound())
	}
	if diff := cmp.Diff([]float64{50e-6, 100e-6, 250e-6, 10, math.Inf(1)}, bounds); diff != "" {
		t.Errorf("bounds (-want +got):\n%s", diff)
	}
	if h.GetSampleCount() != 1000 || h.GetSampleSum() != 0.06125 || h.GetBucket()[1].GetCumulativeCount() != 989 {
		t.Errorf("the histogram is %v", h)
	}
}

// TestPrometheusVerdict: a run that is not over has no verdict but that of a
// leak.
func TestPrometheusVerdict(t *testing.T) {
	leaking := runningReport()
	leaking.Ledger.Leaks = []memstat.Leak{{Kind: memstat.KindMemory, Objects: 1}}
	for _, tc := range []struct {
		report *Report
		want   string
	}{{cleanReport(), "clean"}, {leakyReport(), "leak"}, {runningReport(), "inconclusive"}, {leaking, "leak"}} {
		families := scraped(t, tc.report)
		sum := 0.0
		for _, v := range []string{"clean", "leak", "inconclusive"} {
			sum += value(t, families, "wamr_go_verdict", v)
		}
		if got := value(t, families, "wamr_go_verdict", tc.want); got != 1 || sum != 1 {
			t.Errorf("the sample of %s is %v, and their sum %v", tc.want, got, sum)
		}
	}
}

// TestPrometheusLabels: text that a guest or a path chose comes back escaped, and
// adds no sample.
func TestPrometheusLabels(t *testing.T) {
	r := runningReport()
	want := len(scraped(t, r))
	for _, evil := range []string{`"} 1`, "\n# TYPE x counter\nx 1\n", `\`, `\n`, "\xff", "ü"} {
		r.Module.Path = evil
		families := scraped(t, r)
		if len(families) != want {
			t.Errorf("%q: %d families, want %d: %s", evil, len(families), want, slices.Sorted(maps.Keys(families)))
		}
		got := ""
		for _, l := range families["wamr_go_module_info"].GetMetric()[0].GetLabel() {
			if l.GetName() == "path" {
				got = l.GetValue()
			}
		}
		if got != memstat.Printable(evil) || strings.Contains(got, "\n") {
			t.Errorf("%q came back as %q", evil, got)
		}
	}
}
