package main

import (
	"context"
	"errors"
	"os"

	wz "github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
)

// newWazero is wazero with its own WASI, used like in its documentation. The
// module's configuration is made once.
func newWazero(ctx context.Context, w work) (*embedded, error) {
	return wazeroWith(ctx, wz.NewRuntimeConfig(), w, nil)
}

// newEmptyHost is the same with a sched_yield that does nothing: a Go function
// that returns at once, to measure the way from WebAssembly to the host and
// back.
func newEmptyHost(ctx context.Context, w work) (*embedded, error) {
	return wazeroWith(ctx, wz.NewRuntimeConfig(), w, func(b wz.HostModuleBuilder) {
		success := api.GoModuleFunc(func(_ context.Context, _ api.Module, stack []uint64) { stack[0] = 0 })
		b.NewFunctionBuilder().WithGoModuleFunction(success, nil, []api.ValueType{api.ValueTypeI32}).Export("sched_yield")
	})
}

// wazeroWith has other functions in place of some of wazero's own.
func wazeroWith(ctx context.Context, config wz.RuntimeConfig, w work, replace func(wz.HostModuleBuilder)) (*embedded, error) {
	r := wz.NewRuntimeWithConfig(ctx, config)
	m, err := compileWazero(ctx, r, w.wasm, replace)
	if err != nil {
		return nil, errors.Join(err, r.Close(ctx))
	}
	cfg := wz.NewModuleConfig().WithName("").WithArgs(append([]string{w.name}, w.args...)...).
		WithSysNanotime().WithSysWalltime() // its defaults do not read the clock
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

func compileWazero(ctx context.Context, r wz.Runtime, wasm []byte, replace func(wz.HostModuleBuilder)) (wz.CompiledModule, error) {
	b := r.NewHostModuleBuilder(wasi_snapshot_preview1.ModuleName)
	wasi_snapshot_preview1.NewFunctionExporter().ExportFunctions(b)
	if replace != nil {
		replace(b)
	}
	if _, err := b.Instantiate(ctx); err != nil {
		return nil, err
	}
	return r.CompileModule(ctx, wasm)
}
