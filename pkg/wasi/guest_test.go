package wasi_test

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/sys"

	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// runtime is wazero with this package's host modules, and nothing else of
// this project's.
func newRuntime(t testing.TB, ctx context.Context) wazero.Runtime {
	t.Helper()
	r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfig().WithDebugInfoEnabled(false))
	t.Cleanup(func() { r.Close(ctx) })
	for _, m := range wasi.Modules() {
		b := r.NewHostModuleBuilder(m.Name)
		for _, f := range m.Functions {
			b.NewFunctionBuilder().WithGoModuleFunction(f.Call, f.Params, f.Results).
				WithParameterNames(f.ParamNames...).Export(f.Name)
		}
		if _, err := b.Instantiate(ctx); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// guestResult is the end of a guest.
type guestResult struct {
	exit           uint32
	err            error // a trap, or a failed instantiation
	stdout, stderr string
	leaks          []memstat.Leak
}

// runGuest runs the _start of a module within a system of cfg, and destroys
// it. Output goes to the result where cfg names no place.
func runGuest(t testing.TB, ctx context.Context, wasm []byte, cfg wasi.Config) guestResult {
	t.Helper()
	r := newRuntime(t, ctx)
	var stdout, stderr bytes.Buffer
	if cfg.Stdout == nil {
		cfg.Stdout = &stdout
	}
	if cfg.Stderr == nil {
		cfg.Stderr = &stderr
	}
	scope := memstat.NewLedger(memstat.SitesAlways).Open(1)
	s, err := wasi.NewSystem(cfg, scope)
	if err != nil {
		t.Fatal(err)
	}
	var res guestResult
	ctx = wasi.WithSystem(ctx, s)
	mod, err := r.InstantiateWithConfig(ctx, wasm, wazero.NewModuleConfig().WithName("").WithStartFunctions())
	if err == nil {
		_, err = mod.ExportedFunction("_start").Call(ctx)
		mod.Close(ctx)
	}
	var exit *sys.ExitError
	if errors.As(err, &exit) {
		res.exit = exit.ExitCode()
	} else {
		res.err = err
	}
	if err := s.Close(); err != nil {
		t.Errorf("closing the system: %v", err)
	}
	res.leaks, _ = memstat.SplitLeaks(scope.Close())
	for _, l := range res.leaks {
		t.Errorf("leaked %d %s, acquired at %v", l.Objects, l.Kind, l.Site)
	}
	res.stdout, res.stderr = stdout.String(), stderr.String()
	return res
}

// preopen opens a directory, and closes it when the test has ended.
func preopen(t testing.TB, host, guest string, access wasi.Access) *wasi.Preopen {
	t.Helper()
	p, err := wasi.OpenPreopen(host, guest, access)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Errorf("closing the preopen %s: %v", host, err)
		}
	})
	return p
}

// asRoot opens a directory as the guest's only one.
func asRoot(t testing.TB, dir string) []*wasi.Preopen {
	t.Helper()
	return []*wasi.Preopen{preopen(t, dir, "/", wasi.ReadWrite)}
}
