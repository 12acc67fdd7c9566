package engine_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/census"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// TestCalls calls exports of plug-ins, some of which keep memory or
// descriptors. The leaks of the guest are found, with their rates.
func TestCalls(t *testing.T) {
	dir := preopen(t, t.TempDir(), "/data")
	const none = census.File // nothing is to be found
	for _, tc := range []struct {
		guest, function string
		args            []string
		env             []string
		calls           uint64
		maxFDs          int
		kind            census.Kind
		identity        string
		low, high       float64 // bytes, or objects without a size, per call
	}{
		{guest: "c/plugin", function: "tidy", args: []string{"100"}, calls: 2000, kind: none},
		{guest: "c/plugin", function: "cache", args: []string{"200"}, calls: 2000, kind: none},
		{guest: "c/plugin", function: "reopen", calls: 1000, kind: none},
		{guest: "c/plugin", function: "tidy", args: []string{"100"}, calls: census.LeastCycles, kind: none},
		{guest: "wat/reactor", function: "get", calls: 500, kind: none},
		{guest: "wat/arith", function: "add", args: []string{"1", "2"}, calls: 500, kind: none},
		// dlmalloc takes 16 bytes more for each block.
		{guest: "c/plugin", function: "lose", args: []string{"96"}, calls: 8000, kind: census.GuestMemory, identity: "linear memory", low: 100, high: 124},
		{guest: "c/plugin", function: "lose", args: []string{"100000"}, calls: 100, kind: census.GuestMemory, identity: "linear memory", low: 99e3, high: 110e3},
		{guest: "c/plugin", function: "hoard", args: []string{"1"}, calls: 200_000, kind: census.GuestMemory, identity: "linear memory", low: 4, high: 16},
		{guest: "c/plugin", function: "forget", calls: 1000, kind: census.GuestDescriptor, identity: "/data/log.txt", low: 1, high: 1},
		{guest: "c/plugin", function: "forget", calls: 1000, maxFDs: 100, kind: census.GuestDescriptor, identity: "/data/log.txt", low: 0.99, high: 1.01},
		// The linker wraps exports of a command in constructors, of which one
		// takes memory for the environment: wasi-libc issue 298.
		{guest: "c/environ", function: "work", calls: 10_000, kind: none},
		{guest: "c/environ", function: "work", env: []string{"HOME=/home/somebody"}, calls: 10_000, kind: census.GuestMemory, identity: "linear memory", low: 40, high: 60},
	} {
		ledger := memstat.NewLedger(memstat.SitesAuto)
		m := compile(t, newRuntime(t, engine.Config{Ledger: ledger}), guest(t, tc.guest))
		made := 0
		r := m.Cycle(context.Background(), engine.CycleConfig{
			Cycles: tc.calls, Workers: 3, OneInstance: true, Invoke: tc.function, Args: tc.args,
			Config: func(uint64) wasi.Config {
				made++
				return wasi.Config{Env: tc.env, Preopens: []*wasi.Preopen{dir}, Limits: wasi.Limits{FDs: tc.maxFDs}}
			},
		})
		if r.Completed != tc.calls || !r.OneInstance || r.Workers != 1 || made != 1 || r.Outcomes[engine.OutcomeExit] != tc.calls || r.CloseErr != nil {
			t.Errorf("%s: %d of %d calls on %d workers in %d instances, %v, %v", tc.function, r.Completed, tc.calls, r.Workers, made, r.Outcomes, r.CloseErr)
		}
		checkLedger(t, ledger)
		if r.Hunt == nil {
			t.Errorf("%s: no hunt", tc.function)
			continue
		}
		if tc.kind == none {
			if r.Hunt.Verdict != memstat.Clean {
				t.Errorf("%s: %v, %s, %+v", tc.function, r.Hunt.Verdict, r.Hunt.Reason, r.Hunt.Findings)
			}
			continue
		}
		if r.Hunt.Verdict != memstat.Leaking || len(r.Hunt.Findings) != 1 && tc.kind != census.GuestDescriptor {
			t.Errorf("%s: %v, %s, %+v", tc.function, r.Hunt.Verdict, r.Hunt.Reason, r.Hunt.Findings)
			continue
		}
		f := r.Hunt.Findings[0]
		rate := f.BytesPer
		if tc.kind == census.GuestDescriptor {
			rate = f.PerCycle
		}
		if f.Kind != tc.kind || f.Identity != tc.identity || rate < tc.low || rate > tc.high || f.Since == 0 || f.Since > tc.calls/2 {
			t.Errorf("%s: %+v", tc.function, f)
		}
		if tc.kind == census.GuestMemory && (r.GuestBound <= 0 || r.GuestBound > f.BytesPer) {
			t.Errorf("%s: bound %v", tc.function, r.GuestBound)
		}
	}
}

// TestCallsEnd is about calls after which there are no others.
func TestCallsEnd(t *testing.T) {
	r := newRuntime(t, engine.Config{Interruptible: true})
	plugin, hello := compile(t, r, guest(t, "c/plugin")), compile(t, r, guest(t, "c/hello"))
	stopped := make(chan struct{})
	close(stopped)
	for _, tc := range []struct {
		name      string
		m         *engine.Module
		cfg       engine.CycleConfig
		completed uint64
		outcome   engine.OutcomeKind // of the last call
		err       error
	}{
		{"traps", plugin, engine.CycleConfig{Invoke: "fail"}, 50, engine.OutcomeTrap, nil},
		{"fail fast", plugin, engine.CycleConfig{Invoke: "fail", FailFast: true}, 1, engine.OutcomeTrap, nil},
		{"exit 0", plugin, engine.CycleConfig{Invoke: "leave", Args: []string{"0"}}, 1, engine.OutcomeError, engine.ErrClosed},
		{"exit 3", plugin, engine.CycleConfig{Invoke: "leave", Args: []string{"3"}}, 1, engine.OutcomeError, engine.ErrClosed},
		{"start", hello, engine.CycleConfig{Invoke: "_start"}, 1, engine.OutcomeError, engine.ErrOnce},
		{"initialize", plugin, engine.CycleConfig{Invoke: "_initialize"}, 1, engine.OutcomeError, engine.ErrOnce},
		{"nothing to call", plugin, engine.CycleConfig{}, 1, engine.OutcomeError, engine.ErrOnce},
		{"unknown export", plugin, engine.CycleConfig{Invoke: "x"}, 1, engine.OutcomeError, nil},
		{"stopped", plugin, engine.CycleConfig{Invoke: "tidy", Args: []string{"1"}, Stop: stopped}, 0, engine.OutcomeExit, nil},
	} {
		tc.cfg.Cycles, tc.cfg.OneInstance = 50, true
		got := tc.m.Cycle(context.Background(), tc.cfg)
		if got.Completed != tc.completed || got.Outcomes[tc.outcome] != tc.completed || got.CloseErr != nil {
			t.Errorf("%s: %d completed, %v, %v", tc.name, got.Completed, got.Outcomes, got.CloseErr)
		}
		if tc.err != nil && (got.FirstFailure == nil || !errors.Is(got.FirstFailure.Err, tc.err)) {
			t.Errorf("%s: %v", tc.name, got.FirstFailure)
		}
	}
}

// TestCallsTimeout: an instance that a timeout ended cannot be called again.
func TestCallsTimeout(t *testing.T) {
	m := compile(t, newRuntime(t, engine.Config{Interruptible: true}), guest(t, "c/plugin"))
	r := m.Cycle(context.Background(), engine.CycleConfig{Cycles: 9, OneInstance: true, Invoke: "hang", Timeout: 500 * time.Millisecond})
	if r.Completed != 2 || r.Outcomes[engine.OutcomeTimeout] != 1 || r.Outcome().Kind != engine.OutcomeTimeout || r.CloseErr != nil {
		t.Errorf("%+v", r)
	}
}

// TestGuestMemoryFault grows the memory for the guest: calls lose it, cycles give
// it back with the instance.
func TestGuestMemoryFault(t *testing.T) {
	m := compile(t, newRuntime(t, engine.Config{}), guest(t, "c/plugin"))
	for _, tc := range []struct {
		fault   string
		calls   bool
		verdict memstat.Verdict
		rate    float64
	}{
		{"guest-memory:4096", true, memstat.Leaking, 4096},
		{"guest-memory:65536/100", true, memstat.Leaking, 655.36},
		{"guest-memory:4096", false, memstat.Clean, 0},
	} {
		fault, err := engine.ParseFault(tc.fault)
		if err != nil {
			t.Fatal(err)
		}
		r := m.Cycle(context.Background(), engine.CycleConfig{Cycles: 1000, OneInstance: tc.calls, Invoke: "tidy", Args: []string{"1"}, Fault: fault})
		if r.CloseErr != nil || r.Hunt == nil || r.Hunt.Verdict != tc.verdict {
			t.Errorf("%s: %+v, %v", tc.fault, r.Hunt, r.CloseErr)
			continue
		}
		if tc.rate > 0 && (r.Hunt.Findings[0].BytesPer < 0.9*tc.rate || r.Hunt.Findings[0].BytesPer > 1.1*tc.rate) {
			t.Errorf("%s: %+v", tc.fault, r.Hunt.Findings)
		}
	}
}
