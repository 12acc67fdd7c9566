package engine

import (
	"context"
	"testing"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// TestTablesAreNoLeaks: the stacks that a profile and a watched heap tell apart grow
// in number with each call of a guest that takes another way each time, and so do
// the frames of an interpreter with a guest that digs deeper. Their host loses
// nothing.
func TestTablesAreNoLeaks(t *testing.T) {
	ctx := context.Background()
	for name, tc := range map[string]struct {
		cfg           Config
		function, arg string
	}{
		"heap":                           {Config{Heap: HeapConfig{Check: true}}, "walk", "1"},
		"heap, interpreted":              {Config{Heap: HeapConfig{Check: true}, Interpreter: true}, "walk", "1"},
		"profile":                        {Config{CPUProfile: true}, "walk", "3000000"}, // some milliseconds
		"depth":                          {Config{}, "dig", "3"},
		"depth, interpreted and sampled": {Config{Interpreter: true, CPUProfile: true}, "dig", "3"},
		"depth, interpreted":             {Config{Interpreter: true}, "dig", "3"},
	} {
		if whyInterpreted() != "" && len(tc.arg) > 5 {
			tc.arg = tc.arg[:5] // a hundredth, as interpreted code takes that much longer
		}
		r := NewRuntime(tc.cfg)
		m, err := r.Compile(ctx, &Binary{Path: "paths.wasm", Bytes: readGuest(t, "wat/paths.wasm")})
		if err != nil {
			t.Fatal(err)
		}
		res := m.Cycle(ctx, CycleConfig{Cycles: 100, OneInstance: true, Invoke: tc.function, Args: []string{tc.arg}})
		if res.Hunt == nil || res.Hunt.Verdict != memstat.Clean {
			t.Errorf("%s: %+v, %+v", name, res.Hunt, res.FirstFailure)
		}
		if err := r.Close(ctx); err != nil {
			t.Error(err)
		}
	}
}
