package linmem

import (
	"bytes"
	"errors"
	"runtime"
	"testing"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// TestMemory calls an allocator as wazero does.
func TestMemory(t *testing.T) {
	ledger := memstat.NewLedger(memstat.SitesAlways)
	own := ledger.Open(0)
	pages := OpenPageMap()
	defer pages.Close()
	pool := NewPool(Config{Scope: own, Pages: pages})
	const limit = 100 * PageSize
	for range 3 {
		scope := ledger.Open(0) // a snapshot looks into it
		m := pool.Take(scope, false)
		lm := m.Allocate(PageSize, limit)
		b := lm.Reallocate(2 * PageSize)
		if len(b) != 2*PageSize || cap(b) != len(b) || !zero(b) {
			t.Fatalf("%d bytes, room for %d, zero %v", len(b), cap(b), zero(b))
		}
		b[0], b[len(b)-1] = 1, 2
		b = lm.Reallocate(limit)
		if len(b) != limit || b[0] != 1 || b[2*PageSize-1] != 2 || !zero(b[2*PageSize:]) {
			t.Fatal("growth lost something")
		}
		for i := range b {
			b[i] = 3
		}
		if lm.Reallocate(limit+PageSize) != nil {
			t.Error("grew past its limit")
		}
		lm.Free() // does nothing
		if b[0] != 3 {
			t.Error("Free freed")
		}
		want := Stat{InitialBytes: 2 * PageSize, Bytes: limit, LimitBytes: limit, Grows: 1, DeniedGrows: 1}
		if got := m.Stat(); got != want {
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
		if err := errors.Join(m.Release(), m.Release()); err != nil {
			t.Error(err)
		}
		if lm.Reallocate(PageSize) != nil {
			t.Error("a released memory grew")
		}
		if err := scope.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := pool.Close(); err != nil {
		t.Error(err)
	}
	if n := own.Live(); n != 0 {
		t.Errorf("%d slots left", n)
	}
	m := pool.Take(nil, false)
	defer func() {
		if _, ok := recover().(*Error); !ok && runtime.GOOS == "linux" {
			t.Error("a closed pool lends")
		}
	}()
	m.Allocate(PageSize, limit).Reallocate(PageSize)
}

func zero(b []byte) bool { return len(bytes.TrimLeft(b, "\x00")) == 0 }

// TestSliceMemory tests the memory of systems without slots.
func TestSliceMemory(t *testing.T) {
	m := &Memory{limit: 10 * PageSize, bytes: make([]byte, PageSize), initial: PageSize}
	m.bytes[5] = 7
	for size := uint64(2); size <= 10; size++ {
		b := m.Reallocate(size * PageSize)
		if uint64(len(b)) != size*PageSize || b[5] != 7 {
			t.Fatalf("%d pages: %d bytes, %d", size, len(b), b[5])
		}
	}
	if m.Reallocate(11*PageSize) != nil || m.growth != 9 {
		t.Errorf("grew past its limit, or %d growths", m.growth)
	}
}
