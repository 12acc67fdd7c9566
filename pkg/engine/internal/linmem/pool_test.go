package linmem

import (
	"errors"
	"runtime"
	"testing"
	"time"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// TestPool tests which slots a pool lends and keeps.
func TestPool(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("this system's memories are slices")
	}
	ledger := memstat.NewLedger(memstat.SitesNever)
	scope := ledger.Open(0)
	pages := OpenPageMap()
	defer pages.Close()
	p := NewPool(Config{Scope: scope, Pages: pages})
	p.maxFree = 2
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
	small, large := take(PageSize, PageSize), take(2*PageSize, 16*PageSize)
	give(small)
	if got, err := p.find(2 * PageSize); got != nil || err != nil {
		t.Error("a slot was lent that has no room for a memory to begin with:", err)
	}
	if got := take(PageSize, 2*PageSize); got != small {
		t.Error("a slot was not lent because its memory will have to move when it grows")
	}
	give(large)
	if got := take(2*PageSize, 8*PageSize); got != large {
		t.Error("a slot with room was not lent")
	}
	for range 5 {
		give(take(PageSize, 1<<20))
	}
	a, b, c := take(0, 1<<20), take(0, 1<<20), take(0, 1<<20)
	give(a)
	give(b)
	give(c)
	if len(p.free) != 2 || p.free[1] != c {
		t.Errorf("%d slots kept, want the latest 2", len(p.free))
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	give(large) // late, but still accounted for: the scope is open
	if k := ledger.Snapshot().Kinds[0]; k.LiveObjects != 1 {
		t.Errorf("%+v, want the one that was never given back", k)
	}
}

// TestIdle checks that free slots are unmapped when nobody has taken them for
// some time, and that the pool works on.
func TestIdle(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("this system's memories are slices")
	}
	scope := memstat.NewLedger(memstat.SitesNever).Open(0)
	pages := OpenPageMap()
	defer pages.Close()
	p := NewPool(Config{Scope: scope, Pages: pages})
	p.idle.after = time.Millisecond
	for range 3 {
		a, errA := p.take(PageSize, PageSize, false)
		b, errB := p.take(PageSize, PageSize, false)
		if err := errors.Join(errA, errB); err != nil {
			t.Fatal(err)
		}
		if err := p.give(a, PageSize); err != nil {
			t.Fatal(err)
		}
		for scope.Live() > 1 { // the test's timeout ends this if nothing happens
			time.Sleep(time.Millisecond)
		}
		if err := p.give(b, PageSize); err != nil {
			t.Fatal(err)
		}
		for scope.Live() > 0 {
			time.Sleep(time.Millisecond)
		}
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}
