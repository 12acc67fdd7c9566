package instrument

import (
	"os"
	"testing"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/allocator"
	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
)

// The state of dlmalloc is one part, whatever numbers other code has in between.
func TestStaticsOfTheAllocator(t *testing.T) {
	const state = 400 // bytes, at least: the bins
	for _, name := range []string{"leaks", "leaks0", "numbers"} {
		binary, err := os.ReadFile("../../../../testdata/c/" + name + ".wasm")
		if err != nil {
			t.Fatal(err)
		}
		m, err := wasmbin.Parse(binary)
		if err != nil {
			t.Fatal(err)
		}
		_, names := m.DropNames()
		found, err := allocator.Find(m, names, nil)
		if err != nil {
			t.Fatal(err)
		}
		h, err := NewHeap(m, found.Functions)
		if err != nil {
			t.Fatal(err)
		}
		s, err := h.Statics()
		if err != nil {
			t.Fatal(err)
		}
		longest := uint32(0)
		for _, part := range s.Allocator {
			longest = max(longest, part[1]-part[0])
		}
		if longest < state {
			t.Errorf("%s: %v, want a part of %d bytes", name, s.Allocator, state)
		}
	}
}
