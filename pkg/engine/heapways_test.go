package engine

import (
	"context"
	"strconv"
	"testing"

	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// TestWaysToTheAllocator calls exports that reach an allocator in different ways,
// in one instance.
func TestWaysToTheAllocator(t *testing.T) {
	binary := readGuest(t, "wat/heapways.wasm")
	for name, cfg := range map[string]Config{"compiled": {}, "interpreter": {Interpreter: true}, "fuel": {CountInstructions: true}} {
		t.Run(name, func(t *testing.T) {
			ctx := context.Background()
			cfg.Heap.Check = true
			r := NewRuntime(cfg)
			m, err := r.Compile(ctx, &Binary{Path: "heapways.wasm", Bytes: binary})
			if err != nil {
				t.Fatal(err)
			}
			in, err := m.Instantiate(ctx, wasi.Config{})
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range []struct {
				export        string
				args          []string
				allocs, frees uint64
				errors        uint64
			}{
				{"direct", nil, 1, 0, 0},
				{"indirect", nil, 1, 0, 0},
				{"reference", nil, 1, 0, 0},
				{"malloc", []string{"8"}, 1, 0, 0},
				{"deep", []string{"3"}, 1, 0, 0},
				{"deep", []string{"99"}, 1, 0, 0},
				{"pair", nil, 1, 1, 0},
				{"twice", nil, 1, 1, 1},
				{"free", []string{"12345"}, 0, 0, 1},
			} {
				const times = 50
				before := in.GuestHeap()
				contexts := 0
				for range times {
					if _, o := in.Invoke(ctx, c.export, c.args); !o.Clean() {
						t.Fatalf("%s: %v", c.export, o)
					}
					if contexts == 0 {
						contexts = in.watch.contexts
					}
				}
				after := in.GuestHeap()
				allocs, frees, errs := after.Allocs-before.Allocs, after.Frees-before.Frees, after.ErrorTotal-before.ErrorTotal
				if allocs != c.allocs*times || frees != c.frees*times || errs != c.errors*times {
					t.Errorf("%s %v: %d allocations, %d frees, %d errors", c.export, c.args, allocs, frees, errs)
				}
				if in.watch.contexts != contexts {
					t.Errorf("%s: the same call has %d more contexts when it is repeated", c.export, in.watch.contexts-contexts)
				}
			}
			checkWays(t, in)
			for _, c := range []interface{ Close(context.Context) error }{in, m, r} {
				if err := c.Close(ctx); err != nil {
					t.Error(err)
				}
			}
			if in.GuestHeap() != nil {
				t.Error("a closed instance has a heap")
			}
		})
	}
}

// checkWays checks the stacks.
func checkWays(t *testing.T, in *Instance) {
	t.Helper()
	got := map[string]uint64{}
	for _, l := range in.GuestHeap().Leaks {
		stack := strconv.Itoa(len(l.Stack))
		if len(l.Stack) > 0 {
			stack += " " + l.Stack[0].Function
		}
		got[stack] += l.Blocks
	}
	for _, want := range []string{"1 direct", "1 indirect", "1 reference", "0", "4 deep", "12 deep"} {
		if got[want] != 50 {
			t.Errorf("%s: %d blocks of 50, among %v", want, got[want], got)
		}
	}
}
