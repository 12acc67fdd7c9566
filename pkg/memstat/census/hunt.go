package census

import (
	"runtime"
	"sync"
	"time"
)

// hunting is held by the hunt in progress: the rate of the memory profile
// belongs to the whole process.
var hunting sync.Mutex

// Hunt runs a warm-up and then windows of cycles, takes a census after each, and judges
// them. run runs the given number of cycles and returns when all its goroutines are at
// rest; if it returns false, the hunt ends there and is inconclusive. Hunt waits for
// another hunt in this process. Recorded stacks end at Hunt.
//
//go:noinline
func Hunt(cfg Config, plan Plan, run func(cycles int) bool) *Result {
	hunting.Lock()
	defer hunting.Unlock()
	rate := runtime.MemProfileRate
	runtime.MemProfileRate = 1
	defer func() { runtime.MemProfileRate = rate }()

	// The warm-up and the windows run from one place, so that their allocations have
	// the same stacks.
	var censuses []*Census
	begin, cycles := time.Now(), plan.WarmUp
	cfg.previous = nil
	for len(censuses) <= plan.Windows && run(cycles) {
		if len(censuses) == 0 {
			plan = plan.fit(time.Since(begin))
		}
		cfg.previous = Take(cfg)
		censuses = append(censuses, cfg.previous)
		cycles = plan.Window
	}
	return judge(&cfg, plan, censuses)
}
