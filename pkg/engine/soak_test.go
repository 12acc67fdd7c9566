package engine_test

import (
	"context"
	"os"
	"runtime"
	"strconv"
	"testing"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/memstat/probe"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// soakBound is by how much the live heap of a run may grow between its 2,000th
// cycle and its last: docs/soak.md states it.
const soakBound = 256 << 10

// TestSoakMemory: the memory of a run does not depend on how many cycles it has,
// whether they end well, leak or trap, and while somebody watches. `make soak`
// runs a million of each.
func TestSoakMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes some seconds")
	}
	cycles := uint64(20_000)
	if text := os.Getenv("WAMR_GO_SOAK_CYCLES"); text != "" {
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil || n < 10_000 {
			t.Fatalf("WAMR_GO_SOAK_CYCLES is %q, and not a number from 10000", text)
		}
		cycles = n
	}
	fault, err := engine.ParseFault("prestats-lock")
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name   string
		module string
		config engine.CycleConfig
	}{
		{"clean", "wat/empty", engine.CycleConfig{}},
		{"leaking", "wat/empty", engine.CycleConfig{Fault: fault}},
		{"trapping", "wat/trap", engine.CycleConfig{}},
		{"calls", "wat/arith", engine.CycleConfig{OneInstance: true, Invoke: "add", Args: []string{"1", "2"}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := compile(t, newRuntime(t, engine.Config{}), guest(t, tc.module))
			var live engine.Live
			var early, late uint64
			cfg := tc.config
			cfg.Cycles, cfg.Live = cycles, &live
			look := func(cycle uint64) {
				switch {
				case cycle == 2000:
					early = liveHeap()
				case cycle == cycles-2000: // before the hunt, whose profile takes memory
					late = liveHeap()
				case cycle%1000 == 0:
					live.Result()
				}
			}
			cfg.Config = func(cycle uint64) wasi.Config {
				look(cycle)
				return wasi.Config{}
			}
			cfg.Results = func(cycle uint64, _ []string) {
				if cfg.OneInstance { // Config is called once
					look(cycle)
				}
			}
			r := m.Cycle(context.Background(), cfg)
			if r.Completed != cycles || len(r.Samples) > probe.MaxSamples || early == 0 || late == 0 {
				t.Fatalf("%d cycles, %d samples, heap %d and %d", r.Completed, len(r.Samples), early, late)
			}
			t.Logf("%d cycles, live heap %d and then %d bytes", cycles, early, late)
			if late > early+soakBound {
				t.Errorf("the live heap grew from %d to %d bytes", early, late)
			}
		})
	}
}

// liveHeap returns the bytes of the heap that are in use after a collection.
func liveHeap() uint64 {
	runtime.GC()
	runtime.GC() // finalizers of the first one let go of more
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return s.HeapAlloc
}
