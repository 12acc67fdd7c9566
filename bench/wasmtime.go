//go:build cgo

package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	wt "github.com/bytecodealliance/wasmtime-go/v39"
)

const wasmtimeVersion = "v39.0.1"

// newWasmtime is wasmtime through its Go package, with its default
// configuration: code by Cranelift, copy-on-write images. A cycle makes a store
// and its WASI; the linker is made once. The C library could resolve the
// imports once as well (InstantiatePre) and reuse memories from a pool, but the
// Go package offers neither.
func newWasmtime(_ context.Context, w work) (*embedded, error) {
	return wasmtimeWith(wt.NewConfig(), w, nil)
}

// newWasmtimeEpochs checks at function entries and loop headers whether an epoch has
// begun, which never happens here.
func newWasmtimeEpochs(_ context.Context, w work) (*embedded, error) {
	c := wt.NewConfig()
	c.SetEpochInterruption(true)
	return wasmtimeWith(c, w, func(s *wt.Store) error { s.SetEpochDeadline(1); return nil })
}

// newWasmtimeFuel counts instructions.
func newWasmtimeFuel(_ context.Context, w work) (*embedded, error) {
	c := wt.NewConfig()
	c.SetConsumeFuel(true)
	return wasmtimeWith(c, w, func(s *wt.Store) error { return s.SetFuel(1 << 62) })
}

// wasmtimeWith calls prepare for each store, unless it is nil.
func wasmtimeWith(config *wt.Config, w work, prepare func(*wt.Store) error) (*embedded, error) {
	e := wt.NewEngineWithConfig(config)
	linker := wt.NewLinker(e)
	m, err := wt.NewModule(e, w.wasm)
	if err == nil {
		err = linker.DefineWasi()
	}
	if err != nil {
		linker.Close()
		e.Close()
		return nil, err
	}
	return &embedded{
		cycle: func(_ context.Context, stdout *os.File) error {
			store := wt.NewStore(e)
			defer store.Close()
			if err := setWasi(store, w, stdout); err != nil {
				return err
			}
			if prepare != nil {
				if err := prepare(store); err != nil {
					return err
				}
			}
			in, err := linker.Instantiate(store, m)
			if err != nil || !w.start {
				return err
			}
			_, err = in.GetFunc(store, "_start").Call(store)
			return cleanExit(err)
		},
		close: func() {
			m.Close()
			linker.Close()
			e.Close()
		},
	}, nil
}

// setWasi gives a store its WASI. Other output is discarded inside wasmtime,
// its default.
func setWasi(store *wt.Store, w work, stdout *os.File) error {
	wasi := wt.NewWasiConfig()
	wasi.SetArgv(append([]string{w.name}, w.args...))
	if stdout != nil {
		if err := wasi.SetStdoutFile(stdout.Name()); err != nil {
			return fmt.Errorf("stdout: %w", err)
		}
		wasi.InheritStderr()
	}
	if w.dir != "" {
		dirPerms, filePerms := wt.DIR_READ|wt.DIR_WRITE, wt.FILE_READ|wt.FILE_WRITE
		if err := wasi.PreopenDir(w.dir, guestDir, dirPerms, filePerms); err != nil {
			return err
		}
	}
	store.SetWasi(wasi)
	return nil
}

func cleanExit(err error) error {
	var exit *wt.Error
	if errors.As(err, &exit) {
		status, ok := exit.ExitStatus()
		if ok && status == 0 {
			exit.Close()
			return nil
		}
	}
	return err
}
