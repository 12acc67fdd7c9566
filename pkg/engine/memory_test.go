package engine

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"

	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

func loadGuest(t *testing.T, name string) *Binary {
	t.Helper()
	b, err := Load(context.Background(), filepath.Join("..", "..", "testdata", filepath.FromSlash(name)+".wasm"), nil)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func compileGuest(t *testing.T, cfg Config, name string) *Module {
	t.Helper()
	ctx := context.Background()
	r := NewRuntime(cfg)
	t.Cleanup(func() { _ = r.Close(ctx) })
	m, err := r.Compile(ctx, loadGuest(t, name))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// bytesOf returns the instance's memory itself, not a copy of it.
func bytesOf(in *Instance) []byte {
	if in.memory.Stat().Bytes == 0 {
		return nil // also where there is no memory, of which wazero returns a typed nil
	}
	m := in.guest.Memory()
	b, _ := m.Read(0, m.Size())
	return b
}

// plainMemory returns the initial memory that wazero alone makes. It returns
// false if wazero cannot instantiate the module.
func plainMemory(t *testing.T, b *Binary) (content []byte, ok bool) {
	t.Helper()
	ctx := context.Background()
	r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfig().WithCoreFeatures(coreFeatures(true)))
	defer r.Close(ctx)
	wasi_snapshot_preview1.MustInstantiate(ctx, r)
	m, err := r.InstantiateWithConfig(ctx, b.Bytes, wazero.NewModuleConfig().WithStartFunctions())
	if err != nil {
		return nil, false
	}
	if len(m.ExportedMemoryDefinitions()) == 0 {
		return nil, true
	}
	data, ok := m.Memory().Read(0, m.Memory().Size())
	if !ok {
		t.Fatal("no memory")
	}
	return bytes.Clone(data), true
}

// TestMemoryContent compares the memory of a new instance with that of plain
// wazero, for every guest, and again in a slot that was overwritten.
func TestMemoryContent(t *testing.T) {
	ctx := context.Background()
	files, err := filepath.Glob("../../testdata/*/*.wasm")
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, file := range files {
		name := filepath.Base(filepath.Dir(file)) + "/" + strings.TrimSuffix(filepath.Base(file), ".wasm")
		t.Run(name, func(t *testing.T) {
			switch name {
			case "wat/unknownimport", "wat/plugin", "wat/bigtable":
				t.Skip("nobody instantiates it")
			case "wat/badelement":
				t.Skip("plain wazero instantiates it")
			}
			m := compileGuest(t, Config{}, name)
			want, ok := plainMemory(t, loadGuest(t, name))
			for use := range 4 {
				in, err := m.instantiate(ctx, wasi.Config{}, 1, use == 2)
				if (err == nil) != ok {
					t.Fatalf("use %d: %v; plain wazero makes an instance: %v", use, err, ok)
				}
				if err != nil {
					continue
				}
				got := bytesOf(in)
				if want != nil && !bytes.Equal(got, want) {
					t.Errorf("use %d: %d bytes that differ from plain wazero's %d", use, len(got), len(want))
				}
				for i := range got {
					got[i] = 0xa5
				}
				in.Close(ctx)
				compared++
			}
		})
	}
	if compared < 4*10 {
		t.Errorf("%d memories compared", compared)
	}
}

// TestConcurrentInstances has several instances use one pool at once.
func TestConcurrentInstances(t *testing.T) {
	ctx := context.Background()
	ledger := memstat.NewLedger(memstat.SitesAuto)
	m := compileGuest(t, Config{Ledger: ledger}, "wat/bigdata")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 5 {
				in, err := m.Instantiate(ctx, wasi.Config{})
				if err != nil {
					t.Error(err)
					return
				}
				if o := in.Start(ctx); !o.Clean() {
					t.Error(o)
				}
				if err := in.Close(ctx); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if n := m.runtime.open.Load(); n != 0 {
		t.Errorf("%d instances open", n)
	}
}

// TestCloseOutOfOrder closes the module or the runtime before an instance. A
// late release by the instance is no leak unless the account was closed first,
// and never a double release.
func TestCloseOutOfOrder(t *testing.T) {
	ctx := context.Background()
	for _, tc := range []struct {
		name  string
		first func(*Module) error
		leaks int // of the runtime's Close
		open  string
	}{
		{"module", func(m *Module) error { return m.Close(ctx) }, 0, ""},
		{"runtime", func(m *Module) error { return m.runtime.Close(ctx) }, 1, "1 instances were still open"},
	} {
		ledger := memstat.NewLedger(memstat.SitesNever)
		r := NewRuntime(Config{Ledger: ledger})
		m, err := r.Compile(ctx, loadGuest(t, "c/hello"))
		if err != nil {
			t.Fatal(err)
		}
		in, err := m.Instantiate(ctx, wasi.Config{})
		if err != nil {
			t.Fatal(err)
		}
		leaks, other := memstat.SplitLeaks(tc.first(m))
		if runtime.GOOS == "linux" && len(leaks) != tc.leaks || tc.open == "" && other != nil || tc.open != "" && (other == nil || other.Error() != tc.open) {
			t.Errorf("%s: leaks %+v, %v", tc.name, leaks, other)
		}
		if o := in.Start(ctx); o.Kind != OutcomeError || !errors.Is(o.Err, ErrClosed) {
			t.Errorf("%s: outcome %v", tc.name, o)
		}
		var failed *InstantiateError
		if _, err := m.Instantiate(ctx, wasi.Config{}); !errors.Is(err, ErrClosed) || !errors.As(err, &failed) || failed.CloseErr != nil {
			t.Errorf("%s: instantiated in a closed module: %v", tc.name, err)
		}
		if err := errors.Join(in.Close(ctx), m.Close(ctx), r.Close(ctx)); err != nil {
			t.Errorf("%s: %v", tc.name, err)
		}
		if s := ledger.Snapshot(); s.DoubleReleases != 0 || runtime.GOOS == "linux" && len(s.Leaks) != tc.leaks || s.OpenScopes != 0 {
			t.Errorf("%s: %+v", tc.name, s)
		}
	}
}
