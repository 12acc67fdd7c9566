package main

import (
	"context"
	"path/filepath"

	wz "github.com/tetratelabs/wazero"

	"github.com/wamr-go/wamr-go/pkg/engine"
)

// stoppingContests measure the cost of the checks that stop a guest, or count
// its instructions: the same kernels, timed from inside the guest, with and
// without checks. All run in this process.
var stoppingContests = []contest{
	stopping("stop_", " that a context can end", "compute", "c", []string{"total", "matrix", "crc", "list", "machine"}, stoppable, 1.20),
	stopping("stop_", " that a context can end", "fib", "wat", []string{"fib"}, stoppable, 1.20),
	stopping("fuel_", " with fuel", "compute", "c", []string{"total", "matrix", "crc", "list", "machine"}, fuelled, 1.25),
	stopping("fuel_", " with fuel", "fib", "wat", []string{"fib"}, fuelled, 0),
}

// The kernels by the names in their output.
var kernelNames = map[string]string{
	"total": "compute kernels, all four", "matrix": "matrix product", "crc": "CRC-32", "list": "sorting a list", "machine": "state machine",
	"fib": "recursion",
}

const unchecked = "wamr-go unchecked"

// A way to run a program with an engine.
type way struct {
	name    string
	prepare newEmbedded
}

// The ways, ours first.
var (
	stoppable = []way{
		{ours, oursWith(engine.Config{Interruptible: true})},
		{"wazero close on done", func(ctx context.Context, w work) (*embedded, error) {
			return wazeroWith(ctx, wz.NewRuntimeConfig().WithCloseOnContextDone(true), w, nil)
		}},
		{"wasmtime-go epochs", newWasmtimeEpochs},
	}
	fuelled = []way{
		{ours, oursWith(engine.Config{Fuel: 1 << 62})},
		{"wasmtime-go fuel", newWasmtimeFuel},
	}
)

func stopping(prefix, what, name, folder string, kernels []string, ways []way, limit float64) contest {
	c := contest{prepare: func(_ context.Context, b *bench) []contestant {
		p := program{name: name, prefix: prefix, sums: make(map[string]string)}
		path := filepath.Join(b.root, "testdata", folder, name+".wasm")
		contestants := []contestant{p.embedded(b, unchecked, newOurs, path)}
		for _, w := range ways {
			contestants = append(contestants, p.embedded(b, w.name, w.prepare, path))
		}
		return contestants
	}}
	bars := []bar{{unchecked, limit}}
	for _, w := range ways[1:] {
		bars = append(bars, bar{w.name, 0})
	}
	for _, k := range kernels {
		c.rows = append(c.rows, row{prefix + k, kernelNames[k] + what, nanoseconds, bars})
	}
	return c
}
