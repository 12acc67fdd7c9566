package main

import (
	"context"
	"errors"
	"os"

	wy "github.com/samyfodil/wazy"
	"github.com/samyfodil/wazy/imports/wasi_snapshot_preview1"
)

const wazyVersion = "v0.7.0"

// newWazy is wazy, a fork of wazero, with its own WASI. Its guests can always
// be ended by their context.
func newWazy(ctx context.Context, w work) (*embedded, error) {
	r := wy.NewRuntime(ctx)
	if _, err := wasi_snapshot_preview1.Instantiate(ctx, r); err != nil {
		return nil, errors.Join(err, r.Close(ctx))
	}
	m, err := r.CompileModule(ctx, w.wasm)
	if err != nil {
		return nil, errors.Join(err, r.Close(ctx))
	}
	cfg := wy.NewModuleConfig().WithName("").WithArgs(append([]string{w.name}, w.args...)...).
		WithSysNanotime().WithSysWalltime()
	if !w.start {
		cfg = cfg.WithStartFunctions()
	}
	if w.dir != "" {
		cfg = cfg.WithFSConfig(wy.NewFSConfig().WithDirMount(w.dir, guestDir))
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
