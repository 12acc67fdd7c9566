package engine

import (
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
// own. It serves one call at a time: a second one waits, as Close does.
// Whoever instantiated it closes it.
type Instance struct {
	module *Module
	scope  *memstat.Scope

	mu          sync.Mutex
	system      *wasi.System
	memory      linmem.Memory
	guest       api.Module
	handle      memstat.Handle // of guest
	initialized *Outcome       // of _initialize, once it was called
	closed      bool
	leaks       []memstat.Leak
	closeErr    error
}

// InstantiateError says why a module was not instantiated. Everything that was
// acquired has been given back, but for Leaks.
type InstantiateError struct {
	Err error
	// Outcome is that of the start section's code, if it was run: a trap or an
	// exit, which is no failure of the program's where the code is 0. Else it
	// is of kind OutcomeError.
	Outcome Outcome
	Leaks   []memstat.Leak
}

func (e *InstantiateError) Error() string { return fmt.Sprintf("instantiate: %v", e.Err) }

func (e *InstantiateError) Unwrap() error { return e.Err }

// Instantiate makes an instance, in a scope of the ledger numbered from 1. A
// start section, if the module has one, is run with ctx. The error is an
// *InstantiateError; a *wasi.PreopenError or a *MemoryError may be inside.
func (m *Module) Instantiate(ctx context.Context, cfg wasi.Config) (*Instance, error) {
	return m.instantiate(ctx, cfg, m.runtime.instances.Add(1), false)
}

// instantiate makes the instance of the given number; fresh, so that what it
// touches of its memory can be measured.
func (m *Module) instantiate(ctx context.Context, cfg wasi.Config, number uint64, fresh bool) (*Instance, error) {
	r := m.runtime
	r.open.Add(1)
	in := &Instance{module: m, scope: r.config.Ledger.Open(number)}
	in.memory = m.slots.Take(in.scope, fresh)
	if err := in.start(ctx, cfg); err != nil {
		outcome := Outcome{Kind: OutcomeError, Err: err}
		if ran(err) {
			outcome = outcomeOf(ctx, err)
		}
		return nil, &InstantiateError{Err: err, Outcome: outcome, Leaks: in.Close(ctx)}
	}
	return in, nil
}

func (in *Instance) start(ctx context.Context, cfg wasi.Config) (err error) {
	if in.system, err = wasi.NewSystem(cfg, in.scope); err != nil {
		return err
	}
	// wazero panics where its allocator has no memory to begin with.
	defer func() {
		if r := recover(); r != nil {
			err = panicked(r)
		}
	}()
	// The system is outermost, where host functions find it at once.
	ctx = wasi.WithSystem(experimental.WithMemoryAllocator(ctx, &in.memory), in.system)
	in.guest, err = in.module.host.InstantiateModule(ctx, in.module.compiled, in.module.instance)
	if err == nil {
		in.handle = in.scope.Acquire(memstat.KindInstance, 0)
	}
	return err
}

// ran says whether an error of instantiation is one of the start section's
// code: wazero returns an exit as it is, and says "start" before a trap.
func ran(err error) bool {
	var exit *sys.ExitError
	return errors.As(err, &exit) || strings.HasPrefix(err.Error(), "start ")
}

// panicked makes an error of a recovered panic.
func panicked(value any) error {
	if e, ok := value.(*linmem.Error); ok {
		return (*MemoryError)(e)
	}
	buf := make([]byte, 16<<10)
	return &InternalError{Message: fmt.Sprint(value), GoStack: string(buf[:goruntime.Stack(buf, false)])}
}

// Start runs _start of a command, or _initialize of a reactor where that was
// not done before. For a library it does nothing. When ctx is done the guest
// is ended at its next WASI call, or in a loop if the runtime is interruptible.
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

// initialize calls _initialize, once, whatever comes of it. It needs the lock.
func (in *Instance) initialize(ctx context.Context) Outcome {
	if o := in.usable(); o.Kind != OutcomeExit {
		return o
	}
	if in.initialized == nil {
		_, outcome := in.call(ctx, exportInitialize, nil)
		in.initialized = &outcome
	}
	return *in.initialized
}

var errInstanceClosed = errors.New("the instance is closed")

// usable says whether the instance can be called. It needs the lock.
func (in *Instance) usable() Outcome {
	switch {
	case in.closed:
		return Outcome{Kind: OutcomeError, Err: errInstanceClosed}
	case in.guest.IsClosed():
		return Outcome{Kind: OutcomeError, Err: errors.New("the instance was ended by its context, or its module is closed")}
	default:
		return Outcome{}
	}
}

// call calls an export that is known to exist. It needs the lock.
func (in *Instance) call(ctx context.Context, name string, params []uint64) ([]uint64, Outcome) {
	if o := in.usable(); o.Kind != OutcomeExit {
		return nil, o
	}
	if ctx.Err() != nil {
		return nil, doneOutcome(ctx)
	}
	results, err := in.guest.ExportedFunction(name).Call(wasi.WithSystem(ctx, in.system), params...)
	return results, outcomeOf(ctx, err)
}

// Memory measures the linear memory. What is touched is measured with a system
// call, and absent once the instance is closed; see [MemoryStat].
func (in *Instance) Memory() MemoryStat {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.memoryStat(true)
}

// Close gives back all that the instance acquired, in reverse order, and
// returns what it could not. It waits for a call in progress; cancel the
// call's context to end it. A second Close returns the same leaks.
func (in *Instance) Close(ctx context.Context) []memstat.Leak {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.closed {
		return in.leaks
	}
	in.closed = true
	in.step(ctx, closeGuest)
	in.step(ctx, closeMemory)
	in.step(ctx, closeSystem)
	in.leaks = in.scope.Close()
	in.module.runtime.open.Add(-1)
	return in.leaks
}

// CloseErr returns the errors of Close's steps, such as a host descriptor that
// could not be closed. No step is left out for the failure of another.
func (in *Instance) CloseErr() error {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.closeErr
}

// step runs one step of Close; what it panics with is an error like any other.
func (in *Instance) step(ctx context.Context, step func(context.Context, *Instance) error) {
	defer func() {
		if r := recover(); r != nil {
			in.closeErr = errors.Join(in.closeErr, panicked(r))
		}
	}()
	if err := step(ctx, in); err != nil {
		in.closeErr = errors.Join(in.closeErr, err)
	}
}

func closeGuest(ctx context.Context, in *Instance) error {
	if in.guest == nil {
		return nil
	}
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
