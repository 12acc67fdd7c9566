package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	goruntime "runtime"
	"strings"
	"sync"

	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
	"github.com/tetratelabs/wazero/sys"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/linmem"
	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// Instance is one instance of a module, with a memory and a WASI system of its
// own. Its methods may be called from any goroutine, but it serves one call at a
// time: a second call waits, and so does Close. The caller of Instantiate closes
// it.
type Instance struct {
	module *Module
	scope  *memstat.Scope

	mu          sync.Mutex
	system      *wasi.System
	memory      linmem.Memory
	tables      tableAccount
	guest       api.Module
	handle      memstat.Handle // of guest
	initialized *Outcome       // of _initialize, once it was called
	stopped     bool           // within a call, so that its state is unknown
	meter       meter
	ticked      bool       // the guest has called tick
	watch       *heapWatch // nil where the heap is not watched
	exited      bool       // the guest ended itself with proc_exit
	closed      bool
}

// Instantiate makes an instance, with a scope of the ledger whose number counts
// the runtime's instances from 1. It runs the start section, if the module has
// one, with ctx; Start and Invoke run the rest. The error is an
// *InstantiateError, which may wrap a *SegmentError, a *wasi.PreopenError, a
// *MemoryError or ErrClosed.
func (m *Module) Instantiate(ctx context.Context, cfg wasi.Config) (*Instance, error) {
	return m.instantiate(ctx, cfg, m.runtime.instances.Add(1), false)
}

// instantiate makes the instance of that number. With fresh it gets pages that
// no earlier instance used, so that its touched pages can be counted.
func (m *Module) instantiate(ctx context.Context, cfg wasi.Config, number uint64, fresh bool) (*Instance, error) {
	r := m.runtime
	r.open.Add(1)
	in := &Instance{module: m, scope: r.config.Ledger.Open(number)}
	in.memory = m.slots.Take(in.scope, fresh)
	in.meter.limit, in.meter.uneven = r.config.Fuel, r.config.CPUProfile
	if err := in.start(ctx, cfg); err != nil {
		failed := m.instantiateError(ctx, err)
		failed.CloseErr = in.Close(ctx)
		return nil, failed
	}
	return in, nil
}

// instantiateError returns the reason why start failed. wazero's error has the
// stack of the start section's code in its text, and the outcome has it as
// data.
func (m *Module) instantiateError(ctx context.Context, err error) *InstantiateError {
	if !ran(err) {
		return &InstantiateError{Err: err, Outcome: Outcome{Kind: OutcomeError, Err: err}}
	}
	outcome := m.outcomeOf(ctx, err, nil)
	return &InstantiateError{Err: cmp.Or(outcome.Err, err), Outcome: outcome}
}

func (in *Instance) start(ctx context.Context, cfg wasi.Config) (err error) {
	if in.module.closed.Load() {
		return errModuleClosed
	}
	if in.system, err = wasi.NewSystem(cfg, in.scope); err != nil {
		return err
	}
	if trap := in.module.tables.trap; trap != nil {
		return trap
	}
	in.acquireTables()
	// wazero panics where its allocator has no memory to begin with.
	defer func() {
		if r := recover(); r != nil {
			err = panicked(r)
		}
	}()
	if ctx, err = in.watchHeap(ctx); err != nil {
		return err
	}
	ctx, profiled := in.profiled(ctx, nil)
	defer profiled()
	// The system is outermost, where host functions find it at once.
	ctx = wasi.WithSystem(in.metered(experimental.WithMemoryAllocator(ctx, &in.memory)), in.system)
	in.guest, err = in.module.linker.InstantiateModule(ctx, in.module.compiled, in.module.instance)
	if err == nil {
		in.handle = in.scope.Acquire(memstat.KindInstance, 0)
		in.acquireReferences()
	}
	return err
}

// ran reports whether an error of instantiation comes from the code of the start
// section: wazero returns an exit unchanged, and writes "start" before a trap.
func ran(err error) bool {
	var exit *sys.ExitError
	return errors.As(err, &exit) || strings.HasPrefix(err.Error(), "start ")
}

// panicked returns the error for the value of a recovered panic.
func panicked(value any) error {
	if e, ok := value.(*linmem.Error); ok {
		return (*MemoryError)(e)
	}
	cause, _ := value.(error)
	buf := make([]byte, 16<<10)
	stack := string(buf[:goruntime.Stack(buf, false)])
	return &InternalError{Message: fmt.Sprint(value), GoStack: stack, Err: cause}
}

// Start runs _start of a command, or _initialize of a reactor unless it was called
// before. For a library it does nothing. When ctx is done, the guest ends in its
// present or next WASI call, or at once if the runtime is interruptible; after that the
// instance can only be closed.
func (in *Instance) Start(ctx context.Context) Outcome {
	in.mu.Lock()
	defer in.mu.Unlock()
	switch in.module.kind {
	case Command:
		_, outcome := in.call(ctx, exportStart, nil)
		return outcome
	case Reactor:
		return in.initialize(ctx)
	default:
		return in.usable()
	}
}

// initialize calls _initialize, once even if that fails, and returns its
// outcome. The caller holds the lock.
func (in *Instance) initialize(ctx context.Context) Outcome {
	if o := in.usable(); o.Kind != OutcomeExit {
		return o
	}
	if in.initialized == nil {
		if ctx.Err() != nil {
			return doneOutcome(ctx) // not called, so a later call may
		}
		_, outcome := in.call(ctx, exportInitialize, nil)
		in.initialized = &outcome
	}
	return *in.initialized
}

// usable returns a clean outcome if the instance can be called. The caller holds
// the lock.
func (in *Instance) usable() Outcome {
	switch {
	case in.closed:
		return Outcome{Kind: OutcomeError, Err: errInstanceClosed}
	case in.stopped:
		return Outcome{Kind: OutcomeError, Err: errInstanceStopped}
	case in.guest.IsClosed():
		return Outcome{Kind: OutcomeError, Err: errModuleClosed}
	default:
		return Outcome{}
	}
}

// call calls an export that exists. The caller holds the lock.
func (in *Instance) call(ctx context.Context, name string, params []uint64) ([]uint64, Outcome) {
	if o := in.usable(); o.Kind != OutcomeExit {
		return nil, o
	}
	return in.callFunction(ctx, in.guest.ExportedFunction(name), params)
}

// callFunction calls a function of the guest. The caller holds the lock.
func (in *Instance) callFunction(ctx context.Context, f api.Function, params []uint64) ([]uint64, Outcome) {
	if o := in.usable(); o.Kind != OutcomeExit {
		return nil, o
	}
	if ctx.Err() != nil {
		return nil, doneOutcome(ctx)
	}
	stack := in.acquireStack(f)
	profiledCtx, profiled := in.profiled(ctx, f)
	results, err := f.Call(wasi.WithSystem(in.metered(in.watched(profiledCtx)), in.system), params...)
	profiled()
	in.releaseStack(stack)
	if err != nil {
		results = nil
	}
	outcome := in.module.outcomeOf(ctx, err, f)
	in.exited = err != nil && outcome.Kind == OutcomeExit
	if n := in.instructions(); n != nil && outcome.Kind == OutcomeExit {
		outcome = in.meter.judge(outcome, *n)
	}
	in.stopped = outcome.stopped()
	return results, outcome
}

// Memory measures the linear memory. Counting the touched bytes takes a system
// call; they are absent once the instance is closed, see [MemoryStat].
func (in *Instance) Memory() MemoryStat {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.memoryStat(true)
}

// Close gives back everything that the instance acquired, in reverse order. It
// waits for a call in progress: cancel the call's context to end it. Close runs
// every step even if another failed, and the error joins all failures; it
// includes a *memstat.LeakError if something was not given back. A second Close
// does nothing and returns nil.
func (in *Instance) Close(ctx context.Context) error {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.closed {
		return nil
	}
	in.closed = true
	defer in.module.runtime.open.Add(-1)
	return errors.Join(
		in.step(ctx, closeGuest),
		in.step(ctx, closeHelper),
		in.step(ctx, closeMemory),
		in.step(ctx, closeSystem),
		in.scope.Close(),
	)
}

// step runs one step of Close. A panic is an error like any other.
func (in *Instance) step(ctx context.Context, step func(context.Context, *Instance) error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = panicked(r)
		}
	}()
	return step(ctx, in)
}

func closeGuest(ctx context.Context, in *Instance) error {
	defer in.releaseTables()
	if in.guest == nil {
		return nil
	}
	in.tableBytes()
	err := in.guest.Close(ctx)
	in.scope.Release(in.handle)
	return err
}

func closeMemory(_ context.Context, in *Instance) error { return in.memory.Release() }

func closeSystem(_ context.Context, in *Instance) error {
	if in.system == nil {
		return nil
	}
	return in.system.Close()
}
