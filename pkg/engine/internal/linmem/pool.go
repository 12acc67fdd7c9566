package linmem

import (
	"errors"
	"iter"
	"runtime"
	"slices"
	"sync"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// ErrClosed is the error of a memory whose pool is closed.
var ErrClosed = errors.New("the memory pool is closed")

// DefaultKeepResident is the default of [Config.KeepResident], in bytes.
const DefaultKeepResident = 16 << 20

// Config configures a [Pool]. The zero Config is usable: memories then start
// with zeros, and the slots of memories beyond 256 KiB keep no pages.
type Config struct {
	// Scope accounts for the slots, as memstat.KindSlot. It must be safe for
	// concurrent use and stay open until the pool is closed; nil for no account.
	Scope *memstat.Scope
	// Image is the initial content of the memories; nil for none. The pool
	// does not close it.
	Image *Image
	// Segments are copied into each memory, in order. They are for modules
	// without an image; nil for none.
	Segments iter.Seq[Segment]
	// Pages tells which pages a slot must restore; nil where that is unknown.
	// The pool does not close it.
	Pages *PageMap
	// KeepResident bounds the pages that a free slot keeps in memory, in bytes;
	// 0 means DefaultKeepResident.
	KeepResident uint64
	// Limit bounds the memories, in bytes, beside the limit that wazero gives for
	// each; nil means MaxBytes.
	Limit *uint64
}

// Pool lends slots to the memories of one module, and keeps a bounded number of
// free ones for later memories. It is safe for concurrent use. Its owner closes
// it.
type Pool struct {
	image        *Image
	segments     iter.Seq[Segment]
	pages        *PageMap
	keepResident uint64
	limit        uint64
	maxFree      int

	last sync.Pool // of slots given back; has a place for each processor

	mu     sync.Mutex
	scope  *memstat.Scope // nil once closed
	free   []*slot        // the one given back last is at the end
	closed bool
	idle   idleTimer
}

// NewPool returns a pool for the memories of one module.
func NewPool(cfg Config) *Pool {
	if cfg.KeepResident == 0 {
		cfg.KeepResident = DefaultKeepResident
	}
	limit := uint64(MaxBytes)
	if cfg.Limit != nil {
		limit = *cfg.Limit
	}
	return &Pool{
		image: cfg.Image, segments: cfg.Segments, pages: cfg.Pages, scope: cfg.Scope,
		keepResident: cfg.KeepResident, limit: limit, maxFree: 2 * runtime.GOMAXPROCS(0),
	}
}

// Take returns a memory, which takes a slot when wazero first asks it for
// bytes. Scope accounts for it as memstat.KindMemory, and stays open until
// [Memory.Release]; it may be nil. A fresh memory starts without resident
// pages, so that [Memory.Touched] can count its own.
//
// Take returns a value, so that the owner can keep it in a larger struct.
func (p *Pool) Take(scope *memstat.Scope, fresh bool) Memory {
	return Memory{pool: p, scope: scope, fresh: fresh}
}

// take lends a slot of size committed bytes that can grow to limit or, if
// address space is short, to less. The limit is not 0.
func (p *Pool) take(size, limit uint64, fresh bool) (*slot, error) {
	s, err := p.find(limit)
	if err == nil && s == nil {
		s, err = p.reserve(size, limit)
	}
	if err != nil {
		return nil, err
	}
	if err := s.prepare(size, fresh, p.pages, p.keepResident); err != nil {
		p.mu.Lock()
		defer p.mu.Unlock()
		return nil, errors.Join(err, p.drop(s))
	}
	return s, nil
}

// find takes a free slot of limit bytes or more, or returns nil. It prefers the
// slot that this processor gave back last, whose memory is in its cache, and
// then the one that any processor did.
func (p *Pool) find(limit uint64) (*slot, error) {
	hint, _ := p.last.Get().(*slot)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, ErrClosed
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
func (p *Pool) reserve(size, limit uint64) (*slot, error) {
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
		return nil, errors.Join(ErrClosed, m.release())
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
func (p *Pool) squeeze(size, limit uint64) (mapping, error) {
	_ = p.dropFree()
	room, err := reserve(headroom)
	if err != nil {
		return nil, err
	}
	defer func() { _ = room.release() }() // of nothing: it was never committed
	for {
		m, err := reserve(limit)
		if err == nil || limit <= size || limit <= PageSize {
			return m, err
		}
		limit = max(size, limit/2/PageSize*PageSize, PageSize)
	}
}

// give takes a slot back, whose memory has grown to used bytes. No code that
// can reach the slot may still run.
func (p *Pool) give(s *slot, used uint64) error {
	s.used = used
	var err error
	if used > p.keepResident {
		// A free slot must not keep more.
		err = s.clean(p.pages, p.keepResident)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil || p.closed {
		return errors.Join(err, p.drop(s))
	}
	if len(p.free) == p.maxFree {
		err = p.drop(p.free[0])
		p.free = slices.Delete(p.free, 0, 1)
	}
	p.free = append(p.free, s)
	p.last.Put(s)
	p.idle.touch(p.rest)
	return err
}

// rest gives the free slots back to the system if nobody has taken one for some
// time.
func (p *Pool) rest() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.idle.over() {
		_ = p.dropFree()
	}
}

// dropFree unmaps the free slots. Those that it cannot unmap stay free and
// accounted for. The caller holds the lock.
func (p *Pool) dropFree() error {
	var errs []error
	p.free = slices.DeleteFunc(p.free, func(s *slot) bool {
		err := p.drop(s)
		errs = append(errs, err)
		return err == nil
	})
	return errors.Join(errs...)
}

// drop unmaps a slot. The caller holds the lock.
func (p *Pool) drop(s *slot) error {
	if err := s.release(); err != nil {
		return err // still mapped, and still accounted for
	}
	if p.scope.Live() > 0 { // else it has closed, and reported the slot as a leak
		p.scope.Release(s.handle)
	}
	return nil
}

// Close unmaps the free slots. Slots still in use are unmapped when their
// memories are released. A second Close does nothing. The error is the system's.
func (p *Pool) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	err := p.dropFree()
	p.free, p.closed = nil, true
	p.idle.stop()
	return err
}
