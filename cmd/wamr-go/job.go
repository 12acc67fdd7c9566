package main

import (
	"context"
	"errors"
	"math"
	"os"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// job is one use of `wamr-go run`.
type job struct {
	*app
	*options
	module string
	args   []string
	guest  wasi.Config // of the first cycle
	result result

	signal   atomic.Int32 // that ended the run; 0 for none
	reportTo *reportFile  // nil where the report goes to standard error
}

// result holds what there is of a run, for its report and its exit code.
type result struct {
	module  *engine.Module
	cycles  *engine.CycleResult
	failure *failure // why the module could not be run
}

func newJob(a *app, o *options, module string, args []string) (*job, error) {
	env, err := environment(o.env, o.inheritEnv, os.Environ(), a.ui.warnf)
	if err != nil {
		return nil, err
	}
	j := &job{app: a, options: o, module: module, args: args}
	j.guest = wasi.Config{
		Args:     []string{baseName(module)},
		Env:      env,
		Stdin:    a.stdin,
		Stdout:   a.stdout,
		Stderr:   a.ui.w,
		Preopens: o.mounts,
	}
	if module == "-" {
		j.guest.Stdin = nil // the module is all that it held
	}
	if o.invoke == "" {
		j.guest.Args = append(j.guest.Args, args...)
	}
	if o.trace != nil {
		if j.guest.Trace, err = wasi.NewTrace(a.ui.w, o.traceTimes, o.trace...); err != nil {
			return nil, err
		}
	}
	j.guest.Limits = wasi.Limits{FDs: int(o.maxFDs), DirStreams: int(o.maxStreams), ArgBytes: int(min(o.maxArgs, math.MaxInt))}
	if o.fault != "" {
		if j.guest.Faults, err = wasi.ParseFault(o.fault); err != nil {
			return nil, err
		}
	}
	if o.reportFile != "" {
		if j.reportTo, err = openReportFile(o.reportFile, a.stdout, module); err != nil {
			return nil, cannotRunf("--report-file %s: %v", o.reportFile, systemReason(err))
		}
	}
	return j, nil
}

// run does it all and returns the exit code.
func (j *job) run() int {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	signals := catchInterrupts(j.interrupted(cancel))
	defer signals.stop()

	err := j.execute(ctx, signals.wait)
	// That loading or compiling was cancelled tells no more than the signal.
	if err != nil && (j.signal.Load() == 0 || !errors.Is(err, context.Canceled)) {
		j.result.failure = j.cannotRun(err)
	}
	code := j.finish()
	if j.reportTo != nil {
		_ = j.reportTo.close() // finish has reported what could not be written
	}
	return code
}

// interrupted returns the responses to signals: the first one ends the run in
// good order, and the user is told if that takes a while; the second one ends the
// process at once.
func (j *job) interrupted(end func()) interruptActions {
	return interruptActions{
		first: func(s syscall.Signal) {
			j.signal.Store(int32(s))
			end()
			exitAfter(lastPatience, exitSignal(s))
		},
		overdue: func() {
			if j.cycling() {
				j.ui.hintf("the cycle in progress is not over yet; press Ctrl-C again to end at once")
			} else {
				j.ui.hintf("the guest ends at its next WASI call; press Ctrl-C again to end at once")
			}
		},
		second: func(s syscall.Signal) {
			exitAfter(patience/10, exitSignal(s))
			j.ui.errorf("interrupted (exit code %d)", exitSignal(s))
			os.Exit(exitSignal(s))
		},
	}
}

// execute loads, compiles and runs the module, and gives everything back. ready
// is called before anything of the guest's runs.
func (j *job) execute(ctx context.Context, ready func()) (err error) {
	if err := j.mounts.check(); err != nil {
		return err
	}
	binary, err := engine.Load(ctx, j.module, j.stdin)
	if err != nil {
		return err
	}
	runtime := engine.NewRuntime(engine.Config{
		Interpreter:   j.interpreter,
		MaxMemory:     j.maxMemory,
		CacheDir:      j.cache(),
		CacheMaxBytes: j.cacheBytes,
		Interruptible: j.timeout > 0,
		NoImage:       !j.cycling(), // for one instance it would cost more than it saves
		Inspect:       j.reportFormat() != "",
	})
	// With ctx: Close must not wait for a compilation that was interrupted.
	defer func() { err = errors.Join(err, withoutLeaks(runtime.Close(ctx))) }()
	module, err := j.compile(ctx, runtime, binary)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, withoutLeaks(module.Close(context.WithoutCancel(ctx)))) }()
	if err := j.checkCall(module); err != nil {
		return err
	}
	ls, err := listen(j.listen, j.ui.infof)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ls.close()) }()
	j.guest.Listeners = ls
	ready()
	j.cycle(ctx, module)
	return nil
}

// withoutLeaks drops the leaks from the error of a Close. They are no reason to
// fail: the ledger has them, and the report tells of them.
func withoutLeaks(err error) error {
	_, other := memstat.SplitLeaks(err)
	return other
}

func (j *job) compile(ctx context.Context, runtime *engine.Runtime, b *engine.Binary) (*engine.Module, error) {
	began := time.Now()
	done := j.ui.waitFor("compiling " + j.module)
	module, err := runtime.Compile(ctx, b)
	done()
	warn := j.ui.notef // nobody asked for the default cache
	if j.cacheDir != "" {
		warn = j.ui.warnf
	}
	for _, w := range runtime.Warnings() {
		warn("%s", w)
	}
	if err != nil {
		return nil, err
	}
	j.result.module = module
	how := "compiled"
	if module.Info().Cached {
		how = "taken from the cache"
	}
	j.ui.notef("%s: %s in %v", j.module, how, time.Since(began).Round(time.Microsecond))
	return module, nil
}

// cache is the directory of compiled code, or "" for none.
func (j *job) cache() string {
	switch {
	case j.noCache || j.interpreter:
		return ""
	case j.cacheDir != "":
		return j.cacheDir
	}
	dir, err := defaultCacheDir()
	if err != nil {
		j.ui.notef("compiled code is not kept: %v", err)
	}
	return dir
}

// cycle makes, runs and destroys instances; a plain run is one cycle. When ctx is
// done, the guest of a plain run ends, and cycles end after those in progress.
func (j *job) cycle(ctx context.Context, module *engine.Module) {
	cfg := engine.CycleConfig{
		Cycles:      j.cycles,
		Duration:    j.duration,
		Workers:     int(j.workers),
		Timeout:     j.timeout,
		Grace:       cycleGrace,
		Config:      j.config,
		Invoke:      j.invoke,
		Args:        j.args,
		Results:     j.print,
		SampleEvery: -1,
	}
	if j.cycling() {
		cfg.SampleEvery, cfg.Stop = 0, ctx.Done()
		ctx = context.WithoutCancel(ctx)
	} else {
		cfg.Cycles = 1
	}
	bar := j.progress()
	if bar != nil {
		cfg.Progress = bar.show
		defer bar.clear()
	}
	result := module.Cycle(ctx, cfg)
	j.result.cycles = &result
}

// config is a cycle's: only the first one reads, and prints by default.
func (j *job) config(cycle uint64) wasi.Config {
	cfg := j.guest
	if cycle > 1 {
		cfg.Stdin = nil
	}
	if !j.prints(cycle) {
		cfg.Stdout, cfg.Stderr, cfg.Trace = nil, nil, nil
	}
	return cfg
}

func (j *job) prints(cycle uint64) bool {
	return j.cycleOutput == outputAll || j.cycleOutput == outputFirst && cycle == 1
}
