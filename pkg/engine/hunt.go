package engine

import (
	"context"
	"time"

	"github.com/wamr-go/wamr-go/pkg/memstat/census"
)

const (
	// huntShare is the divisor of a run's duration that gives the largest share of
	// the hunt for leaks.
	huntShare = 4
	// profiledCost is the most times that a profiled cycle takes as long as another.
	profiledCost = 30
	// censusTime is the longest time of all censuses.
	censusTime = 2 * time.Second
)

// shareWithHunt returns the last cycle and the duration of the phase before the
// hunt.
func shareWithHunt(cfg *CycleConfig) (last uint64, duration time.Duration) {
	if cfg.Cycles > 0 {
		last = cfg.Cycles - planFor(cfg).Cycles()
	}
	return last, cfg.Duration - cfg.Duration/huntShare
}

// lengthen gives the time that the hunt will not need back to the phase before
// it, which has just ended: a quarter of a day is too much for it. It reports
// whether there is any.
func (c *cycles) lengthen() bool {
	done, elapsed := c.completed.Load(), time.Since(c.started)
	if c.duration == 0 || c.duration == c.cfg.Duration || elapsed < c.duration || done == 0 || c.cut.Load() > 0 {
		return false
	}
	kept := huntTime(c.cfg.Duration, elapsed/time.Duration(done), census.PlanFor(done).Cycles())
	longer := c.cfg.Duration-kept > c.duration
	c.duration = c.cfg.Duration - kept
	return longer
}

// huntTime returns the time of a run that is kept for a hunt of so many cycles,
// given the usual time of one.
func huntTime(duration, cycle time.Duration, cycles uint64) time.Duration {
	share := duration / huntShare
	if cycle > share/profiledCost/time.Duration(max(cycles, 1)) { // the product below would be more, or overflow
		return share
	}
	return min(share, time.Duration(cycles)*cycle*profiledCost+censusTime)
}

// hunt runs the last cycles in windows, with a census after each.
func (c *cycles) hunt(ctx context.Context) {
	plan := c.plan()
	if plan.Window == 0 || c.halt.Load() || c.stopped.Load() || c.cut.Load() > 0 {
		return
	}
	defer c.openGuests(ctx, 0)() // see guestContext
	c.hunting, c.duration = true, 0
	cfg := census.Config{Root: census.EntryOf((*cycleWorker).run), Tables: guestTables(), Done: c.completed.Load()}
	if c.one != nil {
		cfg.Unit, cfg.Guest = unitCall, c.one.countGuest
	}
	if c.cfg.Live != nil {
		cfg.Quiet = c.cfg.Live.quiet
	}
	if c.one != nil && c.module.heap.rewriting() != nil { // instances of their own have heaps of their own
		c.blocks = newBlockHunt()
		cfg.Guest = func(add countFunc) {
			c.blocks.census()
			c.one.countGuest(add)
		}
	}
	c.found = census.Hunt(cfg, plan, func(cycles int) bool {
		c.limit = c.completed.Load() + uint64(cycles)
		c.phase(ctx)
		return c.completed.Load() == c.limit
	})
	if c.blocks != nil {
		c.blocks.judge(c.module, c.found, cfg.Done+uint64(plan.WarmUp))
	}
}

// guestTables returns the functions that fill tables of what guests did: the stacks
// of a profile, the blocks, stacks and errors of a watched heap. The tables are
// bounded, and last as long as the module, the hunt, or the only instance.
func guestTables() []uintptr {
	return []uintptr{
		census.EntryOf((*cpuProfile).add),
		census.EntryOf((*heapWatch).take),
		census.EntryOf((*blockHunt).observe),
		census.EntryOf(heapStack),
		census.EntryOf(heapCheck),
		census.EntryOf(heapOverflow),
		census.EntryOf(walkStack),
	}
}

// plan returns the plan of the hunt. In a run by cycles, it uses the remaining ones. In
// a run by duration, it takes as many as fit into the rest of it.
func (c *cycles) plan() census.Plan {
	done := c.completed.Load()
	if c.cfg.Cycles > 0 && done >= c.limit {
		return planFor(c.cfg)
	}
	plan := census.PlanFor(done)
	plan.Time = c.cfg.Duration / huntShare
	return plan
}

// planFor returns the plan of a run with a number of cycles. The first cycle is
// never part of the hunt.
func planFor(cfg *CycleConfig) census.Plan {
	plan := census.PlanFor(cfg.Cycles)
	if plan.Cycles() >= cfg.Cycles {
		return census.PlanFor(cfg.Cycles - 1)
	}
	return plan
}
