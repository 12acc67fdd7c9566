package guestheap

import (
	"math/rand/v2"
	"testing"
	"unsafe"
)

// A table takes at most 64 bytes a block that is live, or was at the peak, whatever
// was freed in between.
func TestTableIsSmall(t *testing.T) {
	const most, fixed = 64, minSlots * unsafe.Sizeof(block{})
	for _, lives := range []float64{0, 0.3, 0.5, 0.9, 1} { // share of the blocks that are not freed at once
		h := NewHeap(0)
		random := rand.New(rand.NewPCG(1, uint64(lives*100)))
		peak := 0
		for i := range uint32(300_000) {
			addr := 1024 + 16*i
			h.Alloc(addr, 16, 1)
			peak = max(peak, h.table.live)
			if random.Float64() >= lives {
				h.Free(addr, 1)
			}
			if size := uintptr(len(h.table.slots)) * unsafe.Sizeof(block{}); size > fixed+uintptr(peak)*most {
				t.Fatalf("share %v: %d bytes for %d live blocks", lives, size, peak)
			}
		}
	}
}
