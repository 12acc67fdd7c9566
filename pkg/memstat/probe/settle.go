package probe

import (
	"runtime"
	"time"
)

const (
	settleRounds = 8                // at most: 1+2+…+64 ms asleep
	settleFirst  = time.Millisecond // doubles each round
	settleSlack  = 4 << 10          // heap bytes by which two equal readings may differ
)

// settle collects garbage until the heap size and the number of goroutines
// stop changing, and gives up after settleRounds. One collection is not
// enough: finalizers run after the collection that found their objects, and a
// goroutine that was told to end needs a moment.
func settle() {
	var heapBefore, goroutinesBefore uint64
	pause := settleFirst
	for round := range settleRounds {
		runtime.GC()
		heapNow, goroutinesNow := heapAndGoroutines()
		settled := round > 0 && goroutinesNow == goroutinesBefore && near(heapNow, heapBefore)
		if settled || round == settleRounds-1 {
			return
		}
		heapBefore, goroutinesBefore = heapNow, goroutinesNow
		time.Sleep(pause)
		pause *= 2
	}
}

func heapAndGoroutines() (heap, goroutines uint64) {
	reading.Lock()
	defer reading.Unlock()
	heap, _ = heapLive().Get()
	return heap, uint64(runtime.NumGoroutine())
}

func near(a, b uint64) bool { return max(a, b)-min(a, b) <= settleSlack }
