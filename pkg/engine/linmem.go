package engine

import (
	"errors"
	"fmt"
	"iter"
	"math"

	"github.com/tetratelabs/wazero/experimental"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
	"github.com/wamr-go/wamr-go/pkg/memstat"
)

const (
	pageSize  = 64 << 10 // of WebAssembly
	maxMemory = 1 << 32  // bytes, of a 32-bit memory
	maxSlice  = math.MaxInt
)

// MemoryError says that the host had no memory for an instance to begin with.
// A later growth that fails is the guest's affair: memory.grow gives it -1.
type MemoryError struct {
	Bytes uint64 // asked for
	Err   error
}

func (e *MemoryError) Error() string {
	return fmt.Sprintf("no memory for an instance of %d bytes: %v", e.Bytes, e.Err)
}

func (e *MemoryError) Unwrap() error { return e.Err }

// MemoryStat is about an instance's linear memory. All is zero for a module
// without one.
type MemoryStat struct {
	InitialBytes uint64 // size at instantiation
	PeakBytes    uint64 // size now and largest size: wasm memory never shrinks
	// TouchedBytes is the size of the pages that are in memory, by proc_pid_pagemap(5).
	// It is nil where that can't be measured: off Linux, and where the mapping
	// served an earlier instance, whose pages are kept in memory. The first
	// instances of a runtime, and those of Cycle that it measures, have it.
	TouchedBytes *uint64
	LimitBytes   uint64 // size that it can grow to
	Grows        uint64 // successful calls of memory.grow
}

// linearMemory is the memory of one instance, and wazero's allocator of it:
// one call of Allocate, as a module has at most one memory there.
//
// It lives in a slot, and grows without moving. Where the system has none it
// is a Go slice, which moves when it grows and of which the collector takes
// care.
type linearMemory struct {
	pool     *slotPool
	segments iter.Seq[wasmbin.ActiveSegment] // to be copied to where the pool has no image
	scope    *memstat.Scope
	handle   memstat.Handle
	fresh    bool // let touched be measured

	slot                   *slot
	bytes                  []byte // in use; nil before Reallocate
	initial, limit, growth uint64
	released               bool
}

var (
	_ experimental.MemoryAllocator = (*linearMemory)(nil)
	_ experimental.LinearMemory    = (*linearMemory)(nil)
)

// Allocate implements wazero's MemoryAllocator.
func (m *linearMemory) Allocate(_, limit uint64) experimental.LinearMemory {
	m.limit = limit
	return m
}

// Reallocate implements wazero's LinearMemory: it returns nil where the memory
// cannot grow. wazero does not expect that of the first call, which panics
// with a *MemoryError instead.
func (m *linearMemory) Reallocate(size uint64) []byte {
	if m.released {
		return nil
	}
	if m.bytes == nil {
		if err := m.begin(size); err != nil {
			panic(&MemoryError{size, err})
		}
		return m.bytes
	}
	if size > m.limit || !m.resize(size) {
		return nil
	}
	m.scope.Resize(m.handle, int64(size))
	m.growth++
	return m.bytes
}

func (m *linearMemory) begin(size uint64) error {
	if m.limit == 0 {
		m.bytes = []byte{}
	} else {
		s, err := m.pool.take(size, m.limit, m.fresh)
		switch {
		case err == nil:
			m.slot, m.bytes = s, s.mapping[:size:size]
			m.limit = min(m.limit, uint64(len(s.mapping)))
		case !errors.Is(err, errors.ErrUnsupported):
			return err
		case size > maxSlice:
			return errors.New("more than the host can address")
		default:
			m.bytes = make([]byte, size)
		}
	}
	if m.segments != nil {
		for s := range m.segments {
			copy(m.bytes[s.Offset:], s.Bytes)
		}
	}
	m.initial = size
	m.handle = m.scope.Acquire(memstat.KindMemory, int64(size))
	return nil
}

func (m *linearMemory) resize(size uint64) bool {
	if m.slot != nil {
		if m.slot.resize(size) != nil {
			return false
		}
		m.bytes = m.slot.mapping[:size:size]
		return true
	}
	if size > maxSlice {
		return false
	}
	if size > uint64(cap(m.bytes)) {
		// Room to grow again, so that growth by single pages is not quadratic.
		room := min(size+size/4, m.limit, maxSlice)
		moved := make([]byte, len(m.bytes), room)
		copy(moved, m.bytes)
		m.bytes = moved
	}
	m.bytes = m.bytes[:size]
	return true
}

// Free implements wazero's LinearMemory. It does nothing: wazero v1.12.0 calls
// it too seldom (a bad data segment, a trapping start function) and too early
// (a child closes that imports the memory of an open parent).
func (m *linearMemory) Free() {}

// release gives the memory back. No code of the instance may still run. A
// second release does nothing.
func (m *linearMemory) release() error {
	if m.released || m.bytes == nil {
		return nil
	}
	m.released = true
	used := uint64(len(m.bytes))
	var err error
	if m.slot != nil {
		err = m.pool.give(m.slot, used)
	}
	m.scope.Release(m.handle)
	return err
}

// stat does not measure what is touched; see touched.
func (m *linearMemory) stat() MemoryStat {
	return MemoryStat{
		InitialBytes: m.initial,
		PeakBytes:    uint64(len(m.bytes)),
		LimitBytes:   m.limit,
		Grows:        m.growth,
	}
}

// touched measures, with a system call for each 16 MiB. It cannot tell the
// pages that a former use left in memory.
func (m *linearMemory) touched() *uint64 {
	if m.slot == nil || m.released || m.slot.resident > 0 {
		return nil
	}
	n, ok := uint64(0), true
	if len(m.bytes) > 0 {
		var runs []pageRun
		runs, ok = m.pool.pages.private(nil, m.slot.mapping, uint64(len(m.bytes)))
		n = sizeOf(runs)
	}
	if !ok {
		return nil
	}
	return &n
}
