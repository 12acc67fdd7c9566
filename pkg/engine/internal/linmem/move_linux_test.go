package linmem

import (
	"bytes"
	"slices"
	"sync"
	"testing"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// TestMove has a memory outgrow its slot, and wants its content, its account and
// the count of its pages to stay.
func TestMove(t *testing.T) {
	for _, withImage := range []bool{false, true} {
		ledger := memstat.NewLedger(memstat.SitesNever)
		scope := ledger.Open(0)
		pages := OpenPageMap()
		cfg := Config{Scope: scope, Pages: pages, Segments: slices.Values(modelSegments)}
		if withImage {
			img, err := NewImage(scope, cfg.Segments)
			if err != nil {
				t.Fatal(err)
			}
			cfg.Image, cfg.Segments = img, nil
		}
		p := NewPool(cfg)
		own := ledger.Open(1)
		m := p.Take(own, true)
		b := m.Allocate(0, modelLimit).Reallocate(modelInitial)
		b[PageSize+7*hostPage], b[modelInitial-1] = 1, 2
		want := append(bytes.Clone(b), make([]byte, 3*PageSize)...)
		before, _, known := m.Touched() // now, because without an image a page counts once it is read
		first := m.slot
		p.callIn()
		if first.reserved != modelInitial {
			t.Errorf("image %v: %d bytes reserved after they were called in", withImage, first.reserved)
		}
		// Another memory leaves pages behind, in the slot that will be the next.
		other := p.Take(nil, false)
		for at := range other.Allocate(0, modelLimit).Reallocate(modelLimit) {
			other.bytes[at] = 0xff
		}
		next := other.slot
		if err := other.Release(); err != nil {
			t.Fatal(err)
		}
		if b = m.Reallocate(modelInitial + 3*PageSize); m.slot != next {
			t.Fatalf("image %v: the memory did not move to the free slot", withImage)
		}
		if after, _, ok := m.Touched(); after != before || ok != known {
			t.Errorf("image %v: %d bytes touched, %v; before the move %d, %v", withImage, after, ok, before, known)
		}
		if !bytes.Equal(b, want) {
			t.Errorf("image %v: the content changed", withImage)
		}
		for _, k := range ledger.Snapshot().Kinds {
			if k.Kind == memstat.KindSlot && (k.LiveObjects != 1 || k.LiveBytes != int64(m.slot.reserved)) {
				t.Errorf("image %v: %+v, want one slot of %d bytes", withImage, k, m.slot.reserved)
			}
		}
		if s := m.Stat(); s.Grows != 1 || s.Bytes != uint64(len(want)) || s.InitialBytes != modelInitial {
			t.Errorf("image %v: %+v", withImage, s)
		}
		for _, err := range []error{m.Release(), own.Close(), p.Close(), cfg.Image.Close(), pages.Close(), scope.Close()} {
			if err != nil {
				t.Error(err)
			}
		}
	}
}

// TestCallInAtAnyTime calls in the reserves of memories while several of them grow.
func TestCallInAtAnyTime(t *testing.T) {
	ledger := memstat.NewLedger(memstat.SitesNever)
	scope := ledger.Open(0)
	pages := OpenPageMap()
	p := NewPool(Config{Scope: scope, Pages: pages})
	done := make(chan struct{})
	var callers, users sync.WaitGroup
	callers.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
				p.callIn()
			}
		}
	})
	for value := byte(1); value <= 4; value++ {
		users.Go(func() {
			for range 20 {
				m := p.Take(nil, value&1 != 0)
				b := m.Allocate(0, 40*PageSize).Reallocate(PageSize)
				for len(b) < 36*PageSize {
					if zero(b[len(b)-PageSize:]) {
						b[len(b)-1] = value
					}
					b = m.Reallocate(uint64(len(b)) + 5*PageSize)
				}
				for at := PageSize; at < len(b); at += 5 * PageSize {
					if b[at-1] != value || !zero(b[at:at+PageSize]) {
						t.Errorf("the memory of %d has %d at %d", value, b[at-1], at-1)
					}
				}
				if err := m.Release(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	users.Wait()
	close(done)
	callers.Wait()
	for _, err := range []error{p.Close(), pages.Close(), scope.Close()} {
		if err != nil {
			t.Error(err)
		}
	}
}
