package engine_test

import (
	"context"
	"strconv"
	"testing"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// TestHuntGrowingGuest: a guest that needs a little more memory in each cycle, as
// one that reads a growing log, gives all of it back. The slot that serves the
// cycles grows with it and leaks nothing.
func TestHuntGrowingGuest(t *testing.T) {
	m := compile(t, newRuntime(t, engine.Config{}), guest(t, "c/grow"))
	for _, workers := range []int{1, 2} {
		r := m.Cycle(context.Background(), engine.CycleConfig{
			Cycles: 400, Workers: workers,
			Config: func(cycle uint64) wasi.Config {
				pages := strconv.FormatUint(10+cycle, 10)
				return wasi.Config{Args: []string{"grow", pages, pages}}
			},
		})
		if r.CloseErr != nil || r.NonzeroExits != 0 || r.Hunt == nil || r.Hunt.Verdict != memstat.Clean {
			t.Errorf("%d workers: %+v, %d nonzero exits, %v", workers, r.Hunt, r.NonzeroExits, r.CloseErr)
		}
	}
}
