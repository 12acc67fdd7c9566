//go:build unix

package scrape

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// scraped reads metrics over HTTP with the parser of Prometheus' library.
func scraped(url string) (map[string]*dto.MetricFamily, error) {
	c := http.Client{Transport: &http.Transport{}, Timeout: time.Minute}
	defer c.CloseIdleConnections()
	a, err := c.Get(url)
	if err != nil {
		return nil, err
	}
	defer func() { _ = a.Body.Close() }()
	if kind := expfmt.ResponseFormat(a.Header); a.StatusCode != http.StatusOK || kind.FormatType() != expfmt.TypeTextPlain {
		return nil, fmt.Errorf("status %d, format %s", a.StatusCode, kind)
	}
	parser := expfmt.NewTextParser(model.LegacyValidation)
	return parser.TextToMetricFamilies(a.Body)
}

// cyclesOf sums the cycles of a scrape up.
func cyclesOf(families map[string]*dto.MetricFamily) (n float64) {
	for _, m := range families["wamr_go_cycles_total"].GetMetric() {
		n += m.GetCounter().GetValue()
	}
	return n
}

// TestMetrics builds the command, scrapes a run until it has seen it go on, and
// compares the last scrape with the dashboard. (It is not among the command's own
// tests: protobuf opens a file in every process that links it.)
func TestMetrics(t *testing.T) {
	program := filepath.Join(t.TempDir(), "wamr-go")
	if out, err := exec.Command("go", "build", "-pgo=off", "-buildvcs=false", "-o", program, "../..").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	c := exec.Command(program, "--duration", "10m", "--workers", "2", "--metrics", ":0", "--report-file", os.DevNull, "--mem-budget", "1G", "../../../../testdata/c/hello.wasm")
	c.Env = append(os.Environ(), "XDG_CACHE_HOME="+t.TempDir())
	messages, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Process.Kill() }() // it has ended, if all is well
	r := bufio.NewReader(messages)
	line, err := r.ReadString('\n')
	url, ok := strings.CutPrefix(strings.TrimSpace(line), "note: metrics: ")
	if !ok || !strings.HasPrefix(url, "http://127.0.0.1:") {
		t.Fatalf("%q, %v", line, err)
	}
	var last map[string]*dto.MetricFamily
	for seen, deadline := 0, time.Now().Add(time.Minute); seen < 3 && time.Now().Before(deadline); {
		families, err := scraped(url)
		if err != nil {
			t.Fatal(err)
		}
		if families["wamr_go_build_info"] == nil || families["wamr_go_running"].GetMetric()[0].GetGauge().GetValue() != 1 {
			t.Fatalf("a run that is not over has the metrics %v", families)
		}
		if cyclesOf(families) < cyclesOf(last) {
			t.Errorf("%v cycles after %v", cyclesOf(families), cyclesOf(last))
		}
		if cyclesOf(families) > cyclesOf(last) {
			seen++
			last = families
		}
	}
	if h := last["wamr_go_cycle_duration_seconds"].GetMetric(); len(h) != 1 || h[0].GetHistogram().GetSampleCount() == 0 || h[0].GetHistogram().GetSampleSum() <= 0 {
		t.Errorf("durations %v", h)
	}
	if err := c.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	rest, _ := io.ReadAll(r)
	if err := c.Wait(); c.ProcessState.ExitCode() != 143 || !strings.Contains(string(rest), "interrupted") {
		t.Errorf("%v: %s", err, rest)
	}
	checkDashboard(t, last)
}

// checkDashboard compares the dashboard of docs/grafana with a scrape.
func checkDashboard(t *testing.T, families map[string]*dto.MetricFamily) {
	text, err := os.ReadFile("../../../../docs/grafana/wamr-go.json")
	if err != nil {
		t.Fatal(err)
	}
	type panel struct {
		ID      int    `json:"id"`
		Title   string `json:"title"`
		Type    string `json:"type"`
		GridPos *struct{ H, W, X, Y int }
		Targets []struct {
			Expr  string `json:"expr"`
			RefID string `json:"refId"`
		} `json:"targets"`
	}
	var dashboard struct {
		Title         string  `json:"title"`
		UID           string  `json:"uid"`
		SchemaVersion int     `json:"schemaVersion"`
		Panels        []panel `json:"panels"`
	}
	if err := json.Unmarshal(text, &dashboard); err != nil {
		t.Fatal(err)
	}
	if dashboard.Title == "" || dashboard.UID == "" || dashboard.SchemaVersion == 0 || len(dashboard.Panels) == 0 {
		t.Errorf("the dashboard lacks something: %+v", dashboard)
	}
	metric := regexp.MustCompile(`\bwamr_go_[a-z_]+`)
	var ids []int
	for _, p := range dashboard.Panels {
		if p.Title == "" || p.Type == "" || p.GridPos == nil || len(p.Targets) == 0 || slices.Contains(ids, p.ID) {
			t.Errorf("panel %+v", p)
		}
		ids = append(ids, p.ID)
		for _, target := range p.Targets {
			names := metric.FindAllString(target.Expr, -1)
			if len(names) == 0 || target.RefID == "" {
				t.Errorf("%s: target %+v", p.Title, target)
			}
			for _, name := range names {
				family := name
				for _, suffix := range []string{"_bucket", "_sum", "_count"} {
					if of := strings.TrimSuffix(name, suffix); families[of].GetType() == dto.MetricType_HISTOGRAM {
						family = of
					}
				}
				if families[family] == nil {
					t.Errorf("%s: %s is not served", p.Title, name)
				}
			}
		}
	}
}
