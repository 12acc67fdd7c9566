package engine_test

import (
	"bytes"
	"context"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/census"
	"github.com/wamr-go/wamr-go/pkg/memstat/probe"
	"github.com/wamr-go/wamr-go/pkg/memstat/report"
	"github.com/wamr-go/wamr-go/pkg/memstat/trend"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

func TestCycle(t *testing.T) {
	for _, workers := range []int{0, 1, 3} {
		ledger := memstat.NewLedger(memstat.SitesAuto)
		m := compile(t, newRuntime(t, engine.Config{Ledger: ledger}), guest(t, "c/hello"))
		var first bytes.Buffer
		var mu sync.Mutex
		seen := make(map[uint64]int)
		var progress []uint64
		r := m.Cycle(context.Background(), engine.CycleConfig{
			Cycles: 200, Workers: workers,
			Config: func(cycle uint64) wasi.Config {
				mu.Lock()
				defer mu.Unlock()
				seen[cycle]++
				if cycle == 1 {
					return wasi.Config{Stdout: &first}
				}
				return wasi.Config{}
			},
			Progress: func(n uint64) { progress = append(progress, n) },
		})
		if r.Requested != 200 || r.Completed != 200 || r.Workers != max(workers, 1) || r.Outcomes[engine.OutcomeExit] != 200 {
			t.Errorf("%+v", r)
		}
		if !r.First.Clean() || r.FirstFailure != nil || r.LeakingCycles != 0 || r.CloseErr != nil {
			t.Errorf("first %v, first failure %v, %d leaking, %v", r.First, r.FirstFailure, r.LeakingCycles, r.CloseErr)
		}
		if r.P50 <= 0 || r.P50 > r.P99 || r.P99 > r.Max || r.Max > r.Elapsed || r.PerSecond <= 0 {
			t.Errorf("p50 %v, p99 %v, max %v, elapsed %v, rate %v", r.P50, r.P99, r.Max, r.Elapsed, r.PerSecond)
		}
		if first.String() != "hello, world\n" {
			t.Errorf("the first cycle printed %q", &first)
		}
		for c := uint64(1); c <= 200; c++ {
			if seen[c] != 1 {
				t.Errorf("cycle %d was run %d times", c, seen[c])
			}
		}
		if len(seen) != 200 || len(progress) == 0 || progress[len(progress)-1] != 200 {
			t.Errorf("%d cycles, progress %v", len(seen), progress)
		}
		if n := len(r.Samples); n < trend.MinPoints || n > probe.MaxSamples {
			t.Errorf("%d samples", n)
		}
		if h := r.Hunt; h == nil || h.Verdict != memstat.Clean || h.Plan.Window < 40 {
			t.Errorf("the hunt for leaks: %+v", h)
		}
		checkLedger(t, ledger)
	}
}

// TestCycleLeast: the least number of cycles that a reason asks for is enough, and
// fewer never are.
func TestCycleLeast(t *testing.T) {
	m := compile(t, newRuntime(t, engine.Config{}), guest(t, "c/hello"))
	for cycles := uint64(2); cycles < census.LeastCycles+20; cycles++ {
		r := m.Cycle(context.Background(), engine.CycleConfig{Cycles: cycles})
		clean := r.Hunt != nil && r.Hunt.Verdict == memstat.Clean
		if r.Completed != cycles || clean != (cycles >= census.LeastCycles) {
			t.Errorf("%d of %d cycles, %+v", r.Completed, cycles, r.Hunt)
		}
	}
}

// TestCycleEnds is about when a run ends before its time.
func TestCycleEnds(t *testing.T) {
	r := newRuntime(t, engine.Config{Interruptible: true})
	hello, trap := compile(t, r, guest(t, "c/hello")), compile(t, r, guest(t, "wat/trap"))
	badData, loop := compile(t, r, guest(t, "wat/baddata")), compile(t, r, guest(t, "wat/loop"))
	stopped := make(chan struct{})
	close(stopped)
	done := func(ctx context.Context) (context.Context, context.CancelFunc) {
		ctx, cancel := context.WithCancel(ctx)
		cancel()
		return ctx, cancel
	}
	for _, tc := range []struct {
		name      string
		m         *engine.Module
		ctx       func(context.Context) (context.Context, context.CancelFunc)
		cfg       engine.CycleConfig
		completed uint64
		outcome   engine.OutcomeKind
		bad       uint64 // cycle
	}{
		{"neither", hello, nil, engine.CycleConfig{}, 1, engine.OutcomeExit, 0},
		{"stopped", hello, nil, engine.CycleConfig{Cycles: 5, Stop: stopped}, 0, engine.OutcomeExit, 0},
		{"done", hello, done, engine.CycleConfig{Cycles: 5}, 0, engine.OutcomeExit, 0},
		{"traps", trap, nil, engine.CycleConfig{Cycles: 5, Workers: 2}, 5, engine.OutcomeTrap, 1},
		{"fail fast", trap, nil, engine.CycleConfig{Cycles: 5, FailFast: true}, 1, engine.OutcomeTrap, 1},
		{"first cannot run", badData, nil, engine.CycleConfig{Cycles: 5, Workers: 2}, 1, engine.OutcomeError, 1},
		{"unknown export", hello, nil, engine.CycleConfig{Cycles: 5, Invoke: "x"}, 1, engine.OutcomeError, 1},
		{"time-out", loop, nil, engine.CycleConfig{Cycles: 2, Timeout: 10 * time.Millisecond}, 2, engine.OutcomeTimeout, 1},
		{"deadline of all", loop, after(50 * time.Millisecond), engine.CycleConfig{Cycles: 5}, 1, engine.OutcomeTimeout, 1},
	} {
		if tc.ctx == nil {
			tc.ctx = context.WithCancel
		}
		ctx, cancel := tc.ctx(context.Background())
		got := tc.m.Cycle(ctx, tc.cfg)
		cancel()
		if got.Completed != tc.completed || got.Outcomes[tc.outcome] != tc.completed {
			t.Errorf("%s: %d completed, outcomes %v; want %d of %v", tc.name, got.Completed, got.Outcomes, tc.completed, tc.outcome)
		}
		if got.FirstFailure == nil != (tc.bad == 0) || got.FirstFailure != nil && got.FirstFailure.Cycle != tc.bad {
			t.Errorf("%s: bad %v, want %d", tc.name, got.FirstFailure, tc.bad)
		}
	}
}

// TestCycleNonzeroExits counts the exits that are not clean apart from the others.
func TestCycleNonzeroExits(t *testing.T) {
	m := compile(t, newRuntime(t, engine.Config{}), guest(t, "c/exit"))
	r := m.Cycle(context.Background(), engine.CycleConfig{
		Cycles: 10, Workers: 2, SampleEvery: -1,
		Config: func(cycle uint64) wasi.Config {
			code := "0"
			if cycle%2 == 0 {
				code = "3"
			}
			return wasi.Config{Args: []string{"exit", code}}
		},
	})
	if r.NonzeroExits != 5 || r.Outcomes[engine.OutcomeExit] != 10 || r.FirstFailure == nil || r.FirstFailure.Cycle != 2 {
		t.Errorf("%d exits, %d not with 0, first %v", r.Outcomes[engine.OutcomeExit], r.NonzeroExits, r.FirstFailure)
	}
}

func TestCycleDuration(t *testing.T) {
	m := compile(t, newRuntime(t, engine.Config{}), guest(t, "c/hello"))
	const d = 300 * time.Millisecond
	r := m.Cycle(context.Background(), engine.CycleConfig{Duration: d, Workers: 2})
	if r.Elapsed < d || r.Elapsed > 20*d || r.Requested != 0 || r.Completed < 3 {
		t.Errorf("%d cycles in %v", r.Completed, r.Elapsed)
	}
	if first, last := r.Samples[0], r.Samples[len(r.Samples)-1]; last.Cycle < r.Completed/8 {
		t.Errorf("samples from cycle %d to %d of %d", first.Cycle, last.Cycle, r.Completed)
	}
}

// TestCycleStop stops a run from outside, in which no cycle is broken off.
func TestCycleStop(t *testing.T) {
	m := compile(t, newRuntime(t, engine.Config{}), guest(t, "c/sleep"))
	stop := make(chan struct{})
	r := m.Cycle(context.Background(), engine.CycleConfig{
		Cycles: 1000, Stop: stop, SampleEvery: -1,
		Config: func(cycle uint64) wasi.Config {
			if cycle == 3 {
				close(stop)
			}
			return wasi.Config{Args: []string{"sleep", "10"}}
		},
	})
	if r.Completed != 3 || r.Outcomes[engine.OutcomeExit] != 3 || r.Samples != nil {
		t.Errorf("%+v", r)
	}
}

func TestCycleInvoke(t *testing.T) {
	m := compile(t, newRuntime(t, engine.Config{}), guest(t, "wat/arith"))
	var mu sync.Mutex
	var got []string
	r := m.Cycle(context.Background(), engine.CycleConfig{
		Cycles: 3, Invoke: "add", Args: []string{"20", "22"},
		Results: func(_ uint64, results []string) {
			mu.Lock()
			defer mu.Unlock()
			got = append(got, results...)
		},
	})
	if strings.Join(got, " ") != "42 42 42" || r.Completed != 3 {
		t.Errorf("%q, %+v", got, r)
	}
}

// TestCycleKeepsNothing compares the heap after few cycles and after many.
func TestCycleKeepsNothing(t *testing.T) {
	m := compile(t, newRuntime(t, engine.Config{Ledger: memstat.NewLedger(memstat.SitesAuto)}), guest(t, "c/hello"))
	heap := func(cycles uint64) int64 {
		r := m.Cycle(context.Background(), engine.CycleConfig{Cycles: cycles, Workers: 2, SampleEvery: -1})
		if r.Completed != cycles {
			t.Fatalf("%d cycles", r.Completed)
		}
		p := probe.Settled()
		n, ok := p.Get(probe.HeapLive)
		if !ok {
			t.Skip("the heap can't be measured")
		}
		return int64(n)
	}
	heap(500)
	few, many := heap(500), heap(5000)
	if const64K := int64(64 << 10); many-few > const64K {
		t.Errorf("%d bytes of heap after 500 cycles, %d after 5000", few, many)
	}
}

// TestShortRunsHaveReports: however short a run is, its report can be written.
func TestShortRunsHaveReports(t *testing.T) {
	m := compile(t, newRuntime(t, engine.Config{}), guest(t, "c/hello"))
	for _, cfg := range []engine.CycleConfig{
		{Cycles: 1}, {Cycles: 2}, {Cycles: 5}, {Cycles: 16},
		{Duration: time.Nanosecond}, {Duration: time.Millisecond}, {Duration: 20 * time.Millisecond, Workers: 3},
		{Cycles: 1000, Duration: time.Millisecond},
	} {
		c := m.Cycle(context.Background(), cfg)
		r, err := engine.NewReport(engine.Run{Module: m, Cycles: &c})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range report.Formats() {
			if err := f.Write(io.Discard, r, report.Options{}); err != nil {
				t.Errorf("%+v: %s: %v", cfg, f.Name, err)
			}
		}
		if c.Completed == 0 {
			continue
		}
		if r.Cycles.Verdict == memstat.Leaking || r.Cycles.Reason == "" {
			t.Errorf("%+v: %v, %s", cfg, r.Cycles.Verdict, r.Cycles.Reason)
		}
	}
}
