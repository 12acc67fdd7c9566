package main

import (
	"context"
	"errors"
	"runtime"
	"strconv"
	"sync"
)

const (
	oneWorker   = "one worker"
	oneEachCore = "a process for each core"
)

// workerContests measure how cycles scale with the cores: one process with a
// worker for each, against one with one worker; and beside it, processes with
// one worker and one core each, which share nothing but the machine.
var workerContests = []contest{{
	rows: []row{{"cycle_workers", "cycle of a clang hello, a worker for each core", nanoseconds, []bar{{oneWorker, 0.59}, {oneEachCore, 0}}}},
	prepare: func(ctx context.Context, b *bench) []contestant {
		cycles := 100_000
		if b.quick {
			cycles = 5_000
		}
		cache, err := b.dir("cache-*")
		if err != nil {
			return []contestant{failed(ours, err)}
		}
		cores := runtime.NumCPU()
		prepare := func(name string, processes, workers int, env ...string) contestant {
			line := append(append([]string{"env"}, env...), b.tools.wamrgo, "run", "--cache-dir", cache, "-q",
				"--cycles", strconv.Itoa(cycles/processes), "--workers", strconv.Itoa(workers), b.guest("hello"))
			return contestant{name: name, sample: func(ctx context.Context) (values, error) {
				ns, err := b.together(ctx, processes, line)
				return values{"cycle_workers": ns / float64(cycles)}, err
			}}
		}
		return []contestant{
			prepare(ours, 1, cores),
			prepare(oneWorker, 1, 1),
			prepare(oneEachCore, cores, 1, "GOMAXPROCS=1"),
		}
	},
}}

// together runs a command n times at once and returns how long the slowest took.
func (b *bench) together(ctx context.Context, n int, line []string) (float64, error) {
	times, errs := make([]float64, n), make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { times[i], _, errs[i] = b.launch(ctx, 1, line) })
	}
	wg.Wait()
	slowest := 0.0
	for _, t := range times {
		slowest = max(slowest, t)
	}
	return slowest, errors.Join(errs...)
}
