package engine

import (
	"context"
	"testing"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// TestTablesAreNoLeaks: the stacks that a profile and a watched heap tell apart grow
// in number with each call of a guest that takes another way each time. Its host
// loses nothing.
func TestTablesAreNoLeaks(t *testing.T) {
	ctx := context.Background()
	for name, tc := range map[string]struct {
		cfg   Config
		turns string
	}{
		"heap":              {Config{Heap: HeapConfig{Check: true}}, "1"},
		"heap, interpreted": {Config{Heap: HeapConfig{Check: true}, Interpreter: true}, "1"},
		"profile":           {Config{CPUProfile: true}, "3000000"}, // some milliseconds
	} {
		r := NewRuntime(tc.cfg)
		m, err := r.Compile(ctx, &Binary{Path: "paths.wasm", Bytes: readGuest(t, "wat/paths.wasm")})
		if err != nil {
			t.Fatal(err)
		}
		res := m.Cycle(ctx, CycleConfig{Cycles: 100, OneInstance: true, Invoke: "walk", Args: []string{tc.turns}})
		if res.Hunt == nil || res.Hunt.Verdict != memstat.Clean {
			t.Errorf("%s: %+v, %+v", name, res.Hunt, res.FirstFailure)
		}
		if err := r.Close(ctx); err != nil {
			t.Error(err)
		}
	}
}
