package engine_test

import (
	"context"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/report"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// TestLive looks at a run from another goroutine, also during the hunt.
func TestLive(t *testing.T) {
	for _, tc := range []struct {
		name   string
		module string
		config engine.CycleConfig
	}{
		{"cycles", "c/hello", engine.CycleConfig{Cycles: 300, Workers: 2}},
		{"calls", "wat/arith", engine.CycleConfig{Cycles: 300, OneInstance: true, Invoke: "add", Args: []string{"1", "2"}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := compile(t, newRuntime(t, engine.Config{Inspect: true}), guest(t, tc.module))
			var live engine.Live
			if r, running := live.Result(); running {
				t.Errorf("before the run: %+v", r)
			}
			done := make(chan struct{})
			var wg sync.WaitGroup
			var seen []engine.CycleResult
			wg.Go(func() {
				for {
					select {
					case <-done:
						return
					default:
					}
					if r, running := live.Result(); running {
						seen = append(seen, r)
						checkRunning(t, m, r)
					}
					time.Sleep(time.Millisecond)
				}
			})
			tc.config.Live = &live
			r := m.Cycle(context.Background(), tc.config)
			close(done)
			wg.Wait()
			if _, running := live.Result(); running || r.Running {
				t.Error("the run is over, and does not say so")
			}
			for i, s := range seen {
				if i > 0 && s.Completed < seen[i-1].Completed || s.Completed > r.Completed {
					t.Errorf("%d cycles after %d, and %d in the end", s.Completed, seen[max(i-1, 0)].Completed, r.Completed)
				}
			}
			if len(seen) == 0 {
				t.Error("the run was never seen")
			}
			if r.Latency.Count == 0 || r.Latency.Buckets[len(r.Latency.Buckets)-1].Count > r.Latency.Count {
				t.Errorf("latency %+v", r.Latency)
			}
		})
	}
}

func checkRunning(t *testing.T, m *engine.Module, r engine.CycleResult) {
	if !r.Running || r.Hunt != nil || r.Before == nil || r.After == nil || r.Samples == nil {
		t.Errorf("running %v, hunt %v, before %v, after %v, samples %v", r.Running, r.Hunt, r.Before, r.After, r.Samples)
	}
	rep, err := engine.NewReport(engine.Run{Module: m, Cycles: &r})
	if err != nil || rep.Outcome.Kind != report.Running {
		t.Errorf("outcome %v, %v", rep.Outcome.Kind, err)
	}
	if c := rep.Cycles; c != nil && (!c.Running || c.Verdict != memstat.Inconclusive || c.Reason == "") {
		t.Errorf("running %v, verdict %v, %q", c.Running, c.Verdict, c.Reason)
	}
}

// TestLiveWaitsForNoCycle: a guest that does not end hides nothing.
func TestLiveWaitsForNoCycle(t *testing.T) {
	m := compile(t, newRuntime(t, engine.Config{Interruptible: true}), guest(t, "wat/endless"))
	var live engine.Live
	stop := make(chan struct{})
	ended := make(chan engine.CycleResult)
	go func() {
		ended <- m.Cycle(context.Background(), engine.CycleConfig{
			Duration: time.Hour, Invoke: "loop", Stop: stop, Grace: time.Millisecond, Live: &live,
			Config: func(uint64) wasi.Config { return wasi.Config{} },
		})
	}()
	for {
		if r, running := live.Result(); running {
			if r.Completed != 0 || r.PerSecond != 0 {
				t.Errorf("%d cycles, %v per second", r.Completed, r.PerSecond)
			}
			break
		}
		time.Sleep(time.Millisecond)
	}
	close(stop)
	if r := <-ended; r.Cut != 1 {
		t.Errorf("%d cycles were cut", r.Cut)
	}
}

// TestLookersAreNoLeak: those who look at a run keep objects for a moment, and more
// of them the longer it lasts, as one does who renders a report that grows. The hunt
// never counts them.
func TestLookersAreNoLeak(t *testing.T) {
	m := compile(t, newRuntime(t, engine.Config{}), guest(t, "c/hello"))
	var live engine.Live
	done := make(chan struct{})
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for {
				live.Look(func() {
					r, _ := live.Result()
					objects := make([]*[64]byte, r.Completed)
					for i := range objects {
						objects[i] = new([64]byte)
					}
					time.Sleep(20 * time.Millisecond)
					runtime.KeepAlive(objects)
				})
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	r := m.Cycle(context.Background(), engine.CycleConfig{Cycles: 1600, Live: &live})
	close(done)
	wg.Wait()
	if r.Hunt == nil || r.Hunt.Verdict != memstat.Clean {
		t.Errorf("%+v", r.Hunt)
	}
}
