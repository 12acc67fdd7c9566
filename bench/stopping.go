package main

import (
	"context"
	"math"
	"os"
	"path/filepath"

	wz "github.com/tetratelabs/wazero"

	"github.com/wamr-go/wamr-go/pkg/engine"
)

// stoppingContests measure the cost of the checks that stop a guest, or count
// its instructions: the same guests with and without, by processor time.
var stoppingContests = append(kernelContests(
	checks{"stop", " that a context can end", stoppable, 1.20},
	checks{"fuel", " with fuel", fuelled, 1.25},
), commandContests...)

// Checks are a pass over the code of guests.
type checks struct {
	prefix string // of the rows
	does   string // after the name of the kernel
	ways   []way
	limit  float64 // of the factor that they cost us
}

// A way to run a program with an engine.
type way struct {
	name    string
	prepare newEmbedded
}

// The ways, ours first. wazero's is that of its command with -timeout.
var (
	stoppable = []way{
		{ours, oursWith(engine.Config{Interruptible: true})},
		{"wazero close on done", func(ctx context.Context, w work) (*embedded, error) {
			return wazeroWith(ctx, wz.NewRuntimeConfig().WithCloseOnContextDone(true), w, nil)
		}},
		{wazy, newWazy},
		{"wasmtime-go epochs", newWasmtimeEpochs},
	}
	fuelled = []way{
		{ours, oursWith(engine.Config{Fuel: 1 << 62})},
		{"wasmtime-go fuel", newWasmtimeFuel},
	}
)

const unchecked = "wamr-go unchecked"

// A computation is a guest that computes: a module of testdata, and its arguments.
type computation struct {
	name, work string
	module     string
	args       []string
}

var computations = []computation{
	{"matrix", "matrix product", "c/compute.wasm", []string{"matrix"}},
	{"crc", "CRC-32", "c/compute.wasm", []string{"crc"}},
	{"list", "sorting a list", "c/compute.wasm", []string{"list"}},
	{"machine", "state machine", "c/compute.wasm", []string{"machine"}},
	{"fib", "recursion", "wat/fib.wasm", nil},
}

// kernelContests run each kernel in this process, compiled beforehand.
func kernelContests(all ...checks) []contest {
	var contests []contest
	for _, x := range all {
		bars := []bar{{unchecked, x.limit}}
		for _, w := range x.ways[1:] {
			bars = append(bars, bar{w.name, 0})
		}
		for _, k := range computations {
			r := row{x.prefix + "_" + k.name, k.work + x.does, processor, bars}
			contests = append(contests, contest{rows: []row{r}, prepare: func(ctx context.Context, b *bench) []contestant {
				p := program{name: k.name, sums: make(map[string]string)}
				contestants := []contestant{p.measured(ctx, b, r.id, way{unchecked, newOurs}, k)}
				for _, w := range x.ways {
					contestants = append(contestants, p.measured(ctx, b, r.id, w, k))
				}
				return contestants
			}})
		}
	}
	return contests
}

// measured runs a kernel under an engine in this process. A sample is the least
// processor time of three cycles, each of which must compute the same.
func (p program) measured(ctx context.Context, b *bench, id string, w way, k computation) contestant {
	wasm, err := os.ReadFile(filepath.Join(b.root, "testdata", filepath.FromSlash(k.module)))
	var e *embedded
	if err == nil {
		e, err = w.prepare(ctx, work{name: k.name, wasm: wasm, start: true, args: k.args})
	}
	if err != nil {
		return failed(w.name, err)
	}
	return contestant{name: w.name, close: e.close, sample: func(ctx context.Context) (values, error) {
		least := math.Inf(1)
		for range b.repeats(3) {
			begin, err := processorTime()
			if err != nil {
				return nil, err
			}
			out, err := e.output(ctx)
			if err != nil {
				return nil, err
			}
			end, err := processorTime()
			if err != nil {
				return nil, err
			}
			if _, err := p.figures(out); err != nil {
				return nil, err
			}
			least = min(least, float64(end-begin))
		}
		return values{id: least}, nil
	}}
}
