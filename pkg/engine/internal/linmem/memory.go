package linmem

import (
	"errors"
	"fmt"
	"math"

	"github.com/tetratelabs/wazero/experimental"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// Sizes of 32-bit WebAssembly memories, in bytes.
const (
	PageSize = 64 << 10
	MaxBytes = 1 << 32
)

// Error is the error of a host that has no memory for an instance to start
// with. Only the first Reallocate of a [Memory] panics with it: if a later
// growth fails, the guest's memory.grow returns -1.
type Error struct {
	Bytes uint64 // requested
	Err   error
}

func (e *Error) Error() string {
	return fmt.Sprintf("no memory for an instance of %d bytes: %v", e.Bytes, e.Err)
}

// Unwrap returns the system's error, or [ErrClosed].
func (e *Error) Unwrap() error { return e.Err }

// Stat describes a memory. It is zero for a module without a memory.
type Stat struct {
	InitialBytes uint64 // at instantiation
	Bytes        uint64 // now; a WebAssembly memory never shrinks
	LimitBytes   uint64 // to which it can grow
	Grows        uint64 // successful memory.grow instructions
	DeniedGrows  uint64 // those that Reallocate refused
}

// Memory is the linear memory of one instance and also wazero's allocator for
// it: wazero calls Allocate once, because a module has at most one memory that
// it does not import.
//
// [Pool.Take] returns a Memory. It must not be copied after wazero has called
// Allocate, and serves one goroutine at a time. Its owner calls Release.
type Memory struct {
	pool   *Pool
	scope  *memstat.Scope
	handle memstat.Handle
	fresh  bool // start without resident pages, so that Touched can count

	slot                   *slot  // nil where memories are Go slices
	bytes                  []byte // in use; nil before the first Reallocate
	initial, limit, growth uint64
	denied                 uint64 // calls of Reallocate that did not grow the memory
	released               bool
}

var (
	_ experimental.MemoryAllocator = (*Memory)(nil)
	_ experimental.LinearMemory    = (*Memory)(nil)
)

// Allocate implements experimental.MemoryAllocator.
func (m *Memory) Allocate(_, limit uint64) experimental.LinearMemory {
	m.limit = min(limit, m.pool.limit)
	return m
}

// Reallocate implements experimental.LinearMemory: it returns nil if the memory
// cannot grow. wazero does not expect nil from the first call, which therefore
// panics with an [*Error].
func (m *Memory) Reallocate(size uint64) []byte {
	if m.released {
		return nil
	}
	if m.bytes == nil {
		if err := m.begin(size); err != nil {
			panic(&Error{size, err})
		}
		return m.bytes
	}
	if size > m.limit || !m.resize(size) {
		m.denied++
		return nil
	}
	m.scope.Resize(m.handle, int64(size))
	m.growth++
	return m.bytes
}

// begin makes the memory with its initial content.
func (m *Memory) begin(size uint64) error {
	if err := m.allocate(size); err != nil {
		return err
	}
	if m.pool.segments != nil {
		for s := range m.pool.segments {
			copy(m.bytes[s.Offset:], s.Bytes)
		}
	}
	m.initial = size
	m.handle = m.scope.Acquire(memstat.KindMemory, int64(size))
	return nil
}

// allocate sets bytes: to a part of a slot, or to a Go slice where the system
// has no slots.
func (m *Memory) allocate(size uint64) error {
	if m.limit == 0 {
		m.bytes = []byte{}
		return nil
	}
	s, err := m.pool.take(size, m.limit, m.fresh)
	switch {
	case err == nil:
		m.slot, m.bytes = s, s.mapping[:size:size]
		return nil
	case !errors.Is(err, errors.ErrUnsupported):
		return err
	case size > math.MaxInt:
		return errors.New("more than the host can address")
	default:
		m.bytes = make([]byte, size)
		return nil
	}
}

func (m *Memory) resize(size uint64) bool {
	if m.slot != nil {
		s, err := m.pool.grow(m.slot, uint64(len(m.bytes)), size, m.limit, m.fresh)
		if err != nil {
			return false
		}
		m.slot, m.bytes = s, s.mapping[:size:size]
		return true
	}
	if size > math.MaxInt {
		return false
	}
	if size > uint64(cap(m.bytes)) {
		// Spare capacity keeps growth by single pages from being quadratic.
		capacity := min(size+size/4, m.limit, math.MaxInt)
		moved := make([]byte, len(m.bytes), capacity)
		copy(moved, m.bytes)
		m.bytes = moved
	}
	m.bytes = m.bytes[:size]
	return true
}

// Free implements experimental.LinearMemory. It does nothing, because wazero
// v1.12.0 calls it in the wrong cases: not after a bad data segment or a
// trapping start function, but when a module that imports the memory is closed,
// although its exporter is still open. See [Memory.Release].
func (m *Memory) Free() {}

// Release gives the memory back to the pool. No code of the instance may run
// any more. The memory cannot be used again; a second Release does nothing. The
// error is the system's; the account of the memory is released all the same.
func (m *Memory) Release() error {
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

// Stat returns the memory's sizes. They remain after Release.
func (m *Memory) Stat() Stat {
	return Stat{
		InitialBytes: m.initial,
		Bytes:        uint64(len(m.bytes)),
		LimitBytes:   m.limit,
		Grows:        m.growth,
		DeniedGrows:  m.denied,
	}
}

// Touched measures the bytes of the memory's own pages: those that were written
// to and, behind the image, those that were read. The source is
// proc_pid_pagemap(5); it takes a system call for each 16 MiB before Linux 6.7,
// and one or a few after.
//
// It returns the runs as well, by address. ok is false if there is no
// measurement: on systems without a page map, after Release, and in a slot with
// pages of an earlier use. A memory that was taken as fresh has no such pages.
func (m *Memory) Touched() (bytes uint64, runs []Run, ok bool) {
	if m.slot == nil || m.released || m.slot.resident > 0 {
		return 0, nil, false
	}
	if len(m.bytes) == 0 {
		return 0, nil, true
	}
	runs, ok = m.pool.pages.private(nil, m.slot.mapping, uint64(len(m.bytes)))
	return sizeOf(runs), runs, ok
}
