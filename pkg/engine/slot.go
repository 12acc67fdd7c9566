package engine

import (
	"errors"
	"runtime"
	"slices"
	"sync"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// slot is a mapping that serves one linear memory after another.
//
// Invariant: every byte from used on reads as the image says and as zero after
// it, or is not committed.
type slot struct {
	mapping
	image     *image    // mapped at the start; nil for none
	committed uint64    // bytes, from the start
	used      uint64    // bytes, from the start, that the last memory may have written to
	resident  uint64    // bytes, from the start, that may hold pages of a former use
	runs      []pageRun // of the last clean, for its memory
	handle    memstat.Handle
}

// prepare makes a slot of the pool's ready for a memory of the given size. It
// cleans up after the last one only now: a slot that is not used again needs
// no cleaning.
func (s *slot) prepare(size uint64, fresh bool, pages *pagemap, keep uint64) error {
	var err error
	if fresh {
		err = s.discard()
	} else {
		err = s.clean(pages, keep)
	}
	if err != nil {
		return err
	}
	return s.resize(size)
}

// resize commits what a memory of the given size needs.
func (s *slot) resize(size uint64) error {
	if size > uint64(len(s.mapping)) {
		return errors.New("the reservation is too small")
	}
	if size <= s.committed {
		return nil
	}
	if err := s.commit(s.committed, size); err != nil {
		return err
	}
	s.committed = size
	return nil
}

// defaultKeep is how much of a slot's memory stays in memory for its next use,
// in bytes, unless Config says otherwise. Pages that are given back must be
// faulted in again, which costs more than to restore them in place: on a
// virtual machine that was measured, 30 µs for a page against 0.2.
const defaultKeep = 16 << 20

// clean makes all of the slot read as the image says, and as zero after it: in
// place, page by page of those that were written to, or by giving all back
// where there are more than keep bytes of them.
func (s *slot) clean(pages *pagemap, keep uint64) error {
	if s.used == 0 {
		return nil
	}
	used := max(s.used, s.resident)
	ok := true
	if used <= small {
		s.runs = append(s.runs[:0], pageRun{0, used})
	} else {
		s.runs, ok = pages.private(s.runs[:0], s.mapping, min(used, scanned))
	}
	if !ok || sizeOf(s.runs) > keep {
		return s.discard()
	}
	for _, r := range s.runs {
		if !s.image.restore(s.mapping[r.from:r.to], r.from) {
			return s.discard()
		}
		s.resident = r.to
	}
	if used > scanned {
		if err := s.reset(scanned, used); err != nil {
			return err
		}
	}
	s.used = 0
	return nil
}

// discard does the same by giving all pages back.
func (s *slot) discard() error {
	if n := max(s.used, s.resident); n > 0 {
		if err := s.reset(0, n); err != nil {
			return err
		}
	}
	s.used, s.resident = 0, 0
	return nil
}

const (
	// small memories are restored whole, which takes no longer than to look at
	// their pages.
	small = 256 << 10
	// scanned bounds the part of a memory whose pages are looked at one by one.
	scanned = 64 << 20
)

// slotPool keeps slots for reuse: a bounded number, the latest. The scope
// accounts for the slots in it and for those that it lent. It is safe for
// concurrent use.
type slotPool struct {
	image *image // of all its slots; nil for none
	pages *pagemap
	keep  uint64 // bytes of a free slot that stay in memory

	last sync.Pool // of what was given back: it has a place for each processor

	mu     sync.Mutex
	scope  *memstat.Scope // nil once closed
	free   []*slot
	bound  int
	closed bool
	idle   idleTimer
}

func newSlotPool(scope *memstat.Scope, img *image, pages *pagemap, keep uint64) *slotPool {
	return &slotPool{image: img, pages: pages, keep: keep, scope: scope, bound: 2 * runtime.GOMAXPROCS(0)}
}

// take lends a slot of size committed bytes that can grow to limit or, where
// address space is short, to less. The limit is not 0. Of a fresh slot no page
// is in memory.
func (p *slotPool) take(size, limit uint64, fresh bool) (*slot, error) {
	s, err := p.find(limit)
	if err == nil && s == nil {
		s, err = p.reserve(size, limit)
	}
	if err != nil {
		return nil, err
	}
	if err := s.prepare(size, fresh, p.pages, p.keep); err != nil {
		p.mu.Lock()
		defer p.mu.Unlock()
		return nil, errors.Join(err, p.drop(s))
	}
	return s, nil
}

// find takes a free slot with room for limit: the one that this processor gave
// back last, whose memory is in its cache, or else the one that any did.
func (p *slotPool) find(limit uint64) (*slot, error) {
	hint, _ := p.last.Get().(*slot)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, errRuntimeClosed
	}
	if i := slices.Index(p.free, hint); i >= 0 && uint64(len(hint.mapping)) >= limit {
		p.free = slices.Delete(p.free, i, i+1)
		return hint, nil
	}
	for i, s := range slices.Backward(p.free) {
		if uint64(len(s.mapping)) >= limit {
			p.free = slices.Delete(p.free, i, i+1)
			return s, nil
		}
	}
	return nil, nil
}

// reserve makes a slot.
func (p *slotPool) reserve(size, limit uint64) (*slot, error) {
	m, err := reserve(limit)
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil && !errors.Is(err, errors.ErrUnsupported) {
		m, err = p.squeeze(size, limit)
	}
	if err != nil {
		return nil, err
	}
	if p.closed {
		return nil, errors.Join(errRuntimeClosed, m.release())
	}
	s := &slot{mapping: m}
	if p.image != nil {
		if err := p.image.mapOver(m); err != nil {
			return nil, errors.Join(err, m.release())
		}
		s.image, s.committed = p.image, p.image.size
	}
	s.handle = p.scope.Acquire(memstat.KindSlot, int64(len(m)))
	return s, nil
}

// headroom is address space that slots leave to the Go runtime, which ends the
// process where it has none: a few of its arenas and, with cgo, of the C library.
const headroom = 256 << 20

// squeeze reserves where there is no room for limit (ulimit -v, a 32-bit host):
// the free slots give way, and half as much is tried, and again, down to size.
// It needs the lock.
func (p *slotPool) squeeze(size, limit uint64) (mapping, error) {
	_ = p.dropFree()
	room, err := reserve(headroom)
	if err != nil {
		return nil, err
	}
	defer func() { _ = room.release() }() // of nothing: it was never committed
	for {
		m, err := reserve(limit)
		if err == nil || limit <= size || limit <= pageSize {
			return m, err
		}
		limit = max(size, limit/2/pageSize*pageSize, pageSize)
	}
}

// give takes a slot back, whose memory grew to used bytes. No code that can
// reach it may still run.
func (p *slotPool) give(s *slot, used uint64) error {
	s.used = used
	var err error
	if used > p.keep {
		err = s.clean(p.pages, p.keep) // what waits for its next use must not be larger
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil || p.closed {
		return errors.Join(err, p.drop(s))
	}
	if len(p.free) == p.bound {
		err = p.drop(p.free[0])
		p.free = slices.Delete(p.free, 0, 1)
	}
	p.free = append(p.free, s)
	p.last.Put(s)
	p.idle.touch(p.rest)
	return err
}

// rest gives the free slots back to the system: nobody has asked for one for
// some time.
func (p *slotPool) rest() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.idle.over() {
		_ = p.dropFree()
	}
}

// dropFree unmaps the free slots. What stays mapped stays free and accounted
// for. It needs the lock.
func (p *slotPool) dropFree() error {
	var errs []error
	p.free = slices.DeleteFunc(p.free, func(s *slot) bool {
		err := p.drop(s)
		errs = append(errs, err)
		return err == nil
	})
	return errors.Join(errs...)
}

// drop unmaps a slot. It needs the lock.
func (p *slotPool) drop(s *slot) error {
	if err := s.release(); err != nil {
		return err // still mapped, and still accounted for
	}
	p.scope.Release(s.handle)
	return nil
}

// close unmaps the free slots; those still lent are unmapped when they come
// back, unaccounted, as the scope closes now.
func (p *slotPool) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	err := p.dropFree()
	p.free, p.scope, p.closed = nil, nil, true
	p.idle.stop()
	return err
}
