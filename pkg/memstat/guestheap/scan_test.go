package guestheap

import (
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
