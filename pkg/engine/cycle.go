package engine

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/probe"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// CycleConfig says how often, and how, an instance is made, run and closed.
type CycleConfig struct {
	// Cycles is how many; 0 means as many as fit into Duration, which is then
	// not 0. With both, whichever is reached first ends the run.
	Cycles   uint64
	Duration time.Duration
	Workers  int           // at once; 0 means 1
	Timeout  time.Duration // of one cycle's guest; 0 means none

	// Stop, when closed, ends the run after the cycles in progress. (The
	// context of Cycle, when done, ends their guests too.)
	Stop <-chan struct{}
	// FailFast ends the run after the first cycle that is not a clean exit.
	// Whatever it says, the run ends where the first cycle could not be run.
	FailFast bool

	// Config returns a cycle's WASI configuration; cycles are numbered from 1.
	// It is called from several goroutines. Nil means the zero Config.
	Config func(cycle uint64) wasi.Config
	Invoke string // the function to call; "" means as Instance.Start
	Args   []string
	// Results is told what Invoke returned. It is called from several
	// goroutines. May be nil.
	Results func(cycle uint64, results []string)

	// Progress is told the number of completed cycles, from one goroutine,
	// not more often than ten times a second and once at the end. May be nil.
	Progress func(completed uint64)
	// SampleEvery is the least number of cycles between two samples of the
	// process; 0 spreads up to eighty over the run, -1 takes none. 40 are taken
	// of any run that has so many cycles, and more while sampling costs less
	// than 2 % of the run.
	SampleEvery int64
}

// CycleOutcome is the outcome of one cycle.
type CycleOutcome struct {
	Cycle uint64
	Outcome
}

// CycleResult is what a run of cycles came to.
type CycleResult struct {
	Requested uint64 // 0 where only a duration was asked for
	Completed uint64 // instantiated (or not, see Outcomes) and closed
	Workers   int
	Elapsed   time.Duration
	Sampling  time.Duration // part of Elapsed in which samples were taken

	PerSecond float64       // completed cycles by elapsed time without sampling
	P50, P99  time.Duration // half, and 99 of 100 cycles, took no longer; at most 0.8 % too high
	Max       time.Duration

	First    Outcome       // of the first cycle
	Bad      *CycleOutcome // the first that was not a clean exit, or nil
	Outcomes [outcomeKinds]uint64
	Leaky    uint64 // cycles that leaked
	CloseErr error  // of the first cycle that had one, see Instance.CloseErr

	Memory  MemoryStat // the largest figures of all cycles; touched: of some
	Samples []probe.Sample
}

// Cycle instantiates, runs and closes the module again and again. Ledger scopes
// have the number of the cycle. The first cycle is run alone. When ctx is done
// the guests in progress are ended, as by Instance.Start.
func (m *Module) Cycle(ctx context.Context, cfg CycleConfig) CycleResult {
	if cfg.Cycles == 0 && cfg.Duration == 0 {
		cfg.Cycles = 1
	}
	cfg.Workers = max(cfg.Workers, 1)
	if cfg.Cycles != 1 {
		defer relaxCollector(cycleGCPercent(cfg.Workers))()
	}
	c := &cycles{module: m, cfg: &cfg, started: time.Now()}
	c.sampling = newSampling(&cfg, c.started)
	endProgress := c.progress()

	first := new(cycleWorker)
	if n, ok := c.claim(ctx); ok {
		first.run(ctx, c, n)
		c.first = first.last
	}
	if c.first.Kind == OutcomeError {
		c.halt.Store(true)
	}
	workers := []*cycleWorker{first}
	var wg sync.WaitGroup
	for len(workers) < cfg.Workers {
		w := new(cycleWorker)
		workers = append(workers, w)
		wg.Go(func() { w.loop(ctx, c) })
	}
	first.loop(ctx, c)
	wg.Wait()
	elapsed := time.Since(c.started)
	endProgress()
	return c.result(workers, elapsed)
}

// cycles is a run in progress.
type cycles struct {
	module    *Module
	cfg       *CycleConfig
	started   time.Time
	claimed   atomic.Uint64
	completed atomic.Uint64
	halt      atomic.Bool
	sampling  *sampling
	first     Outcome
}

// claim takes the next cycle, if there is to be one.
func (c *cycles) claim(ctx context.Context) (cycle uint64, ok bool) {
	if c.halt.Load() || ctx.Err() != nil {
		return 0, false
	}
	select {
	case <-c.cfg.Stop:
		return 0, false
	default:
	}
	if c.cfg.Duration > 0 && time.Since(c.started) >= c.cfg.Duration {
		return 0, false
	}
	cycle = c.claimed.Add(1)
	return cycle, c.cfg.Cycles == 0 || cycle <= c.cfg.Cycles
}

// progress reports until the function that it returns is called.
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

func (c *cycles) result(workers []*cycleWorker, elapsed time.Duration) CycleResult {
	r := CycleResult{
		Requested: c.cfg.Cycles,
		Completed: c.completed.Load(),
		Workers:   c.cfg.Workers,
		Elapsed:   elapsed,
		Sampling:  c.sampling.spent,
		First:     c.first,
		Samples:   c.sampling.samples(),
	}
	latency := &workers[0].latency
	for i, w := range workers {
		if i > 0 {
			latency.merge(&w.latency)
		}
		for kind, n := range w.outcomes {
			r.Outcomes[kind] += n
		}
		r.Leaky += w.leaky
		r.Memory = r.Memory.larger(w.memory)
		if w.bad != nil && (r.Bad == nil || w.bad.Cycle < r.Bad.Cycle) {
			r.Bad = w.bad
		}
		if r.CloseErr == nil {
			r.CloseErr = w.closeErr
		}
	}
	r.P50, r.P99, r.Max = latency.percentile(50), latency.percentile(99), time.Duration(latency.max)
	if busy := elapsed - r.Sampling; busy > 0 {
		r.PerSecond = float64(r.Completed) / busy.Seconds()
	}
	return r
}

// cycleWorker runs cycles one after the other, and counts for itself.
type cycleWorker struct {
	latency  histogram
	outcomes [outcomeKinds]uint64
	last     Outcome
	bad      *CycleOutcome
	leaky    uint64
	closeErr error
	memory   MemoryStat
}

func (w *cycleWorker) loop(ctx context.Context, c *cycles) {
	for {
		n, ok := c.claim(ctx)
		if !ok {
			return
		}
		w.run(ctx, c, n)
	}
}

// run is one cycle and its accounting.
func (w *cycleWorker) run(ctx context.Context, c *cycles, n uint64) {
	var cfg wasi.Config
	if c.cfg.Config != nil {
		cfg = c.cfg.Config(n)
	}
	c.sampling.between.RLock()
	begin := time.Now()
	w.last = w.cycle(ctx, c, n, cfg)
	w.latency.add(time.Since(begin))
	c.sampling.between.RUnlock()

	w.outcomes[w.last.Kind]++
	if !w.last.Clean() {
		if w.bad == nil {
			w.bad = &CycleOutcome{n, w.last}
		}
		if c.cfg.FailFast {
			c.halt.Store(true)
		}
	}
	c.sampling.observe(c.completed.Add(1))
}

func (w *cycleWorker) cycle(ctx context.Context, c *cycles, n uint64, cfg wasi.Config) Outcome {
	if c.cfg.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.cfg.Timeout)
		defer cancel()
	}
	in, err := c.module.instantiate(ctx, cfg, n, touchedIsMeasured(n))
	if err != nil {
		var failed *InstantiateError
		if !errors.As(err, &failed) {
			return Outcome{Kind: OutcomeError, Err: err}
		}
		w.closed(failed.Leaks, nil)
		return failed.Outcome
	}
	outcome := w.call(ctx, c, n, in)
	w.memory = w.memory.larger(in.memoryStat(touchedIsMeasured(n)))
	w.closed(in.Close(ctx), in.closeErr)
	return outcome
}

func (w *cycleWorker) call(ctx context.Context, c *cycles, n uint64, in *Instance) Outcome {
	if c.cfg.Invoke == "" {
		return in.Start(ctx)
	}
	results, outcome := in.Invoke(ctx, c.cfg.Invoke, c.cfg.Args)
	if c.cfg.Results != nil && outcome.Kind == OutcomeExit {
		c.cfg.Results(n, results)
	}
	return outcome
}

func (w *cycleWorker) closed(leaks []memstat.Leak, err error) {
	if len(leaks) > 0 {
		w.leaky++
	}
	if w.closeErr == nil {
		w.closeErr = err
	}
}

// touchedIsMeasured spares most cycles the system call: it is made in the
// first few and in every 1024th.
func touchedIsMeasured(cycle uint64) bool { return cycle&(cycle-1) == 0 || cycle%1024 == 0 }

// larger returns the larger of each figure.
func (s MemoryStat) larger(o MemoryStat) MemoryStat {
	s.InitialBytes = max(s.InitialBytes, o.InitialBytes)
	s.PeakBytes = max(s.PeakBytes, o.PeakBytes)
	s.LimitBytes = max(s.LimitBytes, o.LimitBytes)
	s.Grows = max(s.Grows, o.Grows)
	if s.TouchedBytes == nil || o.TouchedBytes != nil && *o.TouchedBytes > *s.TouchedBytes {
		s.TouchedBytes = o.TouchedBytes
	}
	return s
}
