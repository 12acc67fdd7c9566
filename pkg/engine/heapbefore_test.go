package engine

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/wamr-go/wamr-go/pkg/memstat/guestheap"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// A snapshot of a program that had run frees the blocks in its data: that is no error.
// Freeing other data, or one of these blocks twice, is.
func TestHeapOfSnapshot(t *testing.T) {
	binary := readGuest(t, "wat/snapshot.wasm")
	right := runHeap(t, Config{Heap: HeapConfig{Check: true}}, binary).heap
	if right.ErrorTotal != 0 || right.LiveBlocks != 0 || right.Frees != 4 || !hasNote(right, "freed 2 blocks that its data contained") {
		t.Errorf("%d errors, %d live blocks, %d frees, %q", right.ErrorTotal, right.LiveBlocks, right.Frees, right.Notes)
	}
	ctx := context.Background()
	r := NewRuntime(Config{Heap: HeapConfig{Check: true}})
	defer func() { _ = r.Close(ctx) }()
	m, err := r.Compile(ctx, &Binary{Path: "snapshot.wasm", Bytes: binary})
	if err != nil {
		t.Fatal(err)
	}
	in, err := m.Instantiate(ctx, wasi.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if _, o := in.Invoke(ctx, "wrong", nil); !o.Clean() {
		t.Error(o)
	}
	wrong := in.GuestHeap()
	if err := in.Close(ctx); err != nil {
		t.Error(err)
	}
	if got, want := errorsOf(wrong), 3; len(got) != want || wrong.ErrorTotal != 3 {
		t.Errorf("%d errors, %q", wrong.ErrorTotal, got)
	}
}

func hasNote(r *guestheap.Report, part string) bool {
	return slices.ContainsFunc(r.Notes, func(n string) bool { return strings.Contains(n, part) })
}

func TestBlockBefore(t *testing.T) {
	const at = 8208
	for name, test := range map[string]struct {
		addr   uint32
		header string
		next   string
		want   uint32 // 0: no block
	}{
		"a block":               {at, "\x23", "\x03\x01", 28},
		"with all its bytes":    {at, "\x23\x00\x00\x00", "\x03\x01\x00\x00", 28},
		"its block before free": {at, "\x22", "\x03\x01", 28},
		"free":                  {at, "\x21", "\x02\x01", 0},
		"the next disagrees":    {at, "\x23", "\x02\x01", 0},
		"no next":               {at, "\x23", "", 0},
		"too small":             {at, "\x0b", "\x03\x01", 0},
		"a flag":                {at, "\x27", "\x03\x01", 0},
		"beyond the memory":     {at, "\xfb\xff\xff\xff", "\x03\x01", 0},
		"not aligned":           {at + 4, "\x00\x00\x00\x00\x23", "\x03\x01", 0},
		"null":                  {0, "\x23", "\x03\x01", 0},
		"another address":       {at + 64, "\x23", "\x03\x01", 0},
	} {
		l := heapLayout{data: []guestheap.Data{{Start: at - 4, Bytes: []byte(test.header)}, {Start: at - 4 + 32, Bytes: []byte(test.next)}}}
		if size, ok := l.blockBefore(test.addr); ok != (test.want > 0) || ok && size != test.want {
			t.Errorf("%s: %d, %v", name, size, ok)
		}
	}
}
