package main

import (
	"context"
	"errors"
	"io"
	"slices"
	"syscall"
	"time"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// runner loads and compiles a module, lends it and releases everything.
type runner struct {
	module string    // its path, or "-" for stdin
	stdin  io.Reader // holds the module "-"
	config engine.Config
	ui     *ui
	warn   func(format string, args ...any) // takes the problems of the cache
}

// run lends the compiled module to use. It returns all failures, in order.
func (r runner) run(ctx context.Context, use func(*engine.Module) error) (errs []error) {
	add := func(err error) {
		if err != nil {
			errs = append(errs, err)
		}
	}
	binary, err := engine.Load(ctx, r.module, r.stdin)
	if err != nil {
		return []error{err}
	}
	if binary.FromComponent {
		r.ui.warnf("%s is a component; the core module in it is run, with WASI preview1", r.module)
	}
	runtime := engine.NewRuntime(r.config)
	// With ctx: Close must not wait for a compilation that a signal ended.
	defer func() { add(withoutLeaks(runtime.Close(ctx))) }()
	module, err := r.compile(ctx, runtime, binary)
	if err != nil {
		return []error{err}
	}
	defer func() { add(withoutLeaks(module.Close(context.WithoutCancel(ctx)))) }()
	add(use(module))
	return errs
}

func (r runner) compile(ctx context.Context, runtime *engine.Runtime, b *engine.Binary) (*engine.Module, error) {
	began := time.Now()
	done := r.ui.waitFor("compiling " + r.module)
	module, err := runtime.Compile(ctx, b)
	done()
	for _, w := range runtime.Warnings() {
		r.warn("%s", w)
	}
	if err != nil {
		return nil, err
	}
	how := "compiled"
	if module.Info().Cached {
		how = "taken from the cache"
	}
	r.ui.notef("%s: %s in %v", r.module, how, time.Since(began).Round(time.Microsecond))
	return module, nil
}

// withoutLeaks drops the leaks from the error of a Close. They are not a
// failure of the run: the ledger has them, and the report lists them.
func withoutLeaks(err error) error {
	_, other := memstat.SplitLeaks(err)
	return other
}

// result is everything that remains of a run.
type result struct {
	engine.Run
	errs   []error        // of anything but the guest; Run.Err is the first one
	signal syscall.Signal // that ended the run; 0 for none
	lost   error          // why results of -f could not be printed

	traceLost   error // why the trace's file could not be written
	profileLost error // likewise
}

// describeRun returns the description of a run before it begins.
func describeRun(a *app, o *options, guest wasi.Config, started time.Time) engine.Run {
	return engine.Run{
		Budget: o.budget, Budgets: o.budgets, Target: o.target, Version: version,
		Function: o.invoke, Arguments: o.args, Environment: namesOf(guest.Env),
		Command: commandLine(a.words, 1+len(o.args)), Started: started,
	}
}

// runGuest runs the module in good order until ctx is done, or in full. It calls ready
// before any code of the guest runs, and closes the watch after the cycles.
func runGuest(ctx context.Context, a *app, o *options, guest wasi.Config, watch *watch, ready func()) result {
	r := result{Run: watch.run}
	results := &output{w: a.stdout}
	use := func(m *engine.Module) (err error) {
		r.Module = m
		if err := checkCall(m, o); err != nil {
			return err
		}
		ls, err := listen(o.listen, a.ui.infof)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, ls.close()) }()
		guest.Listeners = ls
		ready()
		watch.module.Store(m)
		cycles := runCycles(ctx, m, o, guest, results, newProgress(a.ui, o), watch)
		r.Cycles = &cycles
		err = watch.close()
		if text := calledUnknown(m.UnknownImports()); text != "" && o.unknown == unknownZero {
			a.ui.warnf("%s", text)
		}
		return err
	}
	runner := newRunner(a, o)
	runner.config.Heap = o.heap
	if opened, err := o.mounts.open(); err != nil {
		r.errs = []error{err}
	} else {
		guest.Preopens = opened
		r.errs = runner.run(ctx, use)
		if err := opened.close(); err != nil {
			r.errs = append(r.errs, err)
		}
	}
	r.signal, r.lost = signalOf(ctx), results.lost()
	if r.signal != 0 {
		// A cancelled load or compilation says no more than the signal.
		r.errs = slices.DeleteFunc(r.errs, func(err error) bool { return errors.Is(err, context.Canceled) })
	}
	if len(r.errs) > 0 {
		r.Err = r.errs[0]
	}
	return r
}

func newRunner(a *app, o *options) runner {
	r := runner{module: o.module, stdin: a.stdin, ui: a.ui, warn: a.ui.notef} // nobody asked for the default cache
	if o.cacheDir != "" {
		r.warn = a.ui.warnf
	}
	dir, err := o.cache()
	if err != nil {
		a.ui.notef("compiled code is not kept: %v", err)
	}
	r.config = engine.Config{
		Interpreter:       o.interpreter,
		MaxMemory:         o.maxMemory,
		MaxTableElements:  o.maxElements,
		CacheDir:          dir,
		CacheMaxBytes:     o.cacheBytes,
		Interruptible:     !o.unchecked,
		Fuel:              o.fuel,
		CountInstructions: o.count,
		CPUProfile:        o.cpuProfile != "",
		NoImage:           !o.cycling() || o.calls > 0, // for one instance it would cost more than it saves
		Inspect:           o.inspects(),

		UnknownImports: o.unknownImports(),
	}
	return r
}

// checkCall finds out before anything is instantiated that there is nothing to
// call. Cycles can do without a call.
func checkCall(m *engine.Module, o *options) error {
	switch {
	case o.invoke != "":
		return m.CheckCall(o.invoke, o.args)
	case m.Kind() == engine.Command || o.cycling():
		return nil
	}
	return &noStartError{m.Kind(), m.Exports()}
}
