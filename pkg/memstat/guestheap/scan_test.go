package guestheap

import (
	"slices"
	"testing"
)

// counting counts the bytes that are read.
type counting struct {
	memory
	read *uint64
}

func (c counting) Read(addr, length uint32) ([]byte, bool) {
	*c.read += uint64(length)
	return c.memory.Read(addr, length)
}

// A guest that announces blocks that overlap, or go beyond the memory, does not
// make the scan read more than a few times the memory.
func TestScanIsBounded(t *testing.T) {
	const size = 1 << 20
	read := uint64(0)
	m := counting{make(memory, size), &read}
	h := NewHeap(0)
	for addr := uint32(16); addr < size; addr += 16 {
		h.Alloc(addr, size, 1)
		m.set(addr, addr+16)
		m.set(addr+4, 16)
	}
	h.Alloc(1<<32-16, 1<<32-1, 1)
	blocks := h.scan(m, Roots{Words: []uint32{24}})
	if len(blocks) != size/16 {
		t.Fatalf("%d blocks", len(blocks))
	}
	if read > 4*size {
		t.Errorf("%d bytes were read of a memory of %d", read, size)
	}
}

// Data that is as it was when the guest began holds no pointer.
func TestInitialDataIsNoRoot(t *testing.T) {
	h := NewHeap(0)
	m := make(memory, 1<<16)
	for i := range uint32(4) {
		addr := 0x1000 + 16*i
		h.Alloc(addr, 16, 1)
		m.set(0x100+4*i, addr)
	}
	initial := []Data{
		{0x0fe, []byte{0, 0, 0x00, 0x10, 0, 0, 0x77, 0x10, 0, 0, 0x20, 0x10}}, // the second word changed, the third goes on
		{0x10c, []byte{0x30, 0x10, 0, 0}},
	}
	blocks := h.scan(m, Roots{Ranges: []Range{{0, 0x1000}}, Initial: initial})
	var kinds []LeakKind
	for _, b := range blocks {
		kinds = append(kinds, b.kind)
	}
	want := []LeakKind{DefinitelyLost, StillReachable, StillReachable, DefinitelyLost}
	if !slices.Equal(kinds, want) {
		t.Errorf("got %v, want %v", kinds, want)
	}
}
