package engine

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wamr-go/wamr-go/pkg/memstat/census"
	"github.com/wamr-go/wamr-go/pkg/memstat/probe"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// CycleConfig configures a run of cycles: in each of them an instance is made,
// run and closed. The zero CycleConfig is one cycle of Instance.Start.
type CycleConfig struct {
	// Cycles is the number of cycles; 0 means as many as fit into Duration, or
	// one if that is 0 too. With both, whichever is reached first ends the run.
	Cycles   uint64
	Duration time.Duration
	// OneInstance makes a single instance, in which each cycle is a call of
	// Invoke, like a plug-in host. Only one worker runs then, and Config is
	// called for the first cycle only.
	OneInstance bool

	Workers int           // that run cycles at once; 0 means 1
	Timeout time.Duration // for the guest of one cycle; 0 means none

	// Stop ends the run after the cycles in progress, once it is closed. (The
	// context of Cycle, when done, ends their guests too.)
	Stop <-chan struct{}
	// Grace is the time that guests may go on after Stop was closed or Duration is
	// over. Then they end as if their context were cancelled, and CycleResult.Cut
	// counts their cycles. 0 means that the run waits for them. The hunt for leaks may
	// begin cycles after Duration; each of them may take that long.
	Grace time.Duration
	// FailFast ends the run after the first cycle that is not a clean exit, or
	// that does not give everything back. The run always ends if the first cycle
	// could not be run.
	FailFast bool

	// Config returns a cycle's WASI configuration; cycles are numbered from 1.
	// It is called from several goroutines. Nil means the zero Config.
	Config func(cycle uint64) wasi.Config
	Invoke string   // name of the function to call; "" means Instance.Start
	Args   []string // of Invoke
	// Results receives the results of Invoke, from several goroutines. May be
	// nil.
	Results func(cycle uint64, results []string)

	// Fault loses something on purpose, after the cycles that it selects.
	Fault Fault

	// Progress receives the number of completed cycles, from one goroutine, at
	// most ten times a second and once at the end. May be nil.
	Progress func(completed uint64)
	// Live shows the run while it lasts. May be nil.
	Live *Live
	// SampleEvery is the least number of cycles between two samples of the
	// process; 0 spreads up to eighty over the run. A run takes 40, or one in
	// each cycle if it has fewer, and more while sampling costs less than 2 % of
	// its time. -1 takes none, and spares the hunt for leaks as well.
	SampleEvery int64
}

// Cycle instantiates, runs and closes the module again and again. The scopes of
// the ledger have the numbers of the cycles. The first cycle runs alone. When
// ctx is done, the guests in progress end as in Instance.Start. The last cycles,
// three quarters of a short run and at most 1280 of a long one, are hunted for
// leaks: see package census. With Config.Inspect, Cycle also measures the process
// before the first cycle and after the last one, and counts the touched pages of
// the memory in cycles 1, 2, 4, 8 and so on, and in every 1024th.
func (m *Module) Cycle(ctx context.Context, cfg CycleConfig) CycleResult {
	defer cfg.Live.show(nil)
	if !m.runtime.config.Inspect {
		return m.cycle(ctx, cfg, nil)
	}
	before := probe.Settled()
	r := m.cycle(ctx, cfg, &before)
	after := probe.Settled()
	r.Before, r.After = &before, &after
	return r
}

func (m *Module) cycle(ctx context.Context, cfg CycleConfig, before *probe.Process) CycleResult {
	if cfg.Cycles == 0 && cfg.Duration == 0 {
		cfg.Cycles = 1
	}
	cfg.Workers = max(cfg.Workers, 1)
	if cfg.OneInstance {
		cfg.Workers = 1
	}
	if cfg.Cycles != 1 {
		defer relaxCollector(cycleGCPercent(cfg.Workers))()
	}
	c := newCycles(m, &cfg)
	c.before = before
	cfg.Live.show(c)
	endProgress := c.progress()
	endGuests := c.openGuests(ctx, cfg.Duration)
	if n, ok := c.claim(ctx); ok {
		c.workers[0].run(c, n)
	}
	c.phase(ctx)
	if c.lengthen() {
		c.phase(ctx)
	}
	c.plain.Store(int64(time.Since(c.started)))
	endGuests()
	if cfg.SampleEvery >= 0 {
		c.hunt(ctx)
	}
	c.closeInstance(ctx)
	endProgress()
	return c.result(ctx)
}

// cycles is the state of a run in progress.
type cycles struct {
	module    *Module
	cfg       *CycleConfig
	workers   []*cycleWorker
	started   time.Time
	guests    context.Context // of the phase; see openGuests
	limit     uint64          // number of the last cycle of the phase; 0 for none
	duration  time.Duration   // of the phase that is measured; 0 for no limit
	hunting   bool            // cycles are profiled, so they are not timed
	plain     atomic.Int64    // nanoseconds of the phase before the hunt; 0 while it lasts
	before    *probe.Process  // reading before the first cycle, or nil
	claimed   atomic.Uint64
	completed atomic.Uint64
	cut       atomic.Uint64 // cycles that were ended because the run was over; no more follow
	halt      atomic.Bool   // no more cycles: one failed
	stopped   atomic.Bool   // no more cycles: the caller ended the run
	sampling  *sampling
	one       *oneInstance   // nil unless cycles are calls
	found     *census.Result // of the hunt, if there was one
	blocks    *blockHunt     // nil unless the guests' heaps are watched, and before the hunt
	// guestBound is the smallest leak of the guest's memory that is found, in
	// bytes per call; 0 if it is not known.
	guestBound float64
	lost       atomic.Uint64 // bytes that a fault took from the guests' memories
}

func newCycles(m *Module, cfg *CycleConfig) *cycles {
	c := &cycles{module: m, cfg: cfg, started: time.Now()}
	for range cfg.Workers {
		c.workers = append(c.workers, new(cycleWorker))
	}
	c.limit, c.duration = cfg.Cycles, cfg.Duration
	if cfg.SampleEvery >= 0 {
		c.limit, c.duration = shareWithHunt(cfg)
	}
	c.sampling = newSampling(cfg.SampleEvery, c.limit, c.duration, c.started)
	return c
}

// phase runs cycles on all workers up to the limit, and returns when the workers
// are at rest.
func (c *cycles) phase(ctx context.Context) {
	c.claimed.Store(c.completed.Load())
	var wg sync.WaitGroup
	for _, w := range c.workers {
		wg.Go(func() { w.loop(ctx, c) })
	}
	wg.Wait()
}

// claim returns the number of the next cycle, or false if there is to be none.
func (c *cycles) claim(ctx context.Context) (cycle uint64, ok bool) {
	if c.halt.Load() {
		return 0, false
	}
	select {
	case <-ctx.Done():
		c.stopped.Store(true)
		return 0, false
	case <-c.cfg.Stop:
		c.stopped.Store(true)
		return 0, false
	default:
	}
	if c.cut.Load() > 0 || c.duration > 0 && time.Since(c.started) >= c.duration {
		return 0, false
	}
	cycle = c.claimed.Add(1)
	return cycle, c.limit == 0 || cycle <= c.limit
}

// progress calls Progress from a goroutine, until end is called.
func (c *cycles) progress() (end func()) {
	if c.cfg.Progress == nil {
		return func() {}
	}
	const interval = 100 * time.Millisecond
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(interval)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				c.cfg.Progress(c.completed.Load())
			case <-done:
				c.cfg.Progress(c.completed.Load())
				return
			}
		}
	}()
	return func() { close(done); <-ended }
}
