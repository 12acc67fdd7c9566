package memstat

import (
	"runtime"
	"time"
)

const (
	settleRounds = 8                     // at most: 1+2+…+64 ms asleep
	settleFirst  = time.Millisecond      // doubles each round
	settleSlack  = uint64(4 * (1 << 10)) // heap bytes that two equal readings may differ by
)

// Settle collects garbage until the heap and the number of goroutines keep
// still, and gives up after an eighth of a second: finalizers run after the
// collection that found them, and a goroutine told to end needs a moment.
func Settle() {
	var before [2]uint64
	for round, pause := 0, settleFirst; round < settleRounds; round++ {
		runtime.GC()
		var h heap
		h.read()
		live, _ := h.live().Get()
		now := [2]uint64{live, uint64(runtime.NumGoroutine())}
		if round > 0 && now[1] == before[1] && near(now[0], before[0]) {
			return
		}
		before = now
		time.Sleep(pause)
		pause *= 2
	}
}

func near(a, b uint64) bool { return max(a, b)-min(a, b) <= settleSlack }
