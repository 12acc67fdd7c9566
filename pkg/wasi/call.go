package wasi

import (
	"context"
	"unsafe"

	"github.com/tetratelabs/wazero/api"
)

// call is the state of one WASI call in progress. A [System] holds the state of
// the instance. The two are apart because calls of one System can overlap: a
// stream of the embedder can call the guest again while the guest waits for it,
// and threads will share a System.
//
// Calls are made hundreds of millions of times, so a call value is reused and
// a call allocates nothing. Each call in progress has a call value to itself;
// see [System.begin].
type call struct {
	system *System

	// The call's input, set by begin.
	ctx    context.Context
	memory memory   // the calling guest's
	params []uint64 // as the guest passed them; wazero puts the result here, too

	// Scratch space, which outlives the call to serve the next one.
	cache  memoryCache
	bufs   [][]byte  // the buffers of an iovec list; they alias guest memory
	paths  [2][]byte // copies of the call's paths; no function has more than two
	poller poller

	next  *call // in the free list
	older *call // in the list of all call values
}

const callSize = int64(unsafe.Sizeof(call{}))

// begin returns a call value for a call from mod. The caller must call end. If
// the call panics, which ends the guest, the caller may omit end: the value is
// then not reused, and System.Close releases it with the others.
//
// The free list has no lock, as a System serves one goroutine at a time today.
// With threads it needs one, or a list for each thread.
func (s *System) begin(ctx context.Context, mod api.Module, params []uint64) *call {
	c := s.free
	if c == nil {
		c = s.newCall()
	}
	s.free = c.next
	c.ctx, c.params = ctx, params
	c.memory = c.cache.of(mod)
	return c
}

// newCall adds a call value to the system, which accounts for it.
func (s *System) newCall() *call {
	c := &call{system: s, older: s.calls}
	s.calls = c
	s.size += callSize
	s.scope.Resize(s.self, s.size)
	return c
}

// end returns the call value to the free list.
func (c *call) end() {
	if len(c.bufs) > 0 {
		c.releaseBufs()
	}
	c.ctx, c.params = nil, nil
	c.next = c.system.free
	c.system.free = c
}

// releaseBufs drops the references to guest memory, and the list itself if
// one unusual call made it long.
func (c *call) releaseBufs() {
	const keep = 64
	clear(c.bufs)
	c.bufs = c.bufs[:0]
	if cap(c.bufs) > keep {
		c.bufs = nil
	}
}

// destroy closes the poller and drops the scratch space.
func (c *call) destroy() {
	c.poller.destroy(c.system.scope)
	c.cache, c.bufs, c.paths = memoryCache{}, nil, [2][]byte{}
}
