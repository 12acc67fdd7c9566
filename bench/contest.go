package main

import (
	"context"
	"fmt"
	"regexp"
	"runtime"
)

// values are figures by row id.
type values map[string]float64

// A contestant does the same work as the others of its contest.
type contestant struct {
	name   string
	sample func(context.Context) (values, error)
	close  func() // nil for nothing
	absent string // why it does not take part; "" if it does
}

// A row is one line of the table: a task, and the bars that we set ourselves.
type row struct {
	id   string
	work string
	unit unit
	bars []bar
}

// A bar is the limit of our figure, as a multiple of another contestant's.
type bar struct {
	peer  string  // a contestant, or bestPeer
	limit float64 // 0: for information, without a bar
}

// A contest is rows whose figures come from the same samples.
type contest struct {
	rows    []row
	prepare func(context.Context, *bench) []contestant
}

const (
	ours     = "wamr-go"
	wazero   = "wazero"
	wazy     = "wazy"
	wasmtime = "wasmtime-go"
	node     = "node"
	native   = "native"
	floor    = "empty host call"

	// bestPeer is the fastest of the engines, row by row.
	bestPeer = "best peer"
)

// engines are the peers that run WebAssembly.
var engines = []string{wazero, wazy, wasmtime, node}

// selected returns the contest with the rows that match the pattern.
func (c contest) selected(only *regexp.Regexp) contest {
	rows := c.rows[:0:0]
	for _, r := range c.rows {
		if only == nil || only.MatchString(r.id) {
			rows = append(rows, r)
		}
	}
	c.rows = rows
	return c
}

// run takes one sample of each contestant in turn, round by round, so that
// disturbances of the machine affect all of them; each round begins with
// another one. A peer that fails is absent; if we fail, that is an error.
func (c contest) run(ctx context.Context, b *bench) ([]rowResult, error) {
	b.rows = c.rows
	contestants := c.prepare(ctx, b)
	defer func() {
		for _, x := range contestants {
			if x.close != nil {
				x.close()
			}
		}
	}()
	samples := make([]map[string][]float64, len(contestants))
	for i := range samples {
		samples[i] = make(map[string][]float64)
	}
	for round := range b.rounds {
		for turn := range contestants {
			i := (round + turn) % len(contestants)
			x := &contestants[i]
			if x.absent != "" {
				continue
			}
			b.progress("round %d/%d: %s: %s", round+1, b.rounds, c.rows[0].id, x.name)
			runtime.GC() // the previous contestant's garbage must not count here
			v, err := x.sample(ctx)
			switch {
			case ctx.Err() != nil:
				return nil, ctx.Err()
			case err != nil && x.name == ours:
				return nil, fmt.Errorf("%s: %s: %w", c.rows[0].id, ours, err)
			case err != nil:
				x.absent = "failed: " + firstLine(err)
			}
			for id, value := range v {
				samples[i][id] = append(samples[i][id], value)
			}
		}
	}
	results := make([]rowResult, len(c.rows))
	for n, r := range c.rows {
		results[n] = rowResult{ID: r.id, Work: r.work, Unit: r.unit}
		for i, x := range contestants {
			results[n].add(x, samples[i][r.id])
		}
		results[n].judge(r.bars)
	}
	return results, nil
}
