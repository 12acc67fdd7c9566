package diff

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/guestheap"
	"github.com/wamr-go/wamr-go/pkg/memstat/report"
)

func ptr[T any](v T) *T { return &v }

// run returns a report of a clean run, changed by edit.
func run(edit func(*report.Report)) *report.Report {
	r := &report.Report{
		Outcome:      report.Outcome{Kind: "exit", ExitCode: ptr[uint32](0)},
		Instructions: ptr[uint64](1_000_000),
		Module:       &report.Module{Path: "plugins/a.wasm", SHA256: "1", WasmBytes: 1000},
		Memory:       &report.Memory{InitialBytes: 65536, PeakBytes: 131072, TouchedBytes: ptr[uint64](8192)},
		Ledger: &report.Ledger{Kinds: []memstat.KindStat{
			{Kind: memstat.KindFDEntry, Acquired: 400, Released: 400, PeakObjects: 4, PeakBytes: 400},
			{Kind: memstat.KindSlot, Acquired: 2, Released: 2, PeakObjects: 2, PeakBytes: 8 << 30},
		}},
		Cycles:    &report.Cycles{Completed: 100, Verdict: memstat.Clean, P50NS: 1000, P90NS: 1500, P99NS: 2000, MaxNS: 3000, PerSecond: 1000},
		GuestHeap: &guestheap.Report{Totals: guestheap.Totals{Allocs: 10, AllocatedBytes: 100, PeakBytes: 50}, Kinds: []guestheap.KindTotal{}},
		Budget:    report.NewBudget(1<<20, 131072),
	}
	if edit != nil {
		edit(r)
	}
	return r
}

func TestNoChange(t *testing.T) {
	r := &Result{Modules: []*Comparison{Compare(Run(run(nil)), Run(run(nil)))}}
	if failed := r.Judge(0, OnRequest()); failed != nil {
		t.Errorf("failed: %v", failed)
	}
	if s := r.Summary(); !strings.HasPrefix(s, "no change in ") || strings.HasPrefix(s, "no change in 0") {
		t.Error(s)
	}
	if len(r.only().Modules) != 0 {
		t.Errorf("%+v", r.only())
	}
}

// TestJudge changes one figure at a time.
func TestJudge(t *testing.T) {
	for _, tc := range []struct {
		name   string
		edit   func(*report.Report)
		limit  float64
		also   []Class
		failed string // names
		change string // of the first figure that changed, as String tells
	}{
		{"more instructions", func(r *report.Report) { *r.Instructions = 1_020_000 }, 1, nil, "instructions", "instructions: 1,000,000 → 1,020,000 (+2.0 %)"},
		{"at the limit", func(r *report.Report) { *r.Instructions = 1_010_000 }, 1, nil, "", "instructions: 1,000,000 → 1,010,000 (+1.0 %)"},
		{"one more, none allowed", func(r *report.Report) { *r.Instructions++ }, 0, nil, "instructions", "instructions: 1,000,000 → 1,000,001 (+0.0001 %)"},
		{"fewer instructions", func(r *report.Report) { *r.Instructions = 1 }, 1, nil, "", "instructions: 1,000,000 → 1 (-100 %)"},
		{"not counted now", func(r *report.Report) { r.Instructions = nil }, 1, nil, "", "instructions: 1,000,000 → -"},
		{"memory", func(r *report.Report) { r.Memory.PeakBytes *= 2 }, 1, nil, "memory peak", "memory peak: 128.0 KiB → 256.0 KiB (+100 %)"},
		{"touched", func(r *report.Report) { *r.Memory.TouchedBytes = 12288 }, 49, nil, "memory touched", "memory touched: 8.0 KiB → 12.0 KiB (+50.0 %)"},
		{"from nothing", func(r *report.Report) { r.Memory.DeniedGrows = 1 }, 1e6, nil, "memory grows denied", "memory grows denied: 0 → 1"},
		{
			"descriptors", func(r *report.Report) { r.Ledger.Kinds[0].PeakObjects = 5 }, 1, nil,
			"descriptors, ledger fd_entry peak", "descriptors: 4 → 5 (+25.0 %)",
		},
		{
			"a new kind", func(r *report.Report) {
				r.Ledger.Kinds = append(r.Ledger.Kinds, memstat.KindStat{Kind: memstat.KindDirStream, Acquired: 100, Released: 100})
			},
			1, nil, "ledger dir_stream acquired", "ledger dir_stream acquired: 0 → 1",
		},
		{"left open", func(r *report.Report) { r.Outcome.OpenFDs = &report.OpenFDs{Count: 2} }, 1, nil, "descriptors left open", "descriptors left open: 0 → 2"},
		{"guest heap", func(r *report.Report) { r.GuestHeap.Allocs = 11 }, 1, nil, "guest heap allocations", "guest heap allocations: 10 → 11 (+10.0 %)"},
		{
			"lost blocks", func(r *report.Report) { r.GuestHeap.Kinds = []guestheap.KindTotal{{Bytes: 64}} }, 1, nil,
			"guest heap definitely lost", "guest heap definitely lost: 0 B → 64 B",
		},
		{"leak", func(r *report.Report) { r.Cycles.Verdict = memstat.Leaking }, 1, nil, "verdict", "verdict: clean → leak"},
		{"too short", func(r *report.Report) { r.Cycles.Verdict = memstat.Inconclusive }, 1, nil, "", "verdict: clean → inconclusive"},
		{"trap", func(r *report.Report) { r.Outcome.Kind, r.Outcome.ExitCode = "trap", nil }, 1, nil, "outcome", "outcome: exit → trap"},
		{"new outcome", func(r *report.Report) { r.Outcome.Kind = "melted" }, 1, nil, "outcome", "outcome: exit → melted"},
		{"exit code", func(r *report.Report) { *r.Outcome.ExitCode = 3 }, 0, OnRequest(), "", "exit code: 0 → 3"},
		{"budget", func(r *report.Report) { r.Budget.Exceeded = true }, 1, nil, "budget total_memory", "budget total_memory: kept → exceeded"},
		{
			"budgets", func(r *report.Report) {
				r.Budgets = []report.FigureBudget{{Name: "fds", Value: ptr[uint64](9), Exceeded: true}, {Name: "rss"}}
			},
			1, nil, "budget fds", "budget fds: - → exceeded",
		},
		{"slower", func(r *report.Report) { r.Cycles.P50NS = 5000 }, 1, nil, "", "latency p50: 1.00 µs → 5.00 µs (+400 %)"},
		{"slower, included", func(r *report.Report) { r.Cycles.P50NS = 5000 }, 1, []Class{Timings}, "latency p50", "latency p50: 1.00 µs → 5.00 µs (+400 %)"},
		{"rate, included", func(r *report.Report) { r.Cycles.PerSecond = 500 }, 1, []Class{Timings}, "rate", "rate: 1,000 → 500 (-50.0 %)"},
		{"faster, included", func(r *report.Report) { r.Cycles.PerSecond = 1500 }, 1, []Class{Timings}, "", "rate: 1,000 → 1,500 (+50.0 %)"},
		{"slots", func(r *report.Report) { r.Ledger.Kinds[1].PeakObjects = 3 }, 1, []Class{Timings, Module}, "", "ledger slot peak: 2 → 3 (+50.0 %)"},
		{"slots, included", func(r *report.Report) { r.Ledger.Kinds[1].PeakObjects = 3 }, 1, []Class{Process}, "ledger slot peak", "ledger slot peak: 2 → 3 (+50.0 %)"},
		{"binary", func(r *report.Report) { r.Module.WasmBytes = 2000 }, 1, nil, "", "binary: 1000 B → 2.0 KiB (+100 %)"},
		{"binary, included", func(r *report.Report) { r.Module.WasmBytes = 2000 }, 1, []Class{Module}, "binary", "binary: 1000 B → 2.0 KiB (+100 %)"},
		{
			"more cycles", func(r *report.Report) { r.Cycles.Completed, r.Ledger.Kinds[0].Acquired = 200, 800 }, 0, []Class{Process}, "",
			"cycles: 100 → 200 (+100 %)",
		},
	} {
		c := Compare(Run(run(nil)), Run(run(tc.edit)))
		var names []string
		for _, f := range c.Judge(tc.limit, tc.also) {
			names = append(names, f.Name)
		}
		if got := strings.Join(names, ", "); got != tc.failed {
			t.Errorf("%s: failed: %s; want %s", tc.name, got, tc.failed)
		}
		if changed := c.Changed(); len(changed) == 0 || changed[0].String() != tc.change {
			t.Errorf("%s: changed: %v; want %s", tc.name, changed, tc.change)
		}
		if len(c.Warnings) > 0 {
			t.Errorf("%s: %v", tc.name, c.Warnings)
		}
		if back := Compare(Run(run(tc.edit)), Run(run(nil))).Judge(tc.limit, tc.also); len(names) > 0 && len(back) > 0 {
			t.Errorf("%s: worse in both directions: %v", tc.name, back)
		}
	}
}

func TestAddedAndRemoved(t *testing.T) {
	for _, tc := range []struct {
		before, after Side
		want          string
	}{
		{Side{}, Run(run(nil)), "[]"},
		{Run(run(nil)), Side{}, "[]"},
		{Side{Verdict: "clean"}, Side{Verdict: "missing"}, "[verdict]"},
		{Side{Verdict: "missing"}, Side{Verdict: "clean"}, "[]"},
		{Side{Verdict: "trap"}, Side{Verdict: "leak"}, "[verdict]"},
		{Side{}, Side{Verdict: "leak"}, "[verdict]"},
		{Side{}, Side{Verdict: "trap"}, "[verdict]"},
		{Side{Verdict: "leak"}, Side{Verdict: "leak"}, "[]"},
	} {
		names := []string{}
		for _, f := range Compare(tc.before, tc.after).Judge(0, nil) {
			names = append(names, f.Name)
		}
		if got := fmt.Sprint(names); got != tc.want {
			t.Errorf("%s to %s: %s, want %s", tc.before.Verdict, tc.after.Verdict, got, tc.want)
		}
	}
}

func TestWarnings(t *testing.T) {
	for _, tc := range []struct {
		name string
		edit func(*report.Report)
		want string
	}{
		{"the same", nil, ""},
		{"a new build", func(r *report.Report) { r.Module.SHA256 = "2" }, ""},
		{"moved", func(r *report.Report) { r.Module.Path = `c:\b.wasm` }, ""},
		{"another module", func(r *report.Report) { r.Module.Path, r.Module.SHA256 = `c:\b.wasm`, "2" }, `the modules differ: "a.wasm" and "b.wasm"`},
		{"calls", func(r *report.Report) { r.Cycles.Unit = "call" }, `the units differ: "cycle" and "call"`},
	} {
		if got := strings.Join(Compare(Run(run(nil)), Run(run(tc.edit))).Warnings, "; "); got != tc.want {
			t.Errorf("%s: %s", tc.name, got)
		}
	}
	calls := func(n uint64) Side {
		return Run(run(func(r *report.Report) { r.Cycles.Unit, r.Cycles.Completed, r.GuestHeap.Allocs = "call", n, n }))
	}
	c := Compare(calls(10), calls(20))
	if failed := c.Judge(0, nil); failed != nil || len(c.Warnings) != 1 {
		t.Errorf("other numbers of calls: %v, %v", failed, c.Warnings)
	}
	if failed := Compare(calls(10), calls(10)).Judge(0, nil); failed != nil {
		t.Errorf("the same number of calls: %v", failed)
	}
}

func TestRender(t *testing.T) {
	r := &Result{Old: "old.json", New: "new.json", Modules: []*Comparison{Compare(Run(run(nil)), Run(run(func(r *report.Report) {
		*r.Instructions, r.Memory.PeakBytes, r.Cycles.P50NS, r.Cycles.Verdict = 1_100_000, 65536, 1100, memstat.Leaking
	})))}}
	r.Judge(1, nil)
	const want = `old: old.json
new: new.json

  figure              old        new     change   in %
  verdict           clean       leak
  memory peak   128.0 KiB   64.0 KiB  -64.0 KiB  -50.0
  instructions  1,000,000  1,100,000   +100,000  +10.0
  latency p50     1.00 µs    1.10 µs    +100 ns  +10.0

4 of 40 figures changed: 3 worse, 1 better
`
	var b bytes.Buffer
	if err := r.Table(false).WriteText(&b, report.Options{}); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, b.String()); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	b.Reset()
	if err := r.Table(false).WriteText(&b, report.Options{Color: true}); err != nil {
		t.Fatal(err)
	}
	for _, colored := range []string{"\x1b[31;1mleak", "\x1b[32m-64.0 KiB", "\x1b[31;1m+100,000", "\x1b[33m+100 ns"} {
		if !strings.Contains(b.String(), colored) {
			t.Errorf("no %q in\n%s", colored, b.String())
		}
	}
	b.Reset()
	if err := r.Table(true).WriteText(&b, report.Options{}); err != nil || !strings.Contains(b.String(), "  memory initial ") {
		t.Errorf("all: %v\n%s", err, b.String())
	}
	b.Reset()
	if err := r.WriteJSON(&b, false); err != nil {
		t.Fatal(err)
	}
	var back struct {
		Schema  string
		Failed  int
		Modules []struct {
			Module  string
			Figures []struct {
				Name     string
				Old, New any
				Percent  float64
				Failed   bool
			}
		}
	}
	if err := json.Unmarshal(b.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	if f := back.Modules[0].Figures; back.Schema != Schema || back.Failed != 2 || back.Modules[0].Module != "plugins/a.wasm" || len(f) != 4 ||
		f[0].Old != "clean" || !f[0].Failed || f[2].New != 1_100_000. || f[2].Percent != 10 || f[3].Failed {
		t.Errorf("%s", b.String())
	}
}

// FuzzCompare compares reports from anywhere, and renders the result.
func FuzzCompare(f *testing.F) {
	for _, name := range []string{"leaky.json", "clean.json"} {
		text, err := os.ReadFile(filepath.Join("..", "testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte(`{"schema":"wamr-go/report/v1","outcome":{"kind":"\u202e"},"instructions":18446744073709551615,` +
		`"module":{"path":"\u001b[2J"},"run":{"function":"\u001b"},"cycles":{"p50_ns":-9223372036854775808,"per_second":1e308,"metrics":[{"name":"fds","per_cycle":-1e-300}]}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, _, err := report.Parse(text)
		if err != nil {
			return
		}
		for _, sides := range [][2]Side{{Run(r), Run(r)}, {Run(run(nil)), Run(r)}, {Run(r), Run(run(nil))}, {Side{}, Run(r)}} {
			c := Compare(sides[0], sides[1])
			result := &Result{Modules: []*Comparison{c, c}}
			result.Judge(1, OnRequest())
			if sides[0] == sides[1] && len(c.Changed()) > 0 {
				t.Errorf("a report differs from itself: %v", c.Changed())
			}
			var b bytes.Buffer
			if err := result.WriteJSON(&b, true); err != nil || !json.Valid(b.Bytes()) {
				t.Errorf("JSON: %v", err)
			}
			if err := result.Table(true).WriteHTML(&b); err != nil {
				t.Error(err)
			}
			text := len(b.Bytes())
			if err := result.Table(true).WriteText(&b, report.Options{Width: 48}); err != nil {
				t.Error(err)
			}
			for _, c := range b.String() {
				if c != '\n' && !unicode.IsPrint(c) {
					t.Fatalf("unprintable %U", c)
				}
			}
			for line := range strings.Lines(b.String()[text:]) {
				if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 60 {
					t.Errorf("%d columns: %s", n, line)
				}
			}
		}
	})
}
