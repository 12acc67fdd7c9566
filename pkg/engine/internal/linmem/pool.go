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

// defaultKeepResident is the default of [Config.KeepResident], in bytes.
const defaultKeepResident = 16 << 20

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
	// Pages finds the pages that a slot must restore; nil if they are unknown.
	// The pool does not close it.
	Pages *PageMap
	// KeepResident bounds the pages that a free slot keeps in memory, in bytes;
	// 0 means 16 MiB.
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
	scope  *memstat.Scope     // nil once closed
	slots  map[*slot]struct{} // all that are mapped
	free   []*slot            // those that can be taken; the one given back last is at the end
	closed bool
	idle   idleTimer
}

// NewPool returns a pool for the memories of one module.
func NewPool(cfg Config) *Pool {
	if cfg.KeepResident == 0 {
		cfg.KeepResident = defaultKeepResident
	}
	limit := uint64(MaxBytes)
	if cfg.Limit != nil {
		limit = *cfg.Limit
	}
	p := &Pool{
		image: cfg.Image, segments: cfg.Segments, pages: cfg.Pages, scope: cfg.Scope,
		keepResident: cfg.KeepResident, limit: limit, maxFree: 2 * runtime.GOMAXPROCS(0),
		slots: make(map[*slot]struct{}),
	}
	space.Lock()
	defer space.Unlock()
	if space.pools == nil {
		space.pools = make(map[*Pool]struct{})
	}
	space.pools[p] = struct{}{}
	return p
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
	delete(p.slots, s)
	if p.scope.Live() > 0 { // else it has closed, and reported the slot as a leak
		p.scope.Release(s.handle)
	}
	return nil
}

// Close unmaps the free slots. Slots still in use are unmapped when their
// memories are released. A second Close does nothing. The error is the system's.
func (p *Pool) Close() error {
	space.Lock()
	delete(space.pools, p)
	space.Unlock()
	p.mu.Lock()
	defer p.mu.Unlock()
	err := p.dropFree()
	p.free, p.closed = nil, true
	p.idle.stop()
	return err
}
