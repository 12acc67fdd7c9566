package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/report"
)

// TestTellTool: the report has all reasons, the one that decides last, as
// conclude prints them.
func TestTellTool(t *testing.T) {
	for _, tc := range []struct {
		name string
		give result
		list []ending
		code int
		want []string
	}{
		{"none", ran(once(exited(0))), nil, 0, nil},
		{"the guest's code", ran(once(exited(3))), nil, 3, nil},
		{"no module", result{}, []ending{{code: 125, text: "m"}}, 125, []string{"m"}},
		{"the last with a code decides", ran(once(exited(3))), []ending{{code: 99, text: "a"}, {code: 134, text: "b"}, {text: "c"}}, 134, []string{"a", "c", "b"}},
		{"none decides", ran(once(exited(3))), []ending{{text: "a"}, {text: "b"}}, 3, []string{"a", "b"}},
	} {
		var tool report.Tool
		tellTool(&tool, tc.give, tc.list)
		var got []string
		for _, f := range tool.Failures {
			got = append(got, f.Message)
		}
		if diff := cmp.Diff(tc.want, got); diff != "" || tool.ExitCode == nil || *tool.ExitCode != tc.code {
			t.Errorf("%s: exit code %v, want %d\n%s", tc.name, tool.ExitCode, tc.code, diff)
		}
		if _, code := conclude(tc.give, &options{}, tc.list); code != tc.code {
			t.Errorf("%s: the process ends with %d", tc.name, code)
		}
	}
}

func TestAboutRun(t *testing.T) {
	quiet, loud := options{quiet: true, cycles: 9}, options{verbose: true, cycles: 9}
	withReport := options{quiet: true, cycles: 9, reports: []reportWish{{format: reportText}}}
	withFile := options{quiet: true, cycles: 9, reports: []reportWish{{"json", "r.json"}}}
	once := options{quiet: true}
	grown := func(v memstat.Verdict) *report.Cycles {
		return &report.Cycles{Completed: 9, Verdict: v, Reason: "r"}
	}
	for _, tc := range []struct {
		name   string
		opt    options
		cycles *report.Cycles
		want   string // the verdict's line
	}{
		{"clean", quiet, grown(memstat.Clean), "clean: each of 9 instances gave back all that it took from the host"},
		{"inconclusive", quiet, grown(memstat.Inconclusive), "inconclusive: r"},
		{"a leak is an error", quiet, grown(memstat.Leaking), ""},
		{"the report has it", withReport, grown(memstat.Clean), ""},
		{"the report is elsewhere", withFile, grown(memstat.Clean), "clean: each of 9 instances gave back all that it took from the host"},
		{"the report comes unasked", loud, grown(memstat.Clean), ""},
		{"no cycles", once, nil, ""},
	} {
		rep := &report.Report{
			Tool: &report.Tool{Go: "go1", Platform: "p", Engine: "compiler", EngineReason: "why"}, Run: &report.Run{ElapsedNS: 1500},
			Ledger: &report.Ledger{}, Memory: &report.Memory{}, Cycles: tc.cycles,
		}
		got, notes := "", 0
		for _, m := range aboutRun(rep, &tc.opt) {
			if m.word == wordNote {
				notes++
				continue
			}
			got += string(m.word) + ": " + m.text
		}
		if got != tc.want || notes != 3 {
			t.Errorf("%s: %q and %d notes, want %q", tc.name, got, notes, tc.want)
		}
	}
}
