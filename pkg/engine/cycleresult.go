package engine

import (
	"context"
	"time"

	"github.com/wamr-go/wamr-go/pkg/memstat/census"
	"github.com/wamr-go/wamr-go/pkg/memstat/guestheap"
	"github.com/wamr-go/wamr-go/pkg/memstat/probe"
	"github.com/wamr-go/wamr-go/pkg/memstat/report"
)

// CycleOutcome is the outcome of one cycle.
type CycleOutcome struct {
	Cycle uint64 // number of the cycle, from 1; 0 if no single cycle is meant
	Outcome
}

// CycleResult holds the outcomes of the cycles of a run, their duration and
// their resources.
type CycleResult struct {
	Requested uint64 // 0 if only a duration was given
	Completed uint64 // cycles that ended, whether they could be instantiated or not
	Cut       uint64 // cycles that CycleConfig.Grace ended; Completed and Outcomes do not count them
	Workers   int
	// OneInstance is that of CycleConfig: cycles were calls in one instance.
	OneInstance bool
	Elapsed     time.Duration
	Sampling    time.Duration // part of Elapsed in which samples were taken
	Stopped     bool          // by CycleConfig.Stop or the context

	// Rate and latencies are of the cycles before the hunt for leaks, and without
	// the time of sampling.
	PerSecond float64
	// Half of the cycles, 90 and 99 of 100 took no longer; at most 0.8 % too high.
	P50, P90, P99 time.Duration
	Max           time.Duration // of one cycle

	First         Outcome              // of the first cycle
	FirstFailure  *CycleOutcome        // of the first cycle that was not a clean exit, or nil
	Outcomes      [outcomeKinds]uint64 // number of cycles, by OutcomeKind
	NonzeroExits  uint64               // number of cycles that exited with another code than 0
	LeakingCycles uint64               // number of cycles that did not give everything back
	CloseErr      error                // of the first Instance.Close that failed, without its leaks

	Memory  MemoryStat     // the largest figure of any cycle; TouchedBytes of some cycles only
	OpenFDs OpenFDs        // the most that any cycle left open
	Samples []probe.Sample // oldest first; nil if CycleConfig.SampleEvery is -1
	// Hunt is the judgement of the hunt for leaks; nil if there was none, because
	// CycleConfig.SampleEvery is -1, the run was too short, or it was stopped or
	// cut before.
	Hunt *census.Result
	// Instructions is the most that any cycle executed; nil without Config.Fuel
	// and Config.CountInstructions.
	Instructions *uint64
	// GuestHeap is that of the first cycle, or of OneInstance, at its end; nil
	// without Config.Heap.Check.
	GuestHeap *guestheap.Report
	// GuestBound is the smallest leak of a guest's linear memory that Hunt is certain
	// to find, in bytes per call; 0 if the hunt did not include it.
	GuestBound float64
	// Before and After are readings of the process before the first and after
	// the last cycle; nil without Config.Inspect. While the run lasts, After is the
	// present one, of a process that has not settled.
	Before, After *probe.Process
	// Running says that the run is not over: [Live] tells how far it is.
	Running bool
	// Latency counts the cycles that the latencies are of by how long they took.
	Latency *report.Latency

	stop Outcome // of a run that was stopped
}

// Outcome returns the outcome that counts for the run: that of the first cycle
// that was not a clean exit; else an interruption if the run was stopped before
// it was complete; else a timeout if its duration was over before a cycle was;
// else the clean exit of the first cycle.
func (r *CycleResult) Outcome() CycleOutcome {
	switch {
	case r.FirstFailure != nil:
		return *r.FirstFailure
	case r.Completed == 0, r.Stopped && (r.Requested == 0 || r.Completed < r.Requested):
		return CycleOutcome{Outcome: r.stop}
	default:
		return CycleOutcome{Cycle: 1, Outcome: r.First}
	}
}

// result returns the result of a run that is over.
func (c *cycles) result(ctx context.Context) CycleResult {
	latency := new(histogram)
	if len(c.workers) == 1 { // a plain run is spared 60 KiB, 2 % of its time
		latency = &c.workers[0].latency
	}
	r := c.soFar(latency)
	r.Hunt, r.GuestBound = c.found, c.guestBound
	switch {
	case ctx.Err() != nil:
		r.stop = doneOutcome(ctx)
	case !r.Stopped: // the duration was over before a cycle was
		r.stop = Outcome{Kind: OutcomeTimeout, Err: errRunOver}
	}
	return r
}

// soFar adds up the counts of the workers. It can be called at any time with an empty
// histogram, and with that of the only worker once the run is over.
func (c *cycles) soFar(latency *histogram) CycleResult {
	r := CycleResult{
		Requested:   c.cfg.Cycles,
		Completed:   c.completed.Load(),
		Cut:         c.cut.Load(),
		Workers:     c.cfg.Workers,
		Elapsed:     time.Since(c.started),
		OneInstance: c.cfg.OneInstance,
		Stopped:     c.stopped.Load(),
		Before:      c.before,
		stop:        Outcome{Kind: OutcomeInterrupted},
	}
	r.Samples, r.Sampling = c.sampling.soFar()
	for _, w := range c.workers {
		w.addTo(&r, latency)
	}
	r.P50, r.P90, r.P99 = latency.percentile(50), latency.percentile(90), latency.percentile(99)
	r.Max = time.Duration(latency.max)
	r.Latency = latency.latencies()
	plain := time.Duration(c.plain.Load())
	if plain == 0 {
		plain = r.Elapsed
	}
	if busy := plain - r.Sampling; busy > 0 {
		r.PerSecond = float64(latency.total) / busy.Seconds()
	}
	return r
}

// addTo adds the counts of a worker to those of the run.
func (w *cycleWorker) addTo(r *CycleResult, latency *histogram) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if latency != &w.latency {
		latency.merge(&w.latency)
	}
	for kind, n := range w.outcomes {
		r.Outcomes[kind] += n
	}
	r.NonzeroExits += w.nonzero
	r.LeakingCycles += w.leaking
	r.Memory = r.Memory.larger(w.memory)
	if w.openFDs.Count > r.OpenFDs.Count {
		r.OpenFDs = w.openFDs
	}
	r.Instructions = larger(r.Instructions, w.executed)
	if w.first != nil {
		r.First = *w.first
	}
	if w.heap != nil {
		r.GuestHeap = w.heap
	}
	if w.failure != nil && (r.FirstFailure == nil || w.failure.Cycle < r.FirstFailure.Cycle) {
		r.FirstFailure = w.failure
	}
	if r.CloseErr == nil {
		r.CloseErr = w.closeErr
	}
}

// larger returns the larger of each figure.
func (s MemoryStat) larger(o MemoryStat) MemoryStat {
	s.InitialBytes = max(s.InitialBytes, o.InitialBytes)
	s.PeakBytes = max(s.PeakBytes, o.PeakBytes)
	s.LimitBytes = max(s.LimitBytes, o.LimitBytes)
	s.Grows = max(s.Grows, o.Grows)
	s.DeniedGrows = max(s.DeniedGrows, o.DeniedGrows)
	s.TotalBytes = max(s.TotalBytes, o.TotalBytes)
	s.TableBytes = larger(s.TableBytes, o.TableBytes)
	if s.TouchedBytes == nil || o.TouchedBytes != nil && *o.TouchedBytes > *s.TouchedBytes {
		s.TouchedBytes, s.Touched = o.TouchedBytes, o.Touched
	}
	if s.Stack == nil || o.Stack != nil && o.Stack.PeakBytes > s.Stack.PeakBytes {
		s.Stack = o.Stack
	}
	if o.PeakBytes >= s.PeakBytes && o.Layout != nil {
		s.Layout = o.Layout
	}
	return s
}

// larger returns the larger of two figures, which are nil if they are not known.
func larger(a, b *uint64) *uint64 {
	if a == nil || b != nil && *b > *a {
		return b
	}
	return a
}
