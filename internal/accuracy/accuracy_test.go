package main

import (
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// TestAccuracy runs each guest and each fault once, at the lower rate and on two
// workers. `make leak-accuracy` runs all cases, often enough for a share.
func TestAccuracy(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("this system counts less")
	}
	if testing.Short() {
		t.Skip("it takes half a minute")
	}
	t.Chdir("../..")
	program := filepath.Join(t.TempDir(), "wamr-go")
	build := exec.Command("go", "build", "-pgo=off", "-o", program, "./cmd/wamr-go")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	wanted := func(c testCase) bool { return c.workers == c.guest.workers() && c.fault.every != 1 }
	right, err := lab{program: program, cycles: 1000}.measureAll(1, 1, wanted)
	if err != nil {
		t.Fatal(err)
	}
	if !right {
		t.Error("a run was judged wrongly, see above")
	}
}

func TestWilson(t *testing.T) {
	for _, tc := range []struct {
		hits, n   int
		low, high float64
	}{
		{1000, 1000, 0.9962, 1},
		{0, 1000, 0, 0.0038},
		{50, 100, 0.4038, 0.5962},
	} {
		low, high := wilson(tc.hits, tc.n)
		if math.Abs(low-tc.low) > 0.0001 || math.Abs(high-tc.high) > 0.0001 {
			t.Errorf("%d of %d: %v to %v", tc.hits, tc.n, low, high)
		}
	}
}

// TestJudge: only the right kind, place, count and rate will do.
func TestJudge(t *testing.T) {
	ledger := testCase{fault: fault{name: "x", every: 2, ledger: "slot"}}
	heap := testCase{fault: fault{name: "x", every: 100, kind: "go_heap", identity: "lose", objects: 1}}
	leaking := func(objects, cycle int, rows ...row) (r report) {
		r.Cycles.Verdict, r.Cycles.Completed, r.Cycles.Census = "leak", 10, rows
		if objects > 0 {
			r.Ledger.Leaks = append(r.Ledger.Leaks, struct {
				Kind    string
				Objects int
				Cycle   int
			}{"slot", objects, cycle})
		}
		return r
	}
	for _, tc := range []struct {
		name  string
		c     testCase
		r     report
		right bool
	}{
		{"clean, leak", testCase{}, leaking(0, 0), false},
		{"ledger", ledger, leaking(5, 2), true},
		{"ledger, count", ledger, leaking(4, 2), false},
		{"ledger, cycle", ledger, leaking(5, 3), false},
		{"ledger, nothing", ledger, leaking(0, 0), false},
		{"heap", heap, leaking(0, 0, row{"go_heap", "a.loseHeap", 0.0108}), true},
		{"heap, rate", heap, leaking(0, 0, row{"go_heap", "a.loseHeap", 0.0112}), false},
		{"heap, place", heap, leaking(0, 0, row{"go_heap", "a.keep", 0.01}), false},
		{"heap, kind", heap, leaking(0, 0, row{"mapping", "a.loseHeap", 0.01}), false},
		{"heap, inconclusive", heap, report{}, false},
	} {
		if got := tc.c.judge(tc.r); (got == "") != tc.right {
			t.Errorf("%s: %q", tc.name, got)
		}
	}
}
