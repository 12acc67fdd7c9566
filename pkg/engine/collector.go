package engine

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
)

const (
	// compileGCPercent lets the heap grow to five times what lives before it is
	// collected, while code is compiled: nearly all that a compilation allocates
	// lives until its end.
	compileGCPercent = 400
	// cycles let the heap grow to cycleHeap, in bytes: they allocate fast and
	// keep nothing, and Go's own 4 MiB would be collected every few hundred
	// cycles. A larger one would not fit the processor's caches.
	cycleHeap = 16 << 20
	// Several workers leave no processor idle that could collect meanwhile: they
	// have more for each, up to a bound. Two made 1.14 times the cycles of one
	// with 16 MiB, 1.41 with 32, 1.50 with 64 and no more with 256.
	sharedHeap    = 32 << 20
	maxSharedHeap = 256 << 20
)

// cycleGCPercent lets a heap of the present size grow to what so many workers
// have.
func cycleGCPercent(workers int) int {
	heap := uint64(cycleHeap)
	if n := min(workers, runtime.GOMAXPROCS(0)); n > 1 {
		heap = min(uint64(n)*sharedHeap, maxSharedHeap)
	}
	const least = 4 << 20 // Go's own: it begins to collect there
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	live := uint64(least)
	if sample[0].Value.Kind() == metrics.KindUint64 {
		live = max(live, sample[0].Value.Uint64())
	}
	return int(100 * heap / live)
}

// collector is the process's setting, which compilations and cycles change
// while they last, several at once perhaps.
var collector struct {
	mu    sync.Mutex
	users int
	own   int // the setting while nobody changes it
}

// relaxCollector has garbage collected when the heap has grown by percent, and
// returns how to undo that. Who set more, or turned the collector off, keeps
// it, and so does a memory limit.
func relaxCollector(percent int) (restore func()) {
	c := &collector
	c.mu.Lock()
	defer c.mu.Unlock()
	now := debug.SetGCPercent(percent)
	if c.users == 0 {
		c.own = now
	}
	if now < 0 || now > percent {
		debug.SetGCPercent(now)
	}
	c.users++
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.users--; c.users == 0 {
			debug.SetGCPercent(c.own)
		}
	}
}
