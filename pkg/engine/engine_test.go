package engine_test

import (
	"bytes"
	"context"
	"path/filepath"
	"testing"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// guest loads one of testdata's programs: "c/hello".
func guest(t testing.TB, name string) *engine.Binary {
	t.Helper()
	b, err := engine.Load(context.Background(), filepath.Join("..", "..", "testdata", filepath.FromSlash(name)+".wasm"), nil)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// newRuntime returns a runtime that is closed with the test.
func newRuntime(t testing.TB, cfg engine.Config) *engine.Runtime {
	t.Helper()
	r := engine.NewRuntime(cfg)
	t.Cleanup(func() {
		if err := r.Close(context.Background()); err != nil {
			t.Errorf("runtime close: %v", err)
		}
	})
	return r
}

// compile returns a module that is closed with the test.
func compile(t testing.TB, r *engine.Runtime, b *engine.Binary) *engine.Module {
	t.Helper()
	m, err := r.Compile(context.Background(), b)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close(context.Background()) })
	return m
}

// interpreted reports whether modules are not compiled on this machine.
func interpreted() bool {
	r := engine.NewRuntime(engine.Config{})
	defer r.Close(context.Background())
	return len(r.Warnings()) > 0
}

// needsCompiler skips a test on a machine that has no compiler.
func needsCompiler(t testing.TB) {
	t.Helper()
	if interpreted() {
		t.Skip("modules are interpreted here")
	}
}

// instance returns an instance that is closed, without a leak, with the test.
func instance(t testing.TB, m *engine.Module, cfg wasi.Config) *engine.Instance {
	t.Helper()
	in, err := m.Instantiate(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := in.Close(context.Background()); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return in
}

func TestStart(t *testing.T) {
	ledger := memstat.NewLedger(memstat.SitesAuto)
	r := newRuntime(t, engine.Config{Ledger: ledger})
	var out bytes.Buffer
	in := instance(t, compile(t, r, guest(t, "c/hello")), wasi.Config{Args: []string{"hello.wasm"}, Stdout: &out})
	if o := in.Start(context.Background()); !o.Clean() {
		t.Fatalf("outcome %v", o)
	}
	if got := out.String(); got != "hello, world\n" {
		t.Errorf("stdout %q", got)
	}
	m := in.Memory()
	if m.InitialBytes == 0 || m.PeakBytes < m.InitialBytes || m.LimitBytes < m.PeakBytes {
		t.Errorf("memory %+v", m)
	}
	t.Logf("%+v", m)
	if hasPageMap(t) && (m.TouchedBytes == nil || *m.TouchedBytes == 0 || *m.TouchedBytes > m.PeakBytes) {
		t.Errorf("touched %v of %d", m.TouchedBytes, m.PeakBytes)
	}
}
