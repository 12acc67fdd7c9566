package main

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"

	"github.com/wamr-go/wamr-go/cmd/wamr-go/internal/vet"
	"github.com/wamr-go/wamr-go/pkg/memstat/report"
)

func TestJudge(t *testing.T) {
	const (
		clean = `"cycles":{"completed":100,"p50_ns":7810,"verdict":"clean","reason":"nothing grows with every cycle"}`
		lost  = `"ledger":{"kinds":[{"kind":"memory","peak_bytes":65536},{"kind":"slot","peak_bytes":4294901760}],"leaks":[{"kind":"prestat_lock","objects":100,"bytes":2400}]}`
	)
	wrote := func(code int, fields ...string) childEnd {
		return childEnd{code: code, report: []byte(`{"schema":"wamr-go/report/v1",` + strings.Join(fields, ",") + "}")}
	}
	slow, cut := wrote(143, `"outcome":{"kind":"interrupted"}`, clean), wrote(143, `"outcome":{"kind":"interrupted"}`, clean)
	slow.tooLong, slow.most, cut.interrupted = true, time.Minute, true
	for _, tc := range []struct {
		name   string
		end    childEnd
		want   vet.Verdict
		reason string
	}{
		{"clean", wrote(0, `"outcome":{"kind":"exit","exit_code":0}`, clean), vet.Clean, ""},
		{"exit code", wrote(3, `"outcome":{"kind":"exit","exit_code":3}`, clean), vet.Clean, "the guest exited with 3"},
		{"too short", wrote(0, `"outcome":{"kind":"exit"},"cycles":{"verdict":"inconclusive","reason":"run more"}`), vet.Inconclusive, "run more"},
		{"leak", wrote(99, `"outcome":{"kind":"exit"}`, lost, clean), vet.Leaking, "100 prestat_lock (2,400 bytes) not given back"},
		{"leak and trap", wrote(134, `"outcome":{"kind":"trap","message":"x"}`, lost, clean), vet.Leaking, "100 prestat_lock (2,400 bytes) not given back"},
		{"growth", wrote(99, `"outcome":{"kind":"exit"},"cycles":{"verdict":"leak","reason":"goroutines grow"}`), vet.Leaking, "goroutines grow"},
		{
			"budget", wrote(99, `"outcome":{"kind":"exit"},"budgets":[{"name":"total_memory","unit":"bytes","limit":65536,"value":131072,"exceeded":true},{"name":"fds","unit":"descriptors","limit":1,"value":1}]`, clean),
			vet.OverBudget, "linear memory and tables (total_memory): 131,072 bytes, and the budget is 65,536",
		},
		{"trap", wrote(134, `"outcome":{"kind":"trap","message":"unreachable\u001b"}`, clean), vet.Trapped, `unreachable\x1b`},
		{"timeout", wrote(124, `"outcome":{"kind":"timeout","message":"timed out"}`, clean), vet.TimedOut, "timed out"},
		{"slow", slow, vet.TimedOut, "it took longer than 1m0s; it completed 100 cycles"},
		{"hangs", childEnd{code: 137, signal: "killed", tooLong: true, most: time.Minute}, vet.TimedOut, "it took longer than 1m0s, and its process was killed"},
		{"Ctrl-C", cut, vet.Missing, "the run was interrupted while it ran"},
		{"two Ctrl-C", childEnd{code: 137, signal: "killed", interrupted: true}, vet.Missing, "the run was interrupted while it ran"},
		{"no module", wrote(125, `"outcome":{"kind":"error","message":"all/m.wasm: is no module"}`), vet.Failed, "is no module"},
		{"error at the end", childEnd{code: 125, stderr: "error: cannot close\n", report: wrote(0, `"outcome":{"kind":"exit"}`, clean).report}, vet.Failed, "cannot close"},
		{"no report", childEnd{code: 125, stderr: "warning: x\nerror: disk full (exit code 125)\nhint: y\n"}, vet.Failed, "disk full"},
		{"killed", childEnd{code: 137, signal: "killed"}, vet.Crashed, "its process was ended by a signal: killed"},
		{"killed after a minute", childEnd{code: 137, signal: "killed", report: wrote(0, `"outcome":{"kind":"running"}`, clean).report}, vet.Crashed, "its process was ended by a signal: killed"},
		{"aborted", childEnd{code: 134, signal: "aborted", stderr: "runtime: out of memory\n"}, vet.Crashed, "its process was ended by a signal: aborted; runtime: out of memory"},
		{"crash", childEnd{code: 2, stderr: "fatal error: oops\x1b[2J\n\ngoroutine 1:\n"}, vet.Crashed, `fatal error: oops\x1b[2J`},
		{"silent", childEnd{code: 1}, vet.Crashed, "its process ended without a report (exit code 1)"},
		{"half a report", childEnd{report: []byte(`{"outcome":`)}, vet.Crashed, "its report cannot be read: unexpected end of JSON input"},
		{"no process", childEnd{err: errors.New("no such file or directory")}, vet.Failed, "no such file or directory"},
	} {
		e := judge(vet.Module{Name: "m.wasm", Path: "all/m.wasm"}, tc.end)
		if e.Verdict != tc.want || e.Reason != tc.reason {
			t.Errorf("%s: %s: %q", tc.name, e.Verdict, e.Reason)
		}
		if (e.ExitCode == nil) != (tc.end.err != nil) || e.ExitCode != nil && *e.ExitCode != tc.end.code {
			t.Errorf("%s: exit code %v", tc.name, e.ExitCode)
		}
	}
	e := judge(vet.Module{Name: "m"}, wrote(0, `"outcome":{"kind":"exit"}`, lost, clean))
	if e.InstanceBytes == nil || *e.InstanceBytes != 65536 || e.CycleP50NS == nil || *e.CycleP50NS != 7810 {
		t.Errorf("%+v: the cost of an instance, without the runtime's own", e)
	}
}

func TestVetTable(t *testing.T) {
	size, p50 := uint64(132090), int64(39935)
	most, slowest := uint64(math.MaxUint64), int64(math.MaxInt64)
	r := vet.NewReport([]vet.Entry{
		{Path: "hello.wasm", Verdict: vet.Clean, InstanceBytes: &size, CycleP50NS: &p50},
		{Path: "leak.wasm", Verdict: vet.Leaking, Reason: "100 prestat_lock (2,400 bytes) not given back", InstanceBytes: &size, CycleP50NS: &p50},
		{Path: "none.wasm", Verdict: vet.Missing, Reason: "it is in no part"},
	})
	const want = `  module      verdict   instance    cycle
  hello.wasm  clean    129.0 KiB  39.9 µs
  leak.wasm   leak     129.0 KiB  39.9 µs
      100 prestat_lock (2,400 bytes) not given back
  none.wasm   missing
      it is in no part

3 modules: 1 leak, 1 clean, 1 missing
one instance of each takes 258.0 KiB
`
	table := func(r *vet.Report, o report.Options) string {
		text, err := renderVet(r, reportText, o)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	if diff := cmp.Diff(want, table(r, report.Options{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := table(vet.NewReport(nil), report.Options{}); got != "0 modules\n" {
		t.Errorf("no module: %q", got)
	}
	if text := table(r, report.Options{ASCII: true, Color: true}); !strings.Contains(text, "39.9 us") || !strings.Contains(text, "\x1b[31;1mleak") {
		t.Errorf("ASCII and colour:\n%s", text)
	}

	wide := vet.NewReport([]vet.Entry{
		{
			Path: strings.Repeat("é", 200), Verdict: vet.Inconclusive, InstanceBytes: &most, CycleP50NS: &p50,
			Reason: strings.Repeat("word ", 40) + strings.Repeat("x", 100),
		},
		{Path: "\x1b[2J", Verdict: vet.Trapped, Reason: "\x1b[2J"}, // of a part that somebody else wrote
		{Path: "forever", Verdict: vet.Clean, CycleP50NS: &slowest},
	})
	for _, width := range []int{0, 48, 60, 100} {
		limit := width
		if width == 0 {
			limit = 80
		}
		text := table(wide, report.Options{Width: width})
		for line := range strings.Lines(text) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > limit {
				t.Errorf("width %d: %d columns: %s", width, n, line)
			}
		}
		if strings.Contains(text, "\x1b") {
			t.Errorf("width %d: a control character: %q", width, text)
		}
	}
}

func TestVetCode(t *testing.T) {
	for _, tc := range []struct {
		verdicts []vet.Verdict
		missing  []vet.Shard
		want     int
		problem  string
	}{
		{nil, nil, 0, ""},
		{[]vet.Verdict{vet.Clean, vet.Inconclusive}, nil, 0, ""},
		{[]vet.Verdict{vet.Clean, vet.Trapped}, nil, exitCannotRun, "1 module did not run to the end"},
		{[]vet.Verdict{vet.TimedOut, vet.Crashed, vet.Failed, vet.Missing}, nil, exitCannotRun, "4 modules did not run to the end"},
		{[]vet.Verdict{vet.Trapped, vet.Leaking, vet.OverBudget}, nil, exitLeak, "2 modules lost something or passed a budget; 1 module did not run to the end"},
		{nil, []vet.Shard{{Index: 2, Count: 3}}, exitCannotRun, "there is no part of shard 2/3"},
	} {
		var rows []vet.Entry
		for _, v := range tc.verdicts {
			rows = append(rows, vet.Entry{Path: "m", Verdict: v})
		}
		r := vet.NewReport(rows)
		r.MissingShards = tc.missing
		if code, problem := vetCode(r), vetProblem(r); code != tc.want || problem != tc.problem {
			t.Errorf("%v, %v: %d, %q", tc.verdicts, tc.missing, code, problem)
		}
	}
}

func TestVetShare(t *testing.T) {
	index := func(value string) func(string) (string, bool) {
		return func(name string) (string, bool) { return value, name == completionIndex && value != "" }
	}
	for _, tc := range []struct{ value, want string }{
		{"0", "1/3"},
		{"2", "3/3"},
		{"3", ""},
		{"-1", ""},
		{"", ""},
		{"4294967295", ""},
		{"one", ""},
	} {
		s, err := (&vetOptions{shards: 3}).share(index(tc.value))
		got := ""
		if s != nil {
			got = s.String()
		}
		if got != tc.want || (err == nil) != (tc.want != "") || err != nil && failureOf(err).code != exitUsage {
			t.Errorf("index %q: %q, %v", tc.value, got, err)
		}
	}
	if s, err := (&vetOptions{}).share(index("1")); s != nil || err != nil {
		t.Errorf("without --shards: %v, %v", s, err)
	}
}

// TestPassedOn: each flag is one of run's, and reaches run as it was given.
func TestPassedOn(t *testing.T) {
	var known []string
	for _, g := range (&options{}).groups() {
		g.flags.VisitAll(func(f *pflag.Flag) { known = append(known, f.Name) })
	}
	for _, name := range passedOn {
		if !slices.Contains(known, name) {
			t.Errorf("--%s is no flag of run", name)
		}
	}
	const always = "--error-exitcode=99 --cycle-output=none --mem-report=json --quiet --color=never"
	for _, tc := range []struct{ give, want string }{
		{"", "--cycles=100 --timeout=10s "},
		{"--cycles 7 --timeout 1s --jobs 3", "--cycles=7 --timeout=1s "},
		{"--duration 1s", "--duration=1s --timeout=10s "},
		{"--dir a --dir=b::/c:ro --interp --cycles 2", "--dir=a --dir=b::/c:ro --interp=true --cycles=2 --timeout=10s "},
		{"-f add --fault prestats-lock", "--invoke=add --fault=prestats-lock --cycles=100 --timeout=10s "},
	} {
		o := &vetOptions{}
		set := pflag.NewFlagSet("", pflag.ContinueOnError)
		for _, g := range o.groups() {
			set.AddFlagSet(g.flags)
		}
		if err := set.Parse(strings.Fields(tc.give)); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(o.childFlags(), " "); got != tc.want+always {
			t.Errorf("%q: %s", tc.give, got)
		}
	}
}
