package report

import (
	"errors"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/guestheap"
	"github.com/wamr-go/wamr-go/pkg/memstat/probe"
)

func TestBudget(t *testing.T) {
	for _, tc := range []struct {
		limit, peak uint64
		exceeded    bool
	}{{100, 99, false}, {100, 100, false}, {100, 101, true}, {0, 1, true}} {
		if b := NewBudget(tc.limit, tc.peak); b.Exceeded != tc.exceeded || b.Passed != b.Exceeded {
			t.Errorf("peak %d of %d: exceeded is %v, and passed %v", tc.peak, tc.limit, b.Exceeded, b.Passed)
		}
	}
}

// measured is a report with a different value for each figure.
func measured() *Report {
	return &Report{
		Outcome:      Outcome{Kind: "exit", OpenFDs: &OpenFDs{Count: 8}},
		Instructions: ptr[uint64](9),
		Memory:       &Memory{PeakBytes: 1, TableBytes: ptr[uint64](2), TotalBytes: 3, TouchedBytes: ptr[uint64](4)},
		Ledger: NewLedger(memstat.Snapshot{Kinds: []memstat.KindStat{
			{Kind: memstat.KindMemory, PeakObjects: 1, PeakBytes: 1},
			{Kind: memstat.KindFDEntry, PeakObjects: 6, PeakBytes: 5},
			{Kind: memstat.KindHostFD, PeakObjects: 7},
		}}),
		GuestHeap: &guestheap.Report{Totals: guestheap.Totals{LiveBytes: 10, PeakBytes: 11}},
		Cycles:    &Cycles{Completed: 100, P50NS: 12, P90NS: 13, P99NS: 14, MaxNS: 15},
		Process: &Process{
			Process: probe.Process{probe.HeapLive: probe.Measured(116), probe.Goroutines: probe.Measured(20), probe.RSS: probe.Measured(18), probe.PSS: probe.Measured(19)},
			Before:  &probe.Process{probe.HeapLive: probe.Measured(100), probe.Goroutines: probe.Measured(3)},
		},
	}
}

// TestFigures: each figure comes from its own field, and is absent where that is.
func TestFigures(t *testing.T) {
	want := map[string]uint64{
		"memory": 1, "tables": 2, "total_memory": 3, "touched_memory": 4, "host_memory": 5, "fds": 6, "host_fds": 7, "open_fds": 8,
		"instructions": 9, "guest_heap": 10, "guest_heap_peak": 11, "cycle_p50": 12, "cycle_p90": 13, "cycle_p99": 14, "cycle_max": 15,
		"go_heap": 16, "goroutines": 17, "rss": 18, "pss": 19,
	}
	got := map[string]uint64{}
	full, nothing := measured(), &Report{Outcome: Outcome{Kind: "error"}}
	for _, f := range Figures() {
		got[f.Name], _ = f.read(full).Get()
		if v, ok := f.read(nothing).Get(); ok {
			t.Errorf("%s of an empty report is %d", f.Name, v)
		}
		if f.Label == "" || f.Unit == "" {
			t.Errorf("%+v", f)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("figures (-want +got):\n%s", diff)
	}
	manual, err := os.ReadFile("../../../docs/memory-report.md")
	if err != nil {
		t.Fatal(err)
	}
	for name := range want {
		if !strings.Contains(string(manual), "\n| `"+name+"` |") {
			t.Errorf("docs/memory-report.md has no row for the figure %s", name)
		}
	}
}

func TestZeroIsMeasured(t *testing.T) {
	r := measured()
	r.Memory.TableBytes, r.Outcome.OpenFDs = nil, nil
	r.Process.Before[probe.HeapLive] = probe.Measured(200)
	err := r.Judge([]Limit{{"tables", 0}, {"open_fds", 0}, {"go_heap", 0}})
	if err != nil || len(r.Budgets) != 3 {
		t.Fatal(err, r.Budgets)
	}
	for _, b := range r.Budgets {
		if b.Value == nil || *b.Value != 0 || b.Exceeded {
			t.Errorf("%+v", b)
		}
	}
}

func TestJudge(t *testing.T) {
	r := measured()
	err := r.Judge([]Limit{{"fds", 1}, {"total_memory", 2}, {"cycle_p99", 14}, {"no such", 1}, {"fds", 5}})
	if !errors.Is(err, ErrUnknownFigure) {
		t.Errorf("an unknown figure: %v", err)
	}
	want := []FigureBudget{
		{"total_memory", "bytes", 2, ptr[uint64](3), true},
		{"cycle_p99", "nanoseconds", 14, ptr[uint64](14), false},
		{"fds", "descriptors", 5, ptr[uint64](6), true},
	}
	if diff := cmp.Diff(want, r.Budgets); diff != "" {
		t.Errorf("budgets (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(NewBudget(2, 3), r.Budget); diff != "" {
		t.Errorf("budget (-want +got):\n%s", diff)
	}
	if over := r.Exceeded(); len(over) != 2 {
		t.Errorf("exceeded: %v", over)
	}
	r.Cycles = nil
	if err := r.Judge([]Limit{{"cycle_p99", 14}}); err != nil || r.Budget != nil || r.Budgets[0].Value != nil || r.Budgets[0].Exceeded {
		t.Errorf("a figure that was not measured: %v, %+v", err, r.Budgets)
	}
	old := &Report{Budget: NewBudget(1, 2)}
	if over := old.Exceeded(); len(over) != 1 || over[0].Name != TotalMemory {
		t.Errorf("a report without budgets: %v", over)
	}
}

func TestBudgetText(t *testing.T) {
	for _, tc := range []struct {
		give FigureBudget
		want string
	}{
		{FigureBudget{Name: "fds", Unit: unitFDs, Limit: 8, Value: ptr[uint64](9)}, "descriptors of the guest (fds): 9 descriptors, and the budget is 8"},
		{FigureBudget{Name: "fds", Unit: unitFDs, Value: ptr[uint64](1)}, "descriptors of the guest (fds): 1 descriptor, and the budget is 0"},
		{FigureBudget{Name: "cycle_p99", Unit: UnitNanoseconds, Limit: 5_000_000, Value: ptr[uint64](5_000_001)}, "time of 99 of 100 cycles (cycle_p99): 5.000001ms, and the budget is 5ms"},
		{FigureBudget{Name: "cycle_max", Unit: UnitNanoseconds, Limit: math.MaxUint64}, "time of the longest cycle (cycle_max): not measured, and the budget is 18,446,744,073,709,551,615 nanoseconds"},
		{FigureBudget{Name: "x\x1b", Unit: "y\x1bs", Limit: 1, Value: ptr[uint64](1)}, `x\x1b: 1 y\x1b, and the budget is 1`},
	} {
		if got := tc.give.String(); got != tc.want {
			t.Errorf("%q, want %q", got, tc.want)
		}
	}
}
