//go:build unix

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/memstat/report"
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

// TestMetrics scrapes a run until it has seen it go on, and compares the last
// scrape with the dashboard.
func TestMetrics(t *testing.T) {
	c := exec.Command(os.Args[0], "--duration", "10m", "--workers", "2", "--metrics", ":0", "--report-file", os.DevNull, "--mem-budget", "1G", "../../testdata/c/hello.wasm")
	c.Env = append(os.Environ(), asCommand+"=1", "XDG_CACHE_HOME="+t.TempDir())
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
	text, err := os.ReadFile("../../docs/grafana/wamr-go.json")
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

// TestMetricsAddressInUse: it is told before the module is even looked at, and
// the former report stays.
func TestMetricsAddressInUse(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	file := filepath.Join(t.TempDir(), "r.json")
	if err := os.WriteFile(file, []byte("former"), 0o666); err != nil {
		t.Fatal(err)
	}
	var out, messages bytes.Buffer
	code := run([]string{"--metrics", l.Addr().String(), "--cycles", "3", "--report-file", file, "missing.wasm"}, strings.NewReader(""), &out, &messages)
	if code != exitCannotRun || !strings.Contains(messages.String(), "address already in use") || out.Len() > 0 {
		t.Errorf("exit code %d, %q, %q", code, &out, &messages)
	}
	if text, err := os.ReadFile(file); err != nil || string(text) != "former" {
		t.Errorf("the former report is %q, %v", text, err)
	}
}

// TestReportsWhileRunning replaces a report again and again, while a reader never
// sees half of one and a guest puts links in its place.
func TestReportsWhileRunning(t *testing.T) {
	dir := t.TempDir()
	file, victim := filepath.Join(dir, "d", "r.json"), filepath.Join(dir, "victim")
	if err := os.Mkdir(filepath.Dir(file), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(victim, []byte("victim"), 0o666); err != nil {
		t.Fatal(err)
	}
	o := &options{cycles: 10, reports: []reportWish{{format: "json", file: file}}, reportEvery: time.Nanosecond, cycleOutput: outputNone}
	var messages bytes.Buffer
	a := &app{stdout: io.Discard, stderr: &messages, ui: &ui{w: &messages}}
	reports, err := openReports(a, o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reports.close() }()
	w, err := newWatch(a.ui, o, engine.Run{Arguments: []string{strings.Repeat("x", 1<<20)}}, reports)
	if err != nil {
		t.Fatal(err)
	}
	w.tick(time.Now().Add(time.Second))
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		defer close(done)
		for i := range 50 {
			if i%10 == 5 {
				if err := os.Remove(file); err != nil {
					t.Error(err)
				}
				if err := os.Symlink(victim, file); err != nil {
					t.Error(err)
				}
			}
			w.tick(time.Now().Add(time.Duration(i+2) * time.Second))
		}
	})
	wg.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
			}
			text, err := os.ReadFile(file)
			var r report.Report
			if err == nil && string(text) != "victim" && json.Unmarshal(text, &r) != nil {
				t.Errorf("a reader saw %d bytes: %.40q", len(text), text)
			}
		}
	})
	wg.Wait()
	if text, err := os.ReadFile(victim); err != nil || string(text) != "victim" {
		t.Errorf("the victim is %q, %v", text, err)
	}
	// A directory that is moved away takes the reports along.
	moved := filepath.Join(dir, "moved")
	if err := os.Rename(filepath.Dir(file), moved); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(dir, filepath.Dir(file)); err != nil {
		t.Fatal(err)
	}
	w.tick(time.Now().Add(time.Hour))
	if entries, err := filepath.Glob(filepath.Join(dir, "*.json*")); err != nil || len(entries) > 0 {
		t.Errorf("%q, %v", entries, err)
	}
	if entries, err := filepath.Glob(filepath.Join(moved, "*")); err != nil || len(entries) != 1 || messages.Len() > 0 {
		t.Errorf("%q, %v, %q", entries, err, &messages)
	}
}

// TestReportSoFarIsLost: a report that cannot be written meanwhile is a warning,
// once.
func TestReportSoFarIsLost(t *testing.T) {
	file := filepath.Join(t.TempDir(), "d", "r.json")
	if err := os.Mkdir(filepath.Dir(file), 0o777); err != nil {
		t.Fatal(err)
	}
	o := &options{cycles: 10, reportFile: file}
	var messages bytes.Buffer
	a := &app{stdout: io.Discard, stderr: &messages, ui: &ui{w: &messages}}
	reports, err := openReports(a, o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reports.close() }()
	w, err := newWatch(a.ui, o, engine.Run{}, reports)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Dir(file)); err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		w.tick(time.Now().Add(time.Duration(i+1) * time.Hour))
	}
	if n := strings.Count(messages.String(), "warning: "); n != 1 || !strings.Contains(messages.String(), file) {
		t.Errorf("%q", &messages)
	}
}
