package guestheap

import (
	"math/bits"
	"math/rand/v2"
)

// StackID names a call stack. The caller of this package assigns the numbers from
// 1 on, without gaps, and knows their frames; 0 is a stack that is not known.
type StackID uint32

// live in place of the stack of a free marks a live block.
const live = ^StackID(0)

// block is a block of the guest, live or freed.
type block struct {
	addr, size   uint32
	alloc, freed StackID // freed is live until the block is freed
}

// table holds blocks by address, in open addressing. A freed block stays as a mark
// until its address is used again, or the table is rebuilt while it has more than
// a few marks. So a table has at most 64 bytes a live block, beyond minSlots.
type table struct {
	slots []block // addr 0 is an empty slot
	used  int     // slots that are not empty
	live  int     // of these, the blocks that are live
	shift uint    // of the hash
	seed  uint32  // of the hash, so that a guest cannot choose addresses that collide
}

// minSlots is the least size of a table: 256 KiB.
const minSlots = 1 << 14

func newTable() table { return tableOf(minSlots, rand.Uint32()) }

// tableOf returns an empty table with n slots, a power of two.
func tableOf(n int, seed uint32) table {
	return table{slots: make([]block, n), shift: uint(32 - bits.TrailingZeros(uint(n))), seed: seed}
}

// slot returns the slot of an address: its own, or the empty one where it goes.
func (t *table) slot(addr uint32) *block {
	const golden = 0x9e3779b9 // 2^32 divided by the golden ratio
	mask := uint32(len(t.slots) - 1)
	h := (addr ^ t.seed) * golden
	h = (h ^ h>>15) * golden
	for i := h >> t.shift; ; i++ {
		if b := &t.slots[i&mask]; b.addr == addr || b.addr == 0 {
			return b
		}
	}
}

// find returns the block at an address, live or freed, or nil. It is valid until
// the next insert.
func (t *table) find(addr uint32) *block {
	if addr == 0 {
		return nil
	}
	if b := t.slot(addr); b.addr != 0 {
		return b
	}
	return nil
}

// insert gives an address the empty slot that slot returned, or another one if
// room has to be made. The caller makes its block live.
func (t *table) insert(s *block, addr uint32) *block {
	if (t.used+1)*4 > len(t.slots)*3 {
		t.rebuild()
		s = t.slot(addr)
	}
	t.used++
	s.addr = addr
	return s
}

// free marks a live block as freed.
func (t *table) free(b *block, stack StackID) {
	b.freed = stack
	t.live--
}

// rebuild makes room. It keeps the marks only if they are few.
func (t *table) rebuild() {
	marks := t.used - t.live
	keep := marks*4 <= t.live
	n, size := t.live, len(t.slots)
	if keep {
		n = t.used
	}
	if n*2 > size {
		size *= 2
	}
	old := t.slots
	*t = tableOf(size, t.seed)
	for _, b := range old {
		if b.addr != 0 && (keep || b.freed == live) {
			*t.slot(b.addr) = b
			t.used++
			if b.freed == live {
				t.live++
			}
		}
	}
}

// blocks iterates over the live blocks, in no order.
func (t *table) blocks(yield func(block) bool) {
	for _, b := range t.slots {
		if b.addr != 0 && b.freed == live && !yield(b) {
			return
		}
	}
}
