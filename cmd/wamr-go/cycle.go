package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// runCycles makes, runs and destroys instances; a plain run is one cycle. When ctx is
// done, the guest of a plain run ends, and a run of cycles ends after the cycles in
// progress, or after cycleGrace. The results of -f go to results. progress may be nil.
func runCycles(ctx context.Context, m *engine.Module, o *options, guest wasi.Config, results io.Writer, progress *progressBar, watch *watch) engine.CycleResult {
	var first *gate // of the guest's output
	if o.calls > 0 {
		guest, first = gateOutput(guest, o)
	}
	cfg := engine.CycleConfig{
		Cycles:      max(o.cycles, o.calls),
		OneInstance: o.calls > 0,
		Duration:    o.duration,

		Workers:  int(o.workers),
		FailFast: o.failFast,
		Fault:    o.fault,
		Timeout:  o.timeout,
		Grace:    cycleGrace,
		Config:   func(cycle uint64) wasi.Config { return cycleGuest(guest, o, cycle) },
		Invoke:   o.invoke,
		Args:     o.args,
		Live:     &watch.live,
		Results: func(cycle uint64, values []string) {
			first.close()
			if o.prints(cycle) && len(values) > 0 {
				fmt.Fprintln(results, strings.Join(values, "\n"))
			}
		},
	}
	if o.cycling() {
		cfg.Stop = ctx.Done()
		ctx = context.WithoutCancel(ctx)
	} else {
		cfg.Cycles, cfg.SampleEvery = 1, -1
	}
	if progress != nil || len(watch.reports) > 0 {
		cfg.Progress = func(completed uint64) {
			progress.show(completed)
			watch.tick(time.Now())
		}
		defer progress.clear()
	}
	return m.Cycle(ctx, cfg)
}

// cycleGuest is the configuration of a cycle's guest: only the first one reads,
// and prints by default.
func cycleGuest(first wasi.Config, o *options, cycle uint64) wasi.Config {
	cfg := first
	if cycle > 1 {
		cfg.Stdin = nil
	}
	if !o.prints(cycle) {
		cfg.Stdout, cfg.Stderr, cfg.Trace = nil, nil, nil
	}
	return cfg
}

// gate passes output on until it is closed, and then discards it. A nil gate has
// nothing to close.
type gate struct{ closed bool }

func (g *gate) close() {
	if g != nil {
		g.closed = true
	}
}

type gated struct {
	*gate
	w io.Writer
}

func (g gated) Write(p []byte) (int, error) {
	if g.closed {
		return len(p), nil
	}
	return g.w.Write(p)
}

// gateOutput puts a gate before the output of a guest, to be closed after the
// first call if only that is to be printed.
func gateOutput(guest wasi.Config, o *options) (wasi.Config, *gate) {
	if o.cycleOutput != outputFirst {
		return guest, nil
	}
	g := new(gate)
	guest.Stdout, guest.Stderr = gated{g, guest.Stdout}, gated{g, guest.Stderr}
	return guest, g
}
