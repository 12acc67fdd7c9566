package main

import (
	"context"
	"errors"
	"os"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// newOurs is this project's engine, with a ledger like the command line's, and
// without checks in the guest's code, because the peers have none either.
func newOurs(ctx context.Context, w work) (*embedded, error) {
	return oursWith(engine.Config{})(ctx, w)
}

func oursWith(cfg engine.Config) newEmbedded {
	return func(ctx context.Context, w work) (*embedded, error) { return prepareOurs(ctx, cfg, w) }
}

func prepareOurs(ctx context.Context, cfg engine.Config, w work) (*embedded, error) {
	guest := wasi.Config{Args: append([]string{w.name}, w.args...)}
	closeDirs := func() {}
	if w.dir != "" {
		p, err := wasi.OpenPreopen(w.dir, guestDir, wasi.ReadWrite)
		if err != nil {
			return nil, err
		}
		guest.Preopens = []*wasi.Preopen{p}
		closeDirs = func() { _ = p.Close() }
	}
	cfg.Ledger = memstat.NewLedger(memstat.SitesAuto)
	r := engine.NewRuntime(cfg)
	m, err := r.Compile(ctx, &engine.Binary{Path: w.name, Bytes: w.wasm})
	if err != nil {
		closeDirs()
		return nil, errors.Join(err, r.Close(ctx))
	}
	return &embedded{
		cycle: func(ctx context.Context, stdout *os.File) error {
			c := guest
			if stdout != nil {
				c.Stdout = stdout
			}
			return ourCycle(ctx, m, c, w.start)
		},
		close: func() {
			_ = m.Close(ctx)
			_ = r.Close(ctx)
			closeDirs()
		},
	}, nil
}

func ourCycle(ctx context.Context, m *engine.Module, cfg wasi.Config, start bool) error {
	in, err := m.Instantiate(ctx, cfg)
	if err != nil {
		return err
	}
	var outcome engine.Outcome
	if start {
		outcome = in.Start(ctx)
	}
	if err := in.Close(ctx); err != nil {
		return err
	}
	if !outcome.Clean() {
		return errors.New(outcome.String())
	}
	return nil
}
