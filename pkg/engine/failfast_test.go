package engine_test

import (
	"context"
	"testing"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// TestFailFast: whatever is wrong with a cycle ends the run, and nothing else does.
func TestFailFast(t *testing.T) {
	m := compile(t, newRuntime(t, engine.Config{}), guest(t, "c/exit"))
	for _, tc := range []struct {
		name string
		bad  wasi.Config // of the fourth cycle
		want uint64      // cycles
	}{
		{"nothing", wasi.Config{Args: []string{"exit", "0"}}, 9},
		{"an exit code", wasi.Config{Args: []string{"exit", "3"}}, 4},
		{"a leak", wasi.Config{Args: []string{"exit", "0"}, Faults: wasi.FaultPrestatsLock}, 4},
	} {
		r := m.Cycle(context.Background(), engine.CycleConfig{
			Cycles: 9, FailFast: true, SampleEvery: -1,
			Config: func(cycle uint64) wasi.Config {
				if cycle == 4 {
					return tc.bad
				}
				return wasi.Config{Args: []string{"exit", "0"}}
			},
		})
		if r.Completed != tc.want {
			t.Errorf("%s: %d cycles, want %d", tc.name, r.Completed, tc.want)
		}
	}
}
