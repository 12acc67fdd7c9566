package engine

import (
	"sync"

	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/census"
	"github.com/wamr-go/wamr-go/pkg/memstat/guestheap"
)

// blockHunt counts the blocks that a guest has live during a hunt for leaks, by
// call stack, at the end of each call in one instance. It is safe for concurrent
// use.
type blockHunt struct {
	mu       sync.Mutex
	stacks   map[string]*blockSeries // by heapStacks' key
	observed int                     // cycles of this window
	censuses int
}

// blockSeries counts the live blocks of one call stack.
type blockSeries struct {
	seen   int          // cycles of this window in which it had blocks
	last   census.Count // in the latest cycle in which it had blocks
	fewest census.Count // in the cycles of this window in which it had blocks
	at     []blockCount // at each census
}

// blockCount counts the live blocks of a call stack at a census, and the fewest in
// the window before it.
type blockCount struct{ now, fewest census.Count }

func newBlockHunt() *blockHunt { return &blockHunt{stacks: make(map[string]*blockSeries)} }

// observe counts the blocks of a guest at the end of a call. key names a stack.
//
//go:noinline
func (b *blockHunt) observe(h *guestheap.Heap, key func(guestheap.StackID) string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.observed++
	for site := range h.LiveSites {
		key := key(site.Stack)
		s := b.stacks[key]
		if s == nil {
			s = &blockSeries{at: make([]blockCount, b.censuses)}
			b.stacks[key] = s
		}
		n := census.Count{Objects: int64(site.LiveBlocks), Bytes: int64(site.Live)}
		if s.seen == 0 {
			s.fewest = n
		}
		s.seen++
		s.last, s.fewest = n, fewer(n, s.fewest)
	}
}

// census ends a window.
func (b *blockHunt) census() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range b.stacks {
		var n blockCount
		if s.seen > 0 {
			n.now = s.last
		}
		if s.seen == b.observed {
			n.fewest = s.fewest
		}
		s.at, s.seen = append(s.at, n), 0
	}
	b.censuses++
	b.observed = 0
}

// counts returns those of each census, without blocks that were given back later:
// no later cycle of the hunt had fewer.
func (s *blockSeries) counts() []census.Count {
	counts := make([]census.Count, len(s.at))
	for i := len(s.at) - 1; i >= 0; i-- {
		counts[i] = s.at[i].now
		if i+1 < len(s.at) {
			counts[i] = fewer(counts[i], fewer(s.at[i+1].fewest, counts[i+1]))
		}
	}
	return counts
}

// fewer returns the smaller of each figure.
func fewer(a, b census.Count) census.Count {
	return census.Count{Objects: min(a.Objects, b.Objects), Bytes: min(a.Bytes, b.Bytes)}
}

// grown is a place whose blocks are judged.
type grown struct {
	stack  []memstat.Frame
	counts []census.Count
}

// judge adds the places whose blocks grow in every window to the result of a hunt,
// but for those that are suppressed.
func (b *blockHunt) judge(m *Module, r *census.Result, since uint64) {
	if b.censuses != r.Plan.Windows+1 {
		return // the hunt was cut
	}
	stacks := heapStacks{module: m}
	places := map[string]*grown{}
	for key, s := range b.stacks {
		stack := stacks.Frames(stacks.number(key))
		place := guestheap.Place(stack)
		g := places[place]
		if g == nil {
			g = &grown{stack: stack, counts: make([]census.Count, b.censuses)}
			places[place] = g
		}
		for i, n := range s.counts() {
			g.counts[i].Objects += n.Objects
			g.counts[i].Bytes += n.Bytes
		}
	}
	for _, g := range places {
		f, leaks := r.Plan.Judge(census.GuestBlock, g.counts)
		if !leaks || m.runtime.config.Heap.Suppressions.Accept(g.stack) {
			continue
		}
		f.Since, f.Site, f.Identity = since, g.stack, "a call from outside of the guest"
		if len(g.stack) > 0 {
			f.Identity = g.stack[0].String()
		}
		r.Add(unitCall, f)
	}
	r.Count(census.GuestBlock)
}

// observeBlocks counts the guest's blocks at the end of a call of the hunt.
func (c *cycles) observeBlocks(in *Instance) {
	if c.blocks != nil && in.watch != nil {
		in.watch.drain()
		c.blocks.observe(in.watch.heap, in.watch.stacks.key)
	}
}
