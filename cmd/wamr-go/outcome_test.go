package main

import (
	"errors"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/report"
)

// once is the result of a plain run.
func once(o engine.Outcome) *engine.CycleResult {
	c := &engine.CycleResult{Requested: 1, Completed: 1, First: o}
	c.Outcomes[o.Kind] = 1
	if !o.Clean() {
		c.FirstFailure = &engine.CycleOutcome{Cycle: 1, Outcome: o}
	}
	return c
}

// ten is the result of ten cycles. The first failure is o, in cycle 2; counts
// has the other failures.
func ten(o engine.Outcome, counts map[engine.OutcomeKind]uint64) *engine.CycleResult {
	c := &engine.CycleResult{Requested: 10, Completed: 10, FirstFailure: &engine.CycleOutcome{Cycle: 2, Outcome: o}}
	for kind, n := range counts {
		c.Outcomes[kind] = n
	}
	c.Outcomes[o.Kind]++
	if o.Kind == engine.OutcomeExit {
		c.NonzeroExits = 1
	}
	return c
}

var (
	trapped  = engine.Outcome{Kind: engine.OutcomeTrap, Err: &engine.TrapError{Message: "unreachable"}}
	timedOut = engine.Outcome{Kind: engine.OutcomeTimeout}
	stopped  = engine.Outcome{Kind: engine.OutcomeInterrupted}
	failed   = engine.Outcome{Kind: engine.OutcomeError, Err: errors.New("too many open files")}
	noModule = &engine.LoadError{Path: "m.wasm", Err: engine.ErrWAT}
)

func exited(code uint32) engine.Outcome { return engine.Outcome{ExitCode: code} }

func ran(c *engine.CycleResult) result { return result{Run: engine.Run{Cycles: c}} }

func with(r result, change func(*result)) result {
	change(&r)
	if len(r.errs) > 0 {
		r.Err = r.errs[0]
	}
	return r
}

func bySignal(s syscall.Signal) func(*result) { return func(r *result) { r.signal = s } }
func byError(errs ...error) func(*result)     { return func(r *result) { r.errs = errs } }

func TestConclude(t *testing.T) {
	var (
		leak     = &report.Report{Ledger: &report.Ledger{Leaks: []memstat.Leak{{Kind: memstat.KindPrestatLock, Objects: 1, Bytes: 24}}}}
		twice    = &report.Report{Ledger: &report.Ledger{DoubleReleases: 2}}
		grows    = &report.Report{Cycles: &report.Cycles{Verdict: memstat.Leaking, Reason: "by 3 fds"}}
		peak     = uint64(131072)
		budget   = &report.Report{Budgets: []report.FigureBudget{{Name: "total_memory", Unit: "bytes", Limit: 65536, Value: &peak, Exceeded: true}}}
		leakOver = &report.Report{Ledger: leak.Ledger, Budgets: budget.Budgets}

		plain   = options{leakCode: exitLeak, timeout: time.Second, invoke: "f"}
		cycles  = options{leakCode: exitLeak, timeout: time.Second, cycles: 10}
		soak    = options{leakCode: exitLeak, duration: time.Minute}
		printed = options{leakCode: exitLeak, reports: []reportWish{{format: reportText}}}
		keep    = options{leakCode: 0, reports: []reportWish{{format: reportText}}}
		seven   = options{leakCode: 7, reports: []reportWish{{format: reportText}}}
	)
	const (
		leakLine = "error: leak: 1 prestat_lock (24 bytes) not given back"
		overLine = "error: linear memory and tables (total_memory): 131,072 bytes, and the budget is 65,536"
	)
	for _, tc := range []struct {
		name string
		give result
		rep  *report.Report // nil for one without findings
		opt  options
		more []ending // that come after the report was written
		code int
		want []string
	}{
		{"exit 0", ran(once(exited(0))), nil, plain, nil, 0, nil},
		{"exit 3", ran(once(exited(3))), nil, plain, nil, 3, []string{"note: the guest exited with 3"}},
		{"exit 256", ran(once(exited(256))), nil, plain, nil, 256, []string{"warning: the guest exited with 256, of which the system keeps 0"}},
		{"a guest's 134", ran(once(exited(134))), nil, plain, nil, 134, []string{"note: the guest exited with 134"}},
		{"trap", ran(once(trapped)), nil, plain, nil, 134, []string{"error: the guest trapped (exit code 134)"}},
		{"timeout", ran(once(timedOut)), nil, plain, nil, 124, []string{"error: the guest timed out after 1s (exit code 124)"}},
		{"no instance", ran(once(failed)), nil, plain, nil, 125, []string{"error: m.wasm: too many open files"}},
		{"no module", with(result{}, byError(noModule)), nil, plain, nil, 125, []string{
			"error: m.wasm: is WebAssembly text (WAT), not a binary module", "hint: wat2wasm m.wasm",
		}},

		{"SIGINT", with(ran(once(stopped)), bySignal(syscall.SIGINT)), nil, plain, nil, 130, []string{"error: interrupted (exit code 130)"}},
		{"SIGTERM", with(ran(once(stopped)), bySignal(syscall.SIGTERM)), nil, plain, nil, 143, []string{"error: interrupted (exit code 143)"}},
		{"SIGHUP", with(ran(once(stopped)), bySignal(syscall.SIGHUP)), nil, plain, nil, 129, []string{"error: interrupted (exit code 129)"}},
		{"signal before the guest", with(result{}, bySignal(syscall.SIGTERM)), nil, cycles, nil, 143, []string{"error: interrupted (exit code 143)"}},
		{"signal after the guest", with(ran(once(exited(3))), bySignal(syscall.SIGINT)), nil, plain, nil, 3, []string{"note: the guest exited with 3"}},
		{"signal and no module", with(with(result{}, byError(noModule)), bySignal(syscall.SIGINT)), nil, plain, nil, 125, []string{
			"error: m.wasm: is WebAssembly text (WAT), not a binary module", "hint: wat2wasm m.wasm",
		}},
		{
			"signal in cycles", with(ran(&engine.CycleResult{Requested: 2000, Completed: 1500, Stopped: true}), bySignal(syscall.SIGINT)),
			nil, cycles, nil, 130, []string{"error: interrupted after 1,500 of 2,000 cycles (exit code 130)"},
		},
		{
			"signal in a soak", with(ran(&engine.CycleResult{Completed: 1500, Stopped: true}), bySignal(syscall.SIGTERM)),
			nil, soak, nil, 143, []string{"error: interrupted after 1,500 cycles (exit code 143)"},
		},
		{"signal after the cycles", with(ran(&engine.CycleResult{Requested: 9, Completed: 9, Stopped: true}), bySignal(syscall.SIGINT)), nil, cycles, nil, 0, nil},

		{
			"cycles that were cut", with(ran(&engine.CycleResult{Completed: 1500, Cut: 2, Stopped: true}), bySignal(syscall.SIGTERM)),
			nil, soak, nil, 143, []string{
				"warning: cycles that were not over when the run was: 2",
				"error: interrupted after 1,500 cycles (exit code 143)",
			},
		},

		{"leak", ran(once(exited(0))), leak, plain, nil, 99, []string{
			leakLine + " (exit code 99)", "hint: --mem-report tells where it was acquired",
		}},
		{"leak in a report", ran(once(exited(0))), leak, printed, nil, 99, []string{leakLine + " (exit code 99)"}},
		{"leak and exit", ran(once(exited(3))), leak, printed, nil, 99, []string{leakLine + " (exit code 99)"}},
		{"leak with a code", ran(once(exited(3))), leak, seven, nil, 7, []string{leakLine + " (exit code 7)"}},
		{"leak that keeps the code", ran(once(exited(3))), leak, keep, nil, 3, []string{leakLine, "note: the guest exited with 3"}},
		{"double release", ran(once(exited(0))), twice, printed, nil, 99, []string{"error: leak: double releases: 2 (exit code 99)"}},
		{"growth", ran(once(exited(0))), grows, printed, nil, 99, []string{"error: leak: by 3 fds (exit code 99)"}},
		{"budget", ran(once(exited(0))), budget, plain, nil, 99, []string{overLine + " (exit code 99)"}},

		{"all at once", ran(once(trapped)), leakOver, printed, nil, 134, []string{
			leakLine, overLine, "error: the guest trapped (exit code 134)",
		}},
		{"trap that a code of 0 does not hide", ran(once(trapped)), leak, keep, nil, 134, []string{
			leakLine, "error: the guest trapped (exit code 134)",
		}},
		{"signal and leak", with(ran(once(stopped)), bySignal(syscall.SIGINT)), leak, printed, nil, 99, []string{
			"error: interrupted", leakLine + " (exit code 99)",
		}},
		{"trap and a failed Close", with(ran(once(trapped)), byError(errors.New("no Close"), errors.New("nor that"))), nil, plain, nil, 125, []string{
			"error: the guest trapped", "error: m.wasm: no Close", "error: m.wasm: nor that",
		}},
		{"instance that is not destroyed", with(ran(once(exited(3))), func(r *result) { r.Cycles.CloseErr = errors.New("munmap") }), nil, plain, nil, 3, []string{
			"warning: destroying the instance: munmap", "note: the guest exited with 3",
		}},

		{"trap in cycles", ran(ten(trapped, nil)), nil, cycles, nil, 134, []string{
			"error: the guest trapped in 1 of 10 cycles, first in cycle 2 (exit code 134)",
		}},
		{"exit in cycles", ran(ten(exited(3), map[engine.OutcomeKind]uint64{engine.OutcomeExit: 9})), nil, cycles, nil, 3, []string{
			"warning: the guest exited with 3 in 1 of 10 cycles, first in cycle 2", "note: the guest exited with 3",
		}},
		{"exit, then traps", ran(ten(exited(3), map[engine.OutcomeKind]uint64{engine.OutcomeTrap: 4})), nil, cycles, nil, 134, []string{
			"warning: the guest exited with 3 in 1 of 10 cycles, first in cycle 2", "error: the guest trapped in 4 of 10 cycles (exit code 134)",
		}},
		{
			"trap, then others", ran(ten(trapped, map[engine.OutcomeKind]uint64{engine.OutcomeTimeout: 3, engine.OutcomeError: 2})),
			nil, cycles, nil, 134, []string{
				"error: the guest could not be run in 2 of 10 cycles", "error: the guest timed out after 1s in 3 of 10 cycles",
				"error: the guest trapped in 1 of 10 cycles, first in cycle 2 (exit code 134)",
			},
		},
		{
			"timeout, then traps", ran(ten(timedOut, map[engine.OutcomeKind]uint64{engine.OutcomeTrap: 3})),
			nil, cycles, nil, 124, []string{
				"error: the guest trapped in 3 of 10 cycles", "error: the guest timed out after 1s in 1 of 10 cycles, first in cycle 2 (exit code 124)",
			},
		},
		{
			"failure, then traps", ran(ten(failed, map[engine.OutcomeKind]uint64{engine.OutcomeTrap: 3})),
			nil, cycles, nil, 125, []string{"error: the guest trapped in 3 of 10 cycles", "error: m.wasm: too many open files"},
		},
		{
			"trap, then a signal", with(ran(ten(trapped, nil)), func(r *result) { r.Cycles.Stopped, r.Cycles.Requested, r.signal = true, 20, syscall.SIGINT }),
			nil, cycles, nil, 134, []string{
				"error: interrupted after 10 of 20 cycles", "error: the guest trapped in 1 of 10 cycles, first in cycle 2 (exit code 134)",
			},
		},

		{"lost results", with(ran(once(exited(0))), func(r *result) { r.lost = syscall.ENOSPC }), nil, plain, nil, 125, []string{
			"error: the results of f could not be printed: no space left on device",
		}},
		{"lost report", ran(once(exited(3))), nil, plain, []ending{lostReport("written to r.txt", syscall.EIO)}, 125, []string{
			"error: the report could not be written to r.txt: input/output error",
		}},
		{"lost report of a trap", ran(once(trapped)), leak, printed, []ending{lostReport("written to r.txt", syscall.EIO)}, 125, []string{
			leakLine, "error: the guest trapped", "error: the report could not be written to r.txt: input/output error",
		}},
	} {
		if tc.rep == nil {
			tc.rep = &report.Report{}
		}
		list := endings(tc.give, tc.rep, &tc.opt, explainer{module: "m.wasm"}.failure)
		lines, code := conclude(tc.give, &tc.opt, append(list, tc.more...))
		var got []string
		for _, line := range lines {
			got = append(got, string(line.word)+": "+line.text)
		}
		if code != tc.code {
			t.Errorf("%s: exit code %d, want %d", tc.name, code, tc.code)
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s: -want +got:\n%s", tc.name, diff)
		}
	}
}

// The report has the message of a trap or an error, else the reason that
// decides.
func TestOutcomeMessage(t *testing.T) {
	last := []ending{{code: exitLeak, text: "one"}, {code: exitTimeout, text: "two"}}
	for _, tc := range []struct {
		name string
		give result
		own  string // the message that the report has already
		list []ending
		want string
	}{
		{"clean exit", ran(once(exited(0))), "", nil, ""},
		{"exit with endings", ran(once(exited(0))), "", last, "two"},
		{"trap", ran(once(trapped)), "unreachable", last, "unreachable"},
		{"no module", with(result{}, byError(noModule)), "raw", last, "m.wasm: is WebAssembly text (WAT), not a binary module"},
		{"no instance", ran(once(failed)), "raw", last, "m.wasm: too many open files"},
		{"interrupted", ran(once(stopped)), "", last[:1], "one"},
	} {
		rep := &report.Report{Outcome: report.Outcome{Message: tc.own}}
		if got := outcomeMessage(tc.give, rep, tc.list, explainer{module: "m.wasm"}.failure); got != tc.want {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		}
	}
}
