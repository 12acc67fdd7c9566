package main

import (
	"context"
	"errors"
	"math"
	"os"
	"sync/atomic"
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

	stopped atomic.Bool // by a signal
}

// result is what a run came to. A nil pointer is what it did not come to.
type result struct {
	module        *engine.ModuleInfo
	before, after *memstat.Process
	cycles        *engine.CycleResult
	ledger        memstat.Snapshot
	failure       *failure // why the module could not be run
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
	return j, nil
}

// run does it all and returns the exit code.
func (j *job) run() int {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	stop := make(chan struct{})
	end := cancel
	if j.cycling() {
		end = func() { close(stop) }
	}
	signals := catchInterrupts(j.interrupted(end))
	defer signals.stop()

	if err := j.execute(ctx, stop, signals.wait); err != nil {
		j.result.failure = j.cannotRun(err)
	}
	return j.finish()
}

// interrupted says what Ctrl-C does: end, then a word to who waits, then
// the end at once.
func (j *job) interrupted(end func()) interruptActions {
	return interruptActions{
		first: func() {
			j.stopped.Store(true)
			end()
		},
		overdue: func() {
			if j.cycling() {
				j.ui.hintf("the cycle in progress is not over yet; press Ctrl-C again to end at once")
			} else {
				j.ui.hintf("the guest ends at its next WASI call; press Ctrl-C again to end at once")
			}
		},
		second: func() {
			j.ui.errorf("interrupted (exit code %d)", exitInterrupted)
			os.Exit(exitInterrupted)
		},
	}
}

// execute loads, compiles and runs the module, and gives everything back. ready
// is called before anything of the guest's runs.
func (j *job) execute(ctx context.Context, stop <-chan struct{}, ready func()) (err error) {
	if err := j.mounts.check(); err != nil {
		return err
	}
	binary, err := engine.Load(j.module, j.stdin)
	if err != nil {
		return err
	}
	ledger := memstat.NewLedger(j.sites())
	runtime, err := engine.NewRuntime(ctx, engine.Config{
		Interpreter:   j.interpreter,
		MaxMemory:     j.maxMemory,
		CacheDir:      j.cache(),
		CacheMaxBytes: j.cacheBytes,
		Interruptible: j.timeout > 0,
		NoImage:       !j.cycling(), // for one instance it would cost more than it saves
		Inspect:       j.reportFormat() != "" || j.ui.verbose,
		Ledger:        ledger,
	})
	if err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, runtime.Close(context.WithoutCancel(ctx)))
		j.result.ledger = ledger.Snapshot()
	}()
	module, err := j.compile(ctx, runtime, binary)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, module.Close(context.WithoutCancel(ctx))) }()
	if err := j.checkCall(module); err != nil {
		return err
	}
	ls, err := listen(j.listen)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ls.close()) }()
	j.guest.Listeners = ls
	ready()
	j.cycle(ctx, module, stop)
	return nil
}

// sites are recorded where a report can name them: a stack costs more than the
// system call whose descriptor it is recorded for.
func (j *job) sites() memstat.Sites {
	if j.cycling() || j.reportFormat() != "" {
		return memstat.SitesAuto
	}
	return memstat.SitesNever
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
	info := module.Info()
	j.result.module = &info
	how := "compiled"
	if info.Cached {
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

// cycle makes, runs and destroys instances; a plain run is one cycle.
func (j *job) cycle(ctx context.Context, module *engine.Module, stop <-chan struct{}) {
	cfg := engine.CycleConfig{
		Cycles:      j.cycles,
		Duration:    j.duration,
		Workers:     int(j.workers),
		Timeout:     j.timeout,
		Stop:        stop,
		Config:      j.config,
		Invoke:      j.invoke,
		Args:        j.args,
		Results:     j.print,
		SampleEvery: -1,
	}
	if j.cycling() {
		cfg.SampleEvery = 0
	} else {
		cfg.Cycles = 1
	}
	bar := j.progress()
	if bar != nil {
		cfg.Progress = bar.show
		defer bar.clear()
	}
	report := j.reportFormat() != ""
	if report {
		before := memstat.Probe()
		j.result.before = &before
	}
	result := module.Cycle(ctx, cfg)
	if report {
		after := memstat.Probe()
		j.result.after = &after
	}
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
