package report

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wamr-go/wamr-go/internal/junit/junittest"
	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/guestheap"
)

// junitCases returns the cases of a report: "passed", "failed: TYPE: MESSAGE" or
// "skipped: MESSAGE" by name.
func junitCases(t *testing.T, r *Report, fail ...guestheap.LeakKind) (map[string]string, *junittest.Suite) {
	t.Helper()
	out := render(t, "junit", r, Options{FailKinds: fail})
	all, err := junittest.Parse(out)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	s := &all.Suites[0]
	cases := map[string]string{}
	for _, c := range s.Cases {
		switch {
		case c.Failure != nil:
			cases[c.Name] = "failed: " + c.Failure.Type + ": " + c.Failure.Message
		case c.Skipped != nil:
			cases[c.Name] = "skipped: " + c.Skipped.Message
		default:
			cases[c.Name] = "passed"
		}
		if c.Class != s.Name {
			t.Errorf("%s is of the class %q", c.Name, c.Class)
		}
	}
	return cases, s
}

func TestJUnit(t *testing.T) {
	leaky, suite := junitCases(t, leakyReport(), guestheap.DefinitelyLost)
	want := map[string]string{
		"outcome":                          "failed: trap: trap: wasm error: unreachable",
		"leaks":                            "failed: leak: 1,000 prestat_lock (24,000 bytes), 2 fd_entry (256 bytes) not given back; double releases: 1",
		"guest heap":                       "failed: guest heap: 128 bytes in 2 blocks definitely lost; heap errors: 2",
		"budget total_memory":              "failed: budget: linear memory and tables (total_memory): 1,179,648 bytes, and the budget is 1,000,000",
		"budget cycle_p99":                 "passed",
		"budget fds":                       "failed: budget: descriptors of the guest (fds): 5 descriptors, and the budget is 1",
		"budget pss":                       "failed: budget: resident memory of the process after the run, without others' share (pss): not measured, and the budget is 1,048,576",
		`budget of a later version\x1b[2J`: `passed`,
	}
	if diff := cmp.Diff(want, leaky); diff != "" {
		t.Errorf("cases (-want +got):\n%s", diff)
	}
	text := suite.Case("guest heap").Failure.Text
	for line := range strings.SplitAfterSeq(text, "the block was ") {
		if _, after, found := strings.Cut(line, " at\n"); strings.HasSuffix(line, "the block was ") && found && !strings.HasPrefix(after, "    at ") {
			t.Errorf("a title without frames:\n%s", line)
		}
	}
	for name, part := range map[string]string{
		"outcome": `at .\x1b[2J\x1b]0;owned\a(i32)`, "leaks": "    at wasi.(*prestats).init wasi/prestat.go:41", "guest heap": "    at once",
	} {
		if f := suite.Case(name).Failure; !strings.Contains(f.Text, part) {
			t.Errorf("%s lacks %q:\n%s", name, part, f.Text)
		}
	}
	if suite.Time != 1.23456789 && suite.Time != 1.234568 || suite.Timestamp != "2026-01-02T03:04:05" || len(suite.Properties) < 5 {
		t.Errorf("%v, %q, %v", suite.Time, suite.Timestamp, suite.Properties)
	}

	clean, _ := junitCases(t, cleanReport())
	if diff := cmp.Diff(map[string]string{"outcome": "passed", "leaks": "passed", "budget total_memory": "passed"}, clean); diff != "" {
		t.Errorf("cases of a clean run (-want +got):\n%s", diff)
	}
}

// TestJUnitOfARunningRun: whatever is not known before the end was skipped, and
// a budget that is exceeded already fails.
func TestJUnitOfARunningRun(t *testing.T) {
	cases, _ := junitCases(t, runningReport())
	const skipped = "skipped: the run is not over"
	want := map[string]string{
		"outcome":                          skipped,
		"leaks":                            "skipped: no leak so far in 1,000 cycles",
		"budget total_memory":              "failed: budget: linear memory and tables (total_memory): 1,179,648 bytes, and the budget is 1,000,000",
		"budget cycle_p99":                 "passed",
		"budget fds":                       "failed: budget: descriptors of the guest (fds): 5 descriptors, and the budget is 1",
		"budget pss":                       skipped,
		`budget of a later version\x1b[2J`: "passed",
	}
	if diff := cmp.Diff(want, cases); diff != "" {
		t.Errorf("cases (-want +got):\n%s", diff)
	}
}

// TestJUnitFails: whatever makes the program fail fails a case, and nothing else
// does.
func TestJUnitFails(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*Report)
		which  string // case
		want   string
	}{
		"exit code":    {func(r *Report) { r.Outcome.ExitCode = ptr[uint32](3) }, "outcome", "failed: exit: exit code 3"},
		"timeout":      {func(r *Report) { r.Outcome = Outcome{Kind: "timeout", Message: "after 1s"} }, "outcome", "failed: timeout: timeout: after 1s"},
		"no message":   {func(r *Report) { r.Outcome = Outcome{Kind: "interrupted"} }, "outcome", "failed: interrupted: interrupted"},
		"inconclusive": {func(r *Report) { r.Cycles = &Cycles{Reason: "run more"} }, "leaks", "skipped: run more"},
		"growth": {
			func(r *Report) { r.Cycles = &Cycles{Verdict: memstat.Leaking, Reason: "goroutines grow"} }, "leaks", "failed: leak: goroutines grow",
		},
		"guest leak that does not count": {
			func(r *Report) {
				r.GuestHeap = &guestheap.Report{Kinds: []guestheap.KindTotal{{Kind: guestheap.DefinitelyLost, Blocks: 1, Bytes: 1}}}
			}, "guest heap", "passed",
		},
		"heap error": {func(r *Report) { r.GuestHeap = &guestheap.Report{ErrorTotal: 1} }, "guest heap", "failed: guest heap: heap errors: 1"},
		"lost results": {
			func(r *Report) { r.Tool = &Tool{Failures: []Failure{{"disk full\nmore", 125}}} }, "wamr-go", "failed: error: disk full",
		},
		"leak and failures": {
			func(r *Report) {
				r.Ledger.DoubleReleases = 1
				r.Tool = &Tool{Failures: []Failure{{"leak: double releases: 1", 99}}}
			}, "leaks", "failed: leak: double releases: 1",
		},
	} {
		r := cleanReport()
		tc.change(r)
		cases, _ := junitCases(t, r)
		if cases[tc.which] != tc.want {
			t.Errorf("%s: %s %s", name, tc.which, cases[tc.which])
		}
		delete(cases, tc.which)
		for other, got := range cases {
			if got != "passed" {
				t.Errorf("%s: %s %s", name, other, got)
			}
		}
	}
	nothing, suite := junitCases(t, &Report{Outcome: Outcome{Kind: "error", Message: "x.wasm: no such file"}})
	if len(nothing) != 1 || nothing["outcome"] != "failed: error: error: x.wasm: no such file" || suite.Name != "wamr-go" {
		t.Errorf("a run of nothing: %v", nothing)
	}
}
