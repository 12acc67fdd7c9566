package engine

import (
	"context"
	"strconv"
	"testing"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/instrument/heaphelper"
	"github.com/wamr-go/wamr-go/pkg/memstat/guestheap"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// A guest with more call stacks than the helper's table has room for is accounted
// for all the same. (With a depth of 20 it has a million, in some seconds.)
func TestManyContexts(t *testing.T) {
	depth := 17
	if testing.Short() {
		depth = 16
	}
	ctx := context.Background()
	r := NewRuntime(Config{Heap: HeapConfig{Check: true, Callers: MaxCallers}})
	m, err := r.Compile(ctx, &Binary{Path: "contexts.wasm", Bytes: readGuest(t, "c/contexts.wasm")})
	if err != nil {
		t.Fatal(err)
	}
	in, err := m.Instantiate(ctx, wasi.Config{Args: []string{"contexts", strconv.Itoa(depth)}})
	if err != nil {
		t.Fatal(err)
	}
	if o := in.Start(ctx); !o.Clean() {
		t.Fatal(o)
	}
	heap := in.GuestHeap()
	all := uint64(1) << depth
	lost := guestheap.KindTotal{Blocks: all / 1024, Bytes: all / 1024 * 24}
	if got := heap.Kinds[guestheap.DefinitelyLost]; got.Blocks != lost.Blocks || got.Bytes != lost.Bytes {
		t.Errorf("lost %+v, want %+v", got, lost)
	}
	if live := heap.LiveBlocks - lost.Blocks; heap.Allocs != all+live || heap.ErrorTotal != 0 {
		t.Errorf("%d allocations and %d errors, want %d allocations", heap.Allocs, heap.ErrorTotal, all+live)
	}
	if stacks := uint64(len(in.watch.stacks.all)); stacks < all || stacks > all+100 {
		t.Errorf("%d stacks, want %d", stacks, all)
	}
	if n := in.watch.contexts; n > heaphelper.Slots*3/4 {
		t.Errorf("%d contexts in a table of %d", n, heaphelper.Slots)
	}
	for _, c := range []interface{ Close(context.Context) error }{in, m, r} {
		if err := c.Close(ctx); err != nil {
			t.Error(err)
		}
	}
}
