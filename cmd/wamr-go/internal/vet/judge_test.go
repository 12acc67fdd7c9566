package vet

import (
	"testing"

	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/guestheap"
	"github.com/wamr-go/wamr-go/pkg/memstat/report"
)

func TestFromRun(t *testing.T) {
	ledger := &report.Ledger{Kinds: []memstat.KindStat{{Kind: memstat.KindMemory, PeakBytes: 65536}, {Kind: memstat.KindSlot, PeakBytes: 1 << 32}}}
	lost := &report.Ledger{Leaks: []memstat.Leak{{Kind: memstat.KindFDEntry, Objects: 1, Bytes: 8}}}
	heapFailed := &report.Tool{Failures: []report.Failure{{Message: "trap"}, {Message: HeapFailure + "heap errors: 1"}}}
	code := uint32(3)
	ended := func(kind string) report.Outcome { return report.Outcome{Kind: kind, Message: "why\x1b"} }
	for _, tc := range []struct {
		name   string
		give   report.Report
		want   Verdict
		reason string
		bytes  uint64 // of an instance; 0 for unknown
	}{
		{"one run", report.Report{Outcome: ended("exit"), Ledger: ledger, Memory: &report.Memory{}}, Clean, "", 65536},
		{"cycles", report.Report{Outcome: ended("exit"), Ledger: ledger, Cycles: &report.Cycles{Completed: 9, Verdict: memstat.Clean}}, Clean, "", 65536},
		{"no cycle", report.Report{Outcome: ended("exit"), Ledger: ledger, Cycles: &report.Cycles{Reason: "short"}}, Inconclusive, "short", 0},
		{"exit code", report.Report{Outcome: report.Outcome{Kind: "exit", ExitCode: &code}, Ledger: ledger}, Clean, "the guest exited with 3", 0},
		{"nothing counted", report.Report{Outcome: ended("exit")}, Inconclusive, "nothing was counted", 0},
		{"leak before trap", report.Report{Outcome: ended("trap"), Ledger: lost}, Leaking, "1 fd_entry (8 bytes) not given back", 0},
		{"guest's heap before trap", report.Report{Outcome: ended("trap"), Ledger: ledger, GuestHeap: &guestheap.Report{}, Tool: heapFailed}, Leaking, "the guest's heap: heap errors: 1", 0},
		{"no heap was watched", report.Report{Outcome: ended("trap"), Ledger: ledger, Tool: heapFailed}, Trapped, `why\x1b`, 0},
		{"trap", report.Report{Outcome: ended("trap"), Ledger: ledger}, Trapped, `why\x1b`, 0},
		{"timeout", report.Report{Outcome: ended("timeout")}, TimedOut, `why\x1b`, 0},
		{"fuel", report.Report{Outcome: ended("fuel")}, TimedOut, `why\x1b`, 0},
		{"interrupted", report.Report{Outcome: ended("interrupted")}, Missing, "the run was interrupted while it ran", 0},
		{"error", report.Report{Outcome: ended("error")}, Failed, `why\x1b`, 0},
		{"budget", report.Report{Outcome: ended("exit"), Budget: report.NewBudget(1, 2)}, OverBudget, "linear memory and tables (total_memory): 2 bytes, and the budget is 1", 0},
	} {
		e := FromRun("a\x1b", &tc.give, []byte("{}"))
		var bytes uint64
		if e.InstanceBytes != nil {
			bytes = *e.InstanceBytes
		}
		if e.Path != `a\x1b` || e.Verdict != tc.want || e.Reason != tc.reason || bytes != tc.bytes || string(e.Report) != "{}" {
			t.Errorf("%s: %+v, %d bytes", tc.name, e, bytes)
		}
	}
}

// TestMergeIsOrderless: of equal verdicts the larger instance counts.
func TestMergeIsOrderless(t *testing.T) {
	size := func(n uint64) *Report {
		return NewReport([]Entry{{Path: "a.wasm", Verdict: Clean, InstanceBytes: &n}})
	}
	none := NewReport([]Entry{{Path: "a.wasm", Verdict: Clean}})
	for _, parts := range [][]*Report{{size(1), size(2), none}, {size(2), none, size(1)}, {none, size(1), size(2)}} {
		if got := Merge(parts, nil).Modules[0].InstanceBytes; got == nil || *got != 2 {
			t.Errorf("%v", got)
		}
	}
}
