package engine

import (
	"runtime/debug"
	"runtime/metrics"
	"sync"
)

const (
	// compileGCPercent lets the heap grow to five times what lives before it is
	// collected, while code is compiled: nearly all that a compilation allocates
	// lives until its end.
	compileGCPercent = 400
	// cycleHeap is how far cycles let the heap grow, in bytes: they allocate
	// fast and keep nothing, and a small heap would be collected every few
	// hundred cycles, on a processor that could run a cycle. A larger one would
	// not fit the processor's caches.
	cycleHeap = 16 << 20
)

// cycleGCPercent lets a heap of the present size grow to cycleHeap.
func cycleGCPercent() int {
	const (
		least = 4 << 20 // Go's own: it begins to collect there
		most  = 100 * cycleHeap / least
	)
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	live := uint64(least)
	if sample[0].Value.Kind() == metrics.KindUint64 {
		live = max(live, sample[0].Value.Uint64())
	}
	return int(min(most, 100*cycleHeap/live))
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
