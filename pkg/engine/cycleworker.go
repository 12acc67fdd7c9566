package engine

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/guestheap"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// cycleWorker runs cycles one after the other, and keeps its own counts.
type cycleWorker struct {
	mu sync.Mutex // of the counts, which [Live] reads meanwhile
	cycleCounts
}

// cycleCounts is the sum of some cycles. Its size does not depend on their number.
type cycleCounts struct {
	latency  histogram
	outcomes [outcomeKinds]uint64
	first    *Outcome      // of the run's first cycle
	failure  *CycleOutcome // the first
	nonzero  uint64        // exits
	leaking  uint64
	closeErr error
	memory   MemoryStat
	openFDs  OpenFDs
	executed *uint64           // the most instructions of any cycle
	heap     *guestheap.Report // of the first instance, if this worker closed it
}

func (w *cycleWorker) loop(ctx context.Context, c *cycles) {
	for {
		n, ok := c.claim(ctx)
		if !ok {
			return
		}
		w.run(c, n)
	}
}

// run runs one cycle and accounts for it. Stacks in a census end here, so it must
// have a frame.
//
//go:noinline
func (w *cycleWorker) run(c *cycles, n uint64) {
	fault := c.cfg.Fault.due(n)
	c.sampling.between.RLock()
	begin, leaking := time.Now(), w.leaking
	last := w.cycle(c, n, fault)
	took := time.Since(begin)
	if fault.lose != nil && w.closeErr == nil {
		w.failed(fault.lose(c.module, c.cfg.Fault.Bytes))
	}
	c.sampling.between.RUnlock()
	if cut(last) {
		c.cut.Add(1)
		return
	}
	done := w.count(c, n, last, took)
	hopeless := last.Kind == OutcomeError && (n == 1 || c.cfg.OneInstance)
	if hopeless || c.cfg.FailFast && (!last.Clean() || w.leaking > leaking) {
		c.halt.Store(true)
	}
	if !c.hunting {
		c.sampling.observe(done)
	}
}

// count accounts for a cycle, and returns the number of cycles that have
// completed.
func (w *cycleWorker) count(c *cycles, n uint64, last Outcome, took time.Duration) uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !c.hunting {
		w.latency.add(took)
	}
	w.outcomes[last.Kind]++
	if last.ExitCode != 0 {
		w.nonzero++
	}
	if n == 1 {
		w.first = &last
	}
	if !last.Clean() && w.failure == nil {
		w.failure = &CycleOutcome{n, last}
	}
	return c.completed.Add(1)
}

// failed keeps the error of a fault, which has none before it.
func (w *cycleWorker) failed(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closeErr = err
}

func (w *cycleWorker) cycle(c *cycles, n uint64, fault *faultKind) Outcome {
	ctx, cancel := c.guestContext()
	defer cancel()
	if c.cfg.OneInstance {
		return w.callAgain(ctx, c, n, fault)
	}
	in, outcome := w.instantiate(ctx, c, n, fault)
	if in == nil {
		return outcome
	}
	if c.cfg.Invoke == "" {
		outcome = in.Start(ctx)
	} else {
		var results []string
		results, outcome = in.Invoke(ctx, c.cfg.Invoke, c.cfg.Args)
		c.results(n, results, outcome)
	}
	w.lose(c, in, fault)
	if n == 1 {
		w.keepHeap(in)
	}
	w.close(ctx, in, c.measuresTouched(n))
	return outcome
}

// instantiate makes the instance of a cycle. It returns nil, and an outcome, if
// that fails or the instance has ended already.
func (w *cycleWorker) instantiate(ctx context.Context, c *cycles, n uint64, fault *faultKind) (*Instance, Outcome) {
	var cfg wasi.Config
	if c.cfg.Config != nil {
		cfg = c.cfg.Config(n)
	}
	cfg.Faults |= fault.wasi
	in, err := c.module.instantiate(ctx, cfg, n, c.measuresTouched(n))
	if err == nil {
		return in, Outcome{}
	}
	var failed *InstantiateError
	if !errors.As(err, &failed) {
		return nil, Outcome{Kind: OutcomeError, Err: err}
	}
	w.closed(failed.CloseErr)
	return nil, failed.Outcome
}

// results passes the results of a call on.
func (c *cycles) results(n uint64, results []string, outcome Outcome) {
	if c.cfg.Results != nil && outcome.Kind == OutcomeExit {
		c.cfg.Results(n, results)
	}
}

// lose lets a fault happen to an instance that is still open.
func (w *cycleWorker) lose(c *cycles, in *Instance, fault *faultKind) {
	if fault.loseOpen != nil && w.closeErr == nil {
		w.failed(fault.loseOpen(c, in, c.cfg.Fault.Bytes))
	}
}

// keepHeap keeps the account of a guest's heap.
func (w *cycleWorker) keepHeap(in *Instance) {
	heap := in.guestHeap()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.heap = heap
}

// close closes an instance, and accounts for it.
func (w *cycleWorker) close(ctx context.Context, in *Instance, touched bool) {
	memory, executed := in.memoryStat(touched), in.instructions()
	w.mu.Lock()
	w.memory = w.memory.larger(memory)
	w.openFDs = w.openFDs.larger(in)
	w.executed = larger(w.executed, executed)
	w.mu.Unlock()
	w.closed(in.Close(ctx))
}

// grown accounts for the memory of an instance that stays open.
func (w *cycleWorker) grown(memory MemoryStat) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.memory = w.memory.larger(memory)
}

// closed counts the error of an instance's Close.
func (w *cycleWorker) closed(err error) {
	leaks, other := memstat.SplitLeaks(err)
	w.mu.Lock()
	defer w.mu.Unlock()
	if leaks != nil {
		w.leaking++
	}
	if w.closeErr == nil {
		w.closeErr = other
	}
}

// measuresTouched reports whether a cycle counts the touched bytes of its
// memory. With Config.Inspect the first few do, and every 1024th; the others save
// the system calls.
func (c *cycles) measuresTouched(cycle uint64) bool {
	return c.module.runtime.config.Inspect && (cycle&(cycle-1) == 0 || cycle%1024 == 0)
}
