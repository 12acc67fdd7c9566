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
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"

	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

func loadGuest(t *testing.T, name string) *Binary {
	t.Helper()
	b, err := Load(filepath.Join("..", "..", "testdata", filepath.FromSlash(name)+".wasm"), nil)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func compileGuest(t *testing.T, cfg Config, name string) *Module {
	t.Helper()
	ctx := context.Background()
	r, err := NewRuntime(ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close(ctx) })
	m, err := r.Compile(ctx, loadGuest(t, name))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// plainMemory is what wazero alone makes of a module's memory; ok is false
// where it makes no instance.
func plainMemory(t *testing.T, b *Binary) (content []byte, ok bool) {
	t.Helper()
	ctx := context.Background()
	r := wazero.NewRuntime(ctx)
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

// TestMemoryContent compares a new instance's memory with plain wazero's, for
// every guest, and again in a slot that the same program has written to.
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
			if name == "wat/unknownimport" {
				t.Skip("is not instantiated by anybody")
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
				if want != nil && !bytes.Equal(in.memory.bytes, want) {
					t.Errorf("use %d: %d bytes that differ from plain wazero's %d", use, len(in.memory.bytes), len(want))
				}
				for i := range in.memory.bytes {
					in.memory.bytes[i] = 0xa5
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

// TestLinearMemory drives an allocator as wazero does.
func TestLinearMemory(t *testing.T) {
	ledger := memstat.NewLedger(memstat.SitesAlways)
	own := ledger.Open(0)
	pages := openPagemap()
	defer pages.close()
	pool := newSlotPool(own, nil, pages, defaultKeep)
	const limit = 100 * pageSize
	for range 3 {
		scope := ledger.Open(0) // a snapshot looks into it
		m := &linearMemory{pool: pool, scope: scope}
		lm := m.Allocate(pageSize, limit)
		b := lm.Reallocate(2 * pageSize)
		if len(b) != 2*pageSize || cap(b) != len(b) || !zero(b) {
			t.Fatalf("%d bytes, room for %d, zero %v", len(b), cap(b), zero(b))
		}
		b[0], b[len(b)-1] = 1, 2
		b = lm.Reallocate(limit)
		if len(b) != limit || b[0] != 1 || b[2*pageSize-1] != 2 || !zero(b[2*pageSize:]) {
			t.Fatal("growth lost something")
		}
		for i := range b {
			b[i] = 3
		}
		if lm.Reallocate(limit+pageSize) != nil {
			t.Error("grew past its limit")
		}
		lm.Free() // only a remark
		if b[0] != 3 {
			t.Error("Free freed")
		}
		want := MemoryStat{InitialBytes: 2 * pageSize, PeakBytes: limit, LimitBytes: limit, Grows: 1}
		if got := m.stat(); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
		live := int64(0)
		for _, k := range ledger.Snapshot().Kinds {
			if k.Kind == memstat.KindMemory {
				live = k.LiveBytes
			}
		}
		if live != limit {
			t.Errorf("%d bytes accounted, want %d", live, limit)
		}
		if err := errors.Join(m.release(), m.release()); err != nil {
			t.Error(err)
		}
		if lm.Reallocate(pageSize) != nil {
			t.Error("a released memory grew")
		}
		if leaks := scope.Close(); leaks != nil {
			t.Errorf("leaks: %+v", leaks)
		}
	}
	if err := pool.close(); err != nil {
		t.Error(err)
	}
	if n := own.Live(); n != 0 {
		t.Errorf("%d slots left", n)
	}
	m := &linearMemory{pool: pool}
	defer func() {
		if _, ok := recover().(*MemoryError); !ok && runtime.GOOS == "linux" {
			t.Error("a closed pool lends")
		}
	}()
	m.Allocate(pageSize, limit).Reallocate(pageSize)
}

func zero(b []byte) bool { return len(bytes.TrimLeft(b, "\x00")) == 0 }

// TestSliceMemory is the memory of systems without mappings.
func TestSliceMemory(t *testing.T) {
	m := &linearMemory{limit: 10 * pageSize, bytes: make([]byte, pageSize), initial: pageSize}
	m.bytes[5] = 7
	for size := uint64(2); size <= 10; size++ {
		b := m.Reallocate(size * pageSize)
		if uint64(len(b)) != size*pageSize || b[5] != 7 {
			t.Fatalf("%d pages: %d bytes, %d", size, len(b), b[5])
		}
	}
	if m.Reallocate(11*pageSize) != nil || m.growth != 9 {
		t.Errorf("grew past its limit, or %d growths", m.growth)
	}
}

// TestSlotPool is about which slots are kept.
func TestSlotPool(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("this system's memories are slices")
	}
	ledger := memstat.NewLedger(memstat.SitesNever)
	scope := ledger.Open(0)
	pages := openPagemap()
	defer pages.close()
	p := newSlotPool(scope, nil, pages, defaultKeep)
	p.bound = 2
	take := func(size, limit uint64) *slot {
		t.Helper()
		s, err := p.take(size, limit, false)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	give := func(s *slot) {
		t.Helper()
		if err := p.give(s, s.committed); err != nil {
			t.Fatal(err)
		}
	}
	small, large := take(pageSize, pageSize), take(pageSize, 16*pageSize)
	give(small)
	if got := take(pageSize, 2*pageSize); got == small {
		t.Error("a slot without room was lent")
	}
	give(large)
	if got := take(2*pageSize, 8*pageSize); got != large {
		t.Error("a slot with room was not lent")
	}
	for range 5 {
		give(take(pageSize, 1<<20))
	}
	a, b, c := take(0, 1<<20), take(0, 1<<20), take(0, 1<<20)
	give(a)
	give(b)
	give(c)
	if len(p.free) != 2 || p.free[1] != c {
		t.Errorf("%d slots kept, want the latest 2", len(p.free))
	}
	if err := p.close(); err != nil {
		t.Error(err)
	}
	give(large) // late, after the pool's scope has closed
	if k := ledger.Snapshot().Kinds[0]; k.LiveObjects != 2 {
		t.Errorf("%+v, want the two that were never given back", k)
	}
}

// TestSlotsGoBackWhenIdle: what is not used for a while is unmapped, and the
// pool goes on to work.
func TestSlotsGoBackWhenIdle(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("this system's memories are slices")
	}
	scope := memstat.NewLedger(memstat.SitesNever).Open(0)
	pages := openPagemap()
	defer pages.close()
	p := newSlotPool(scope, nil, pages, defaultKeep)
	p.idle.after = time.Millisecond
	for range 3 {
		a, errA := p.take(pageSize, pageSize, false)
		b, errB := p.take(pageSize, pageSize, false)
		if err := errors.Join(errA, errB); err != nil {
			t.Fatal(err)
		}
		if err := p.give(a, pageSize); err != nil {
			t.Fatal(err)
		}
		for scope.Live() > 1 { // the test's own time limit ends a wait in vain
			time.Sleep(time.Millisecond)
		}
		if err := p.give(b, pageSize); err != nil {
			t.Fatal(err)
		}
		for scope.Live() > 0 {
			time.Sleep(time.Millisecond)
		}
	}
	if err := p.close(); err != nil {
		t.Error(err)
	}
}

// TestConcurrentInstances lets several instances use the pool at once.
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
				if leaks := in.Close(ctx); leaks != nil {
					t.Error(leaks)
				}
			}
		})
	}
	wg.Wait()
	if n := m.runtime.open.Load(); n != 0 {
		t.Errorf("%d instances open", n)
	}
}

// TestRuntimeCloseFirst closes the runtime under an instance.
func TestRuntimeCloseFirst(t *testing.T) {
	ctx := context.Background()
	m := compileGuest(t, Config{Ledger: memstat.NewLedger(memstat.SitesNever)}, "c/hello")
	in, err := m.Instantiate(ctx, wasi.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if err := m.runtime.Close(ctx); err == nil {
		t.Error("no error for an open instance")
	}
	if o := in.Start(ctx); o.Kind != OutcomeError {
		t.Errorf("outcome %v", o)
	}
	if leaks := in.Close(ctx); leaks != nil {
		t.Errorf("leaks: %+v", leaks)
	}
	if _, err := m.Instantiate(ctx, wasi.Config{}); err == nil {
		t.Error("instantiated in a closed runtime")
	}
}
