package engine

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/tetratelabs/wazero/api"

	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/census"
)

// unitCall is the name of a unit of work in a run whose cycles are calls.
const unitCall = "call"

// ErrOnce means that a function can be called only once in an instance: the module's
// own start, _start or _initialize. It is the error of the outcome of [Module.Cycle]
// with CycleConfig.OneInstance.
var ErrOnce = errors.New("a module can be started only once in an instance")

// oneInstance is the instance of a run whose cycles are calls, and the guest's
// resources after each of them.
type oneInstance struct {
	*Instance
	export   Export
	params   []uint64
	function api.Function

	memory, descriptors census.Series
}

// callAgain runs a cycle that is a call in the run's only instance, which the
// first cycle makes.
func (w *cycleWorker) callAgain(ctx context.Context, c *cycles, n uint64, fault *faultKind) Outcome {
	if c.one == nil {
		if outcome := w.makeOne(ctx, c, n, fault); c.one == nil {
			return outcome
		}
	}
	one := c.one
	results, outcome := one.callAgain(ctx)
	if one.exited {
		outcome = Outcome{Kind: OutcomeError, Err: because(fmt.Sprintf("the guest exited with %d in a call: its instance cannot be called again", outcome.ExitCode), ErrClosed)}
	}
	c.results(n, results, outcome)
	w.lose(c, one.Instance, fault)
	memory := one.memoryStat(false)
	one.memory.Observe(n, int64(memory.PeakBytes/pageSize))
	w.grown(memory)
	open, _ := one.system.LeftOpen()
	one.descriptors.Observe(n, int64(open))
	c.observeBlocks(one.Instance)
	return outcome
}

func (w *cycleWorker) makeOne(ctx context.Context, c *cycles, n uint64, fault *faultKind) Outcome {
	name := c.cfg.Invoke
	if name == "" || name == exportStart || name == exportInitialize {
		return Outcome{Kind: OutcomeError, Err: ErrOnce}
	}
	params, export, err := c.module.parseCall(name, c.cfg.Args)
	if err != nil {
		return Outcome{Kind: OutcomeError, Err: err}
	}
	in, outcome := w.instantiate(ctx, c, n, fault)
	if in == nil {
		return outcome
	}
	c.one = &oneInstance{Instance: in, export: export, params: params}
	return outcome
}

// callAgain calls the function, which it looks up once in compiled code. A reactor is initialized
// first.
func (one *oneInstance) callAgain(ctx context.Context) ([]string, Outcome) {
	one.mu.Lock()
	defer one.mu.Unlock()
	if one.module.kind == Reactor {
		if outcome := one.initialize(ctx); !outcome.Clean() {
			return nil, outcome
		}
	}
	if one.function == nil {
		one.function = one.guest.ExportedFunction(one.export.Name)
	}
	results, outcome := one.callFunction(ctx, one.function, one.params)
	if outcome.Kind == OutcomeTrap || !one.module.runtime.compiles {
		// wazero does not promise that it can be used again after a trap, and its
		// interpreter keeps the frames of the deepest call in it.
		one.function = nil
	}
	return one.export.format(results), outcome
}

// closeInstance closes the instance of a run whose cycles are calls.
func (c *cycles) closeInstance(ctx context.Context) {
	if c.one == nil {
		return
	}
	if c.cfg.SampleEvery >= 0 {
		c.judgeGuest()
	}
	c.workers[0].keepHeap(c.one.Instance)
	c.workers[0].close(ctx, c.one.Instance, true)
}

// judgeGuest adds the guest's own losses to the result of the hunt. The windows
// of the hunt compare descriptors by path. If the guest had already reached its
// limit of descriptors before them, judgeGuest names the descriptor that was
// opened last.
func (c *cycles) judgeGuest() {
	found := c.found
	if found == nil {
		found = &census.Result{}
	}
	one, done := c.one, c.completed.Load()
	pages := int64(one.memoryStat(false).LimitBytes / pageSize)
	if f, leaks := one.memory.Judge(census.GuestMemory, "linear memory", done, pages, pageSize); leaks {
		found.Add(unitCall, f)
	}
	open, path := 0, ""
	one.countGuest(func(_ census.Kind, identity string, _, _ int64) {
		open++
		path = identity
	})
	f, leaks := one.descriptors.Judge(census.GuestDescriptor, path, done, int64(open+one.system.Room()), 0)
	if leaks && !found.Has(census.GuestDescriptor) {
		found.Add(unitCall, f)
	}
	if found.Verdict == memstat.Leaking {
		c.found = found
	}
	if bound := one.memory.Bound(done, pages) * pageSize; !math.IsInf(bound, 0) {
		c.guestBound = bound
	}
}

// countFunc counts things of an identity in a census.
type countFunc = func(kind census.Kind, identity string, objects, bytes int64)

// countGuest counts the descriptors that the guest has open.
func (one *oneInstance) countGuest(add countFunc) {
	for fd := range one.system.Opened() {
		path := one.system.GuestPath(fd)
		if path == "" {
			path = "of no path"
		}
		add(census.GuestDescriptor, path, 1, 0)
	}
}
