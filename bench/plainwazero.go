package main

import (
	"context"
	"errors"
	"os"
	"time"

	wz "github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
)

// newWazero is wazero with its own WASI, as its documentation shows it. The
// module's configuration is made once.
func newWazero(ctx context.Context, w work) (*embedded, error) {
	r := wz.NewRuntime(ctx)
	m, err := compileWazero(ctx, r, w.wasm)
	if err != nil {
		return nil, errors.Join(err, r.Close(ctx))
	}
	cfg := wz.NewModuleConfig().WithName("").WithArgs(append([]string{w.name}, w.args...)...)
	if !w.start {
		cfg = cfg.WithStartFunctions()
	}
	if w.dir != "" {
		cfg = cfg.WithFSConfig(wz.NewFSConfig().WithDirMount(w.dir, guestDir))
	}
	return &embedded{
		cycle: func(ctx context.Context, stdout *os.File) error {
			c := cfg
			if stdout != nil {
				c = cfg.WithStdout(stdout)
			}
			in, err := r.InstantiateModule(ctx, m, c)
			if err != nil {
				return err
			}
			return in.Close(ctx)
		},
		close: func() { _ = r.Close(ctx) },
	}, nil
}

func compileWazero(ctx context.Context, r wz.Runtime, wasm []byte) (wz.CompiledModule, error) {
	if _, err := wasi_snapshot_preview1.Instantiate(ctx, r); err != nil {
		return nil, err
	}
	return r.CompileModule(ctx, wasm)
}

// emptyHostCall measures the way from WebAssembly to a Go function that does
// nothing, and back: what no call of a host that stands on wazero can beat.
func emptyHostCall(ctx context.Context, d time.Duration) (float64, error) {
	r := wz.NewRuntime(ctx)
	defer r.Close(ctx)
	nop := api.GoModuleFunc(func(context.Context, api.Module, []uint64) {})
	_, err := r.NewHostModuleBuilder("env").NewFunctionBuilder().
		WithGoModuleFunction(nop, []api.ValueType{api.ValueTypeI32, api.ValueTypeI32}, []api.ValueType{api.ValueTypeI32}).
		Export("nop").Instantiate(ctx)
	if err != nil {
		return 0, err
	}
	in, err := r.Instantiate(ctx, floorModule())
	if err != nil {
		return 0, err
	}
	run := in.ExportedFunction("run")
	// The median of batches, as the guest measures the calls to compare with.
	const calls = 20_000
	var each []float64
	for begin := time.Now(); time.Since(begin) < d || len(each) < 9; {
		start := time.Now()
		if _, err := run.Call(ctx, calls); err != nil {
			return 0, err
		}
		each = append(each, float64(time.Since(start).Nanoseconds())/calls)
	}
	return median(each), nil
}
