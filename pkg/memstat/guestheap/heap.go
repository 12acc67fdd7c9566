package guestheap

import (
	"math/bits"
	"time"
)

// Totals are the figures of a heap. A reallocation counts as an allocation and a free.
// Bytes are those that the guest asked for, without the allocator's overhead.
type Totals struct {
	Allocs         uint64 `json:"allocs"`
	Frees          uint64 `json:"frees"`
	AllocatedBytes uint64 `json:"allocated_bytes"` // of all allocations
	LiveBlocks     uint64 `json:"live_blocks"`
	LiveBytes      uint64 `json:"live_bytes"`
	PeakBytes      uint64 `json:"peak_bytes"`  // the most that was live at once
	PeakBlocks     uint64 `json:"peak_blocks"` // when the peak was reached
	PeakAlloc      uint64 `json:"peak_alloc"`  // the allocation that reached it, counted from 1
	// PeakAfterNS and PeakByNS are times in nanoseconds since the start, between
	// which the peak was reached; see [Heap.Until].
	PeakAfterNS int64 `json:"peak_after_ns"`
	PeakByNS    int64 `json:"peak_by_ns"`
}

// SizeClass counts allocations of MinBytes to MaxBytes.
type SizeClass struct {
	MinBytes uint32 `json:"min_bytes"`
	MaxBytes uint32 `json:"max_bytes"`
	Allocs   uint64 `json:"allocs"`
}

// Site holds the allocations of one call stack.
type Site struct {
	Stack              StackID
	Allocs, Bytes      uint64 // in all
	LiveBlocks, Live   uint64 // and bytes
	PeakBlocks, AtPeak uint64 // live when the heap had its peak, and their bytes

	touched             uint64 // time of the last change
	frozenBlocks, bytes uint64 // live at that peak which was the last one when touched
}

// Heap is the account of one guest's heap. It is not safe for concurrent use.
type Heap struct {
	table  table
	totals Totals
	sizes  [33]uint64 // allocations, by the length of the size in bits
	sites  []Site     // by StackID
	now    uint64     // changes so far
	peak   uint64     // time of the peak
	lowest uint32     // address of any block ever
	kept   map[uint32]bool
	errors errorList
	empty  [maxDangling + 1]bool // addresses that stand for no block
	after  time.Duration         // since the start: changes happen after this time,
	by     time.Duration         // and by this one
}

// NewHeap returns an empty heap. It keeps at most maxErrors errors of different
// places, and counts the others; 0 means DefaultMaxErrors.
func NewHeap(maxErrors int) *Heap {
	if maxErrors <= 0 {
		maxErrors = DefaultMaxErrors
	}
	return &Heap{table: newTable(), errors: errorList{max: maxErrors}}
}

// Until says by which time since the start the changes that follow happened. They
// happened after the time of the call before.
func (h *Heap) Until(by time.Duration) { h.after, h.by = h.by, by }

// Alloc accounts for an allocation. If a block at that address is live already, an
// allocator called another one: the block counts once, as the outer one has it.
// A null address, of an allocation that failed, counts nothing. Nor does Rust's
// dangling pointer, an alignment that stands for a block of no bytes: it can be
// returned again, and freed or not.
func (h *Heap) Alloc(addr, size uint32, stack StackID) {
	if addr <= maxDangling && size == 0 {
		h.empty[addr] = true
	}
	if h.dangling(addr) {
		return
	}
	b := h.table.slot(addr)
	switch {
	case b.addr == 0:
		if addr < h.lowest || h.lowest == 0 {
			h.lowest = addr
		}
		b = h.table.insert(b, addr)
	case b.freed == live:
		h.forget(b)
	}
	b.size, b.alloc, b.freed = size, stack, live
	h.table.live++
	h.give(size, stack)
}

// maxDangling is the largest alignment that is returned for a block of no bytes:
// that of 64-bit numbers. No allocator has a block there.
const maxDangling = 8

// dangling reports whether an address is null, or stands for blocks of no bytes.
func (h *Heap) dangling(addr uint32) bool {
	return addr == 0 || addr <= maxDangling && h.empty[addr]
}

// forget undoes the allocation of a live block.
func (h *Heap) forget(b *block) {
	h.take(b)
	h.table.live--
	h.totals.Allocs--
	h.totals.AllocatedBytes -= uint64(b.size)
	h.sizes[bits.Len32(b.size)]--
	s := h.site(b.alloc)
	s.Allocs--
	s.Bytes -= uint64(b.size)
}

// Free accounts for a free. A null address counts nothing. ok is false if no
// live block has the address: then Free notes an error, and the guest's
// allocator should not see the call.
func (h *Heap) Free(addr uint32, stack StackID) (ok bool) {
	if h.dangling(addr) {
		return true
	}
	b := h.table.find(addr)
	if b == nil || b.freed != live {
		h.invalid(CallFree, addr, stack)
		return false
	}
	h.take(b)
	h.table.free(b, stack)
	h.totals.Frees++
	return true
}

// Resize accounts for a reallocation that left a live block where it was: a free
// and an allocation.
func (h *Heap) Resize(addr, size uint32, stack StackID) {
	b := h.table.find(addr)
	if b == nil || b.freed != live {
		h.Free(addr, stack)
		h.Alloc(addr, size, stack)
		return
	}
	h.take(b)
	h.totals.Frees++
	b.size, b.alloc = size, stack
	h.give(size, stack)
}

// Adopt makes a live block known that the guest had before it began, when the guest
// frees it or replaces it. It counts as allocated there.
func (h *Heap) Adopt(addr, size uint32, stack StackID) {
	lowest := h.lowest
	h.Alloc(addr, size, stack)
	h.lowest = lowest // its data are roots
}

// Known reports whether a block at an address is live or was.
func (h *Heap) Known(addr uint32) bool { return h.table.find(addr) != nil }

// Live reports whether the block at an address is live.
func (h *Heap) Live(addr uint32) bool {
	b := h.table.find(addr)
	return b != nil && b.freed == live
}

// Check reports whether a block can be freed or reallocated: it notes an error if no
// block at that address is live. Null is always allowed.
func (h *Heap) Check(call Call, addr uint32, stack StackID) (ok bool) {
	if h.dangling(addr) {
		return true
	}
	if h.Live(addr) {
		return true
	}
	h.invalid(call, addr, stack)
	return false
}

// Keep marks the block at an address as in use, whatever the guest's memory
// contains. It is for blocks that the guest passed to its host, for instance.
func (h *Heap) Keep(addr uint32) {
	if h.kept == nil {
		h.kept = make(map[uint32]bool)
	}
	if len(h.kept) < maxKept {
		h.kept[addr] = true
	}
}

// maxKept bounds the addresses that are kept, since the guest names them.
const maxKept = 1 << 12

// Lowest returns the lowest address of any block up to now, or 0 if there was none.
func (h *Heap) Lowest() uint32 { return h.lowest }

// Totals returns the figures up to now.
func (h *Heap) Totals() Totals { return h.totals }

// Sizes returns the allocations by size, in classes of powers of two, without
// those that are empty.
func (h *Heap) Sizes() []SizeClass {
	var classes []SizeClass
	for n, allocs := range h.sizes {
		if allocs > 0 {
			c := SizeClass{Allocs: allocs}
			if n > 0 {
				c.MinBytes, c.MaxBytes = 1<<(n-1), 1<<(n-1)+(1<<(n-1)-1)
			}
			classes = append(classes, c)
		}
	}
	return classes
}

// Sites returns the allocations of each call stack, by StackID, without stacks
// that allocated nothing.
func (h *Heap) Sites() []Site {
	var all []Site
	for _, s := range h.sites {
		if s.Allocs > 0 {
			s.settle(h.peak)
			s.PeakBlocks, s.AtPeak = s.frozenBlocks, s.bytes
			all = append(all, s)
		}
	}
	return all
}

// give counts a block that is live now.
func (h *Heap) give(size uint32, stack StackID) {
	t := &h.totals
	t.Allocs++
	t.AllocatedBytes += uint64(size)
	t.LiveBlocks++
	t.LiveBytes += uint64(size)
	h.sizes[bits.Len32(size)]++
	s := h.touch(stack)
	s.Allocs++
	s.Bytes += uint64(size)
	s.LiveBlocks++
	s.Live += uint64(size)
	if t.LiveBytes > t.PeakBytes {
		t.PeakBytes, t.PeakBlocks, t.PeakAlloc = t.LiveBytes, t.LiveBlocks, t.Allocs
		t.PeakAfterNS, t.PeakByNS = int64(h.after), int64(h.by)
		h.peak = h.now
	}
}

// take counts a block that is not live any more.
func (h *Heap) take(b *block) {
	h.totals.LiveBlocks--
	h.totals.LiveBytes -= uint64(b.size)
	s := h.touch(b.alloc)
	s.LiveBlocks--
	s.Live -= uint64(b.size)
}

// touch returns the site of a stack that is about to change.
func (h *Heap) touch(stack StackID) *Site {
	if int(stack) >= len(h.sites) {
		h.site(stack)
	}
	s := &h.sites[stack]
	if s.touched <= h.peak {
		s.frozenBlocks, s.bytes = s.LiveBlocks, s.Live
	}
	h.now++
	s.touched = h.now
	return s
}

func (h *Heap) site(stack StackID) *Site {
	for int(stack) >= len(h.sites) {
		h.sites = append(h.sites, Site{Stack: StackID(len(h.sites))})
	}
	return &h.sites[stack]
}

// settle records the bytes that were live at the last peak, if the site has not
// changed since.
func (s *Site) settle(peak uint64) {
	if s.touched <= peak {
		s.frozenBlocks, s.bytes = s.LiveBlocks, s.Live
	}
}
