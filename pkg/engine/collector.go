package engine

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
)

const (
	// compileGC is GOGC while code is compiled. The heap may grow to five times
	// the live heap, because a compilation keeps nearly all of its allocations
	// until it ends.
	compileGC = 400
	// cycleHeap is the heap size, in bytes, at which a collection starts during
	// cycles. Cycles allocate fast and keep nothing: Go's default of 4 MiB would
	// mean a collection every few hundred cycles. A larger heap would not fit the
	// processor's caches.
	cycleHeap = 16 << 20
	// sharedHeap is the same for each of several workers, up to maxSharedHeap in total:
	// they leave no processor idle that could collect meanwhile. Two workers ran 1.14
	// times the cycles of one with 16 MiB, 1.41 with 32, 1.50 with 64 and no more with
	// 256.
	sharedHeap    = 32 << 20
	maxSharedHeap = 256 << 20
)

// compileGCPercent returns the GOGC for compilations. A process that is short of
// addresses keeps Go's default: Go ends a process whose heap cannot grow.
func compileGCPercent() int {
	if shortOfAddresses() {
		return 100
	}
	return compileGC
}

// cycleGCPercent returns the GOGC that lets the live heap grow to the size
// intended for that many workers. In a process that is short of addresses that
// is cycleHeap.
func cycleGCPercent(workers int) int {
	heap := uint64(cycleHeap)
	if n := min(workers, runtime.GOMAXPROCS(0)); n > 1 && !shortOfAddresses() {
		heap = min(uint64(n)*sharedHeap, maxSharedHeap)
	}
	const least = 4 << 20 // below it, Go does not collect
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	live := uint64(least)
	if sample[0].Value.Kind() == metrics.KindUint64 {
		live = max(live, sample[0].Value.Uint64())
	}
	return int(100 * heap / live)
}

// collector counts the compilations and cycles that keep GOGC raised. GOGC
// belongs to the whole process.
var collector struct {
	mu      sync.Mutex
	users   int
	percent int // GOGC before the first of them
}

// relaxCollector raises GOGC to percent and returns a function that restores
// it. It leaves a higher setting alone, and a collector that is off. A memory
// limit (GOMEMLIMIT) stays in force.
func relaxCollector(percent int) (restore func()) {
	c := &collector
	c.mu.Lock()
	defer c.mu.Unlock()
	now := debug.SetGCPercent(percent)
	if c.users == 0 {
		c.percent = now
	}
	if now < 0 || now > percent {
		debug.SetGCPercent(now)
	}
	c.users++
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.users--; c.users == 0 {
			debug.SetGCPercent(c.percent)
		}
	}
}
