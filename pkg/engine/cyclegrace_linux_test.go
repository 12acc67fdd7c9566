package engine_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/wamr-go/wamr-go/internal/waiting"
	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// A guest that waits for ever does not keep a run of cycles from ending.
func TestGraceEndsCycles(t *testing.T) {
	i := slices.IndexFunc(waiting.Cases, func(c waiting.Case) bool { return c.Name() == "fd_read/pipe" })
	c := &waiting.Cases[i]
	const soon = 20 * time.Millisecond
	stopped := make(chan struct{})
	close(stopped)
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	for _, test := range []struct {
		name      string
		cfg       engine.CycleConfig
		ctx       context.Context
		waits     func(cycle uint64) bool // in others the guest reads the available bytes, and ends
		stops     bool                    // as soon as a guest waits
		completed bool                    // a cycle was
		want      engine.OutcomeKind
	}{
		{name: "duration", cfg: engine.CycleConfig{Duration: soon, Grace: soon}, want: engine.OutcomeTimeout},
		{name: "duration, later", cfg: engine.CycleConfig{Duration: 25 * soon, Grace: soon, Workers: 2}, completed: true,
			waits: func(cycle uint64) bool { return cycle > 5 }, want: engine.OutcomeExit},
		{name: "stop", cfg: engine.CycleConfig{Cycles: 10, Grace: soon}, stops: true, want: engine.OutcomeInterrupted},
		{name: "stop, later", cfg: engine.CycleConfig{Cycles: 10, Grace: soon}, stops: true, completed: true,
			waits: func(cycle uint64) bool { return cycle > 5 }, want: engine.OutcomeInterrupted},
		{name: "timeout comes first", cfg: engine.CycleConfig{Duration: time.Minute, Grace: soon, Timeout: soon, FailFast: true}, completed: true,
			want: engine.OutcomeTimeout},
		{name: "stopped before", cfg: engine.CycleConfig{Cycles: 2, Grace: soon, Stop: stopped}, want: engine.OutcomeInterrupted},
		{name: "ended before", cfg: engine.CycleConfig{Duration: soon, Grace: soon}, ctx: ended, want: engine.OutcomeInterrupted},
	} {
		t.Run(test.name, func(t *testing.T) {
			ledger := memstat.NewLedger(memstat.SitesNever)
			m := compile(t, newRuntime(t, engine.Config{Ledger: ledger}), &engine.Binary{Path: "m", Bytes: c.Wasm()})
			stdin := c.Host(t).Stdin
			test.cfg.SampleEvery = -1
			stop := func() {}
			if test.stops {
				c := make(chan struct{})
				test.cfg.Stop, stop = c, sync.OnceFunc(func() { close(c) })
			}
			test.cfg.Config = func(cycle uint64) wasi.Config {
				if test.waits != nil && !test.waits(cycle) {
					return wasi.Config{} // standard input is empty
				}
				stop()
				return wasi.Config{Stdin: stdin}
			}
			if test.ctx == nil {
				test.ctx = context.Background()
			}
			results := make(chan engine.CycleResult, 1)
			go func() { results <- m.Cycle(test.ctx, test.cfg) }()
			var r engine.CycleResult
			select {
			case r = <-results:
			case <-time.After(30 * time.Second):
				t.Fatal("the run goes on")
			}
			if o := r.Outcome(); o.Kind != test.want || (r.Completed > 0) != test.completed {
				t.Errorf("outcome %v after %d cycles, want %v", o, r.Completed, test.want)
			}
			if errors.Is(test.ctx.Err(), context.Canceled) || test.cfg.Stop == stopped || test.cfg.Timeout > 0 {
				if r.Cut != 0 {
					t.Errorf("%d cycles were cut", r.Cut)
				}
			} else if r.Cut == 0 || r.Cut > uint64(max(test.cfg.Workers, 1)) {
				t.Errorf("%d cycles were cut", r.Cut)
			}
			if n := r.Outcomes[engine.OutcomeInterrupted]; n != 0 {
				t.Errorf("%d cycles count as interrupted", n)
			}
			if s := ledger.Snapshot(); len(s.Leaks) != 0 {
				t.Errorf("leaks %v", s.Leaks)
			}
		})
	}
}

// The hunt for leaks ends with the run, too, and is inconclusive then. But it may
// take longer than planned, if each cycle ends soon.
func TestGraceInHunt(t *testing.T) {
	i := slices.IndexFunc(waiting.Cases, func(c waiting.Case) bool { return c.Name() == "fd_read/pipe" })
	c := &waiting.Cases[i]
	const soon = 20 * time.Millisecond
	const before = 12 // more cycles than come before the hunt
	for _, test := range []struct {
		name  string
		cfg   engine.CycleConfig
		stops bool          // as soon as a guest waits
		waits bool          // guests of the hunt do
		pause time.Duration // before each of them
		want  engine.OutcomeKind
	}{
		{name: "stop", cfg: engine.CycleConfig{Cycles: 32, Workers: 2, Grace: soon}, stops: true, waits: true, want: engine.OutcomeInterrupted},
		{name: "duration", cfg: engine.CycleConfig{Cycles: 32, Workers: 2, Grace: soon, Duration: 2 * time.Second}, waits: true, want: engine.OutcomeExit},
		{name: "slow cycles", cfg: engine.CycleConfig{Cycles: 32, Grace: time.Second, Duration: 2 * time.Second}, pause: 200 * time.Millisecond, want: engine.OutcomeExit},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := compile(t, newRuntime(t, engine.Config{}), &engine.Binary{Path: "m", Bytes: c.Wasm()})
			stdin := c.Host(t).Stdin
			stop := func() {}
			if test.stops {
				c := make(chan struct{})
				test.cfg.Stop, stop = c, sync.OnceFunc(func() { close(c) })
			}
			test.cfg.Config = func(cycle uint64) wasi.Config {
				if cycle <= before {
					return wasi.Config{} // standard input is empty
				}
				time.Sleep(test.pause)
				if !test.waits {
					return wasi.Config{}
				}
				stop()
				return wasi.Config{Stdin: stdin}
			}
			results := make(chan engine.CycleResult, 1)
			go func() { results <- m.Cycle(context.Background(), test.cfg) }()
			var r engine.CycleResult
			select {
			case r = <-results:
			case <-time.After(time.Minute):
				t.Fatal("the run goes on")
			}
			if o := r.Outcome(); o.Kind != test.want {
				t.Errorf("outcome %v, want %v", o, test.want)
			}
			if cut := r.Cut > 0; cut != test.waits || r.Cut > 2 {
				t.Errorf("%d cycles were cut", r.Cut)
			}
			if complete := r.Completed == r.Requested; complete == test.waits {
				t.Errorf("%d cycles were completed", r.Completed)
			}
			if r.Hunt == nil || (r.Hunt.Verdict == memstat.Inconclusive) != test.waits {
				t.Errorf("hunt %+v", r.Hunt)
			}
		})
	}
}
