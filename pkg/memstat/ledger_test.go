package memstat

import (
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestBalancedScope(t *testing.T) {
	l := NewLedger(SitesNever)
	s := l.Open(7)
	a, b := s.Acquire(KindFDEntry, 40), s.Acquire(KindFDEntry, 60)
	if s.Live() != 2 {
		t.Errorf("live %d", s.Live())
	}
	s.Release(a)
	c := s.Acquire(KindFDEntry, 10)
	s.Release(b)
	s.Release(c)
	if s.Live() != 0 {
		t.Errorf("live %d", s.Live())
	}
	if leaks := s.Close(); leaks != nil {
		t.Errorf("leaks %v", leaks)
	}
	want := Snapshot{
		Kinds: []KindStat{{Kind: KindFDEntry, PeakObjects: 2, PeakBytes: 100, Acquired: 3, Released: 3}},
		Leaks: []Leak{},
	}
	if diff := cmp.Diff(want, l.Snapshot()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// leaksOf returns the leaks of a scope's Close, which fails for nothing else.
func leaksOf(t testing.TB, err error) []Leak {
	leaks, other := SplitLeaks(err)
	if other != nil {
		t.Errorf("%v", other)
	}
	return leaks
}

func TestLeaks(t *testing.T) {
	l := NewLedger(SitesNever)
	for n := range uint64(10) {
		s := l.Open(n + 1)
		s.Release(s.Acquire(KindSystem, 96))
		if n >= 2 {
			s.Acquire(KindPrestatLock, 24)
		}
		if n == 5 {
			s.Acquire(KindHostFD, 0)
			s.Acquire(KindHostFD, 0)
		}
		var want []Leak
		if n >= 2 {
			want = []Leak{{Kind: KindPrestatLock, Objects: 1, Bytes: 24, Cycle: n + 1}}
		}
		if n == 5 {
			want = append([]Leak{{Kind: KindHostFD, Objects: 2, Cycle: 6}}, want...)
		}
		if diff := cmp.Diff(want, leaksOf(t, s.Close())); diff != "" {
			t.Errorf("cycle %d (-want +got):\n%s", n+1, diff)
		}
	}
	want := Snapshot{
		Kinds: []KindStat{
			{Kind: KindSystem, PeakObjects: 1, PeakBytes: 96, Acquired: 10, Released: 10},
			{Kind: KindHostFD, LiveObjects: 2, PeakObjects: 2, Acquired: 2},
			{Kind: KindPrestatLock, LiveObjects: 8, LiveBytes: 192, PeakObjects: 1, PeakBytes: 24, Acquired: 8},
		},
		Leaks: []Leak{
			{Kind: KindPrestatLock, Objects: 8, Bytes: 192, Cycle: 3},
			{Kind: KindHostFD, Objects: 2, Cycle: 6},
		},
	}
	if diff := cmp.Diff(want, l.Snapshot()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestDoubleRelease(t *testing.T) {
	l := NewLedger(SitesNever)
	s := l.Open(1)
	h := s.Acquire(KindMemory, 65536)
	s.Release(h)
	s.Release(h)
	s.Release(Handle{})
	again := s.Acquire(KindMemory, 65536) // takes the record of h
	s.Release(h)
	if s.Live() != 1 {
		t.Error("a stale handle released somebody else's object")
	}
	s.Release(again)
	if leaks := s.Close(); leaks != nil {
		t.Errorf("leaks %v", leaks)
	}
	snap := l.Snapshot()
	if snap.DoubleReleases != 3 {
		t.Errorf("%d double releases, want 3", snap.DoubleReleases)
	}
	if k := snap.Kinds[0]; k.Acquired != 2 || k.Released != 2 || k.LiveBytes != 0 {
		t.Errorf("a double release changed the counts: %+v", k)
	}
}

// TestStaleAcrossScopes: a stale handle or scope does not touch the next
// instance.
func TestStaleAcrossScopes(t *testing.T) {
	for _, held := range []int{1, 200} { // 200: more records than a scope passes on
		l := NewLedger(SitesNever)
		old := l.Open(1)
		stale := old.Acquire(KindArgs, 8)
		for range held - 1 {
			old.Acquire(KindArgs, 8)
		}
		if n := leaksOf(t, old.Close())[0].Objects; n != int64(held) {
			t.Fatalf("%d leaks, want %d", n, held)
		}
		fresh := l.Open(2)
		fresh.Acquire(KindArgs, 8)
		fresh.Release(stale)
		old.Release(stale)
		old.Resize(stale, 1<<20)
		if leaks := old.Close(); leaks != nil {
			t.Errorf("second Close returned %v", leaks)
		}
		if fresh.Live() != 1 || old.Live() != 0 {
			t.Errorf("held %d: live %d and %d", held, fresh.Live(), old.Live())
		}
		snap := l.Snapshot()
		if snap.OpenScopes != 1 || snap.DoubleReleases != 1 { // fresh adds its own when it closes
			t.Errorf("held %d: %d open, %d double releases", held, snap.OpenScopes, snap.DoubleReleases)
		}
		if leaks := leaksOf(t, fresh.Close()); len(leaks) != 1 || leaks[0].Cycle != 2 {
			t.Errorf("held %d: %v", held, leaks)
		}
		if n := l.Snapshot().DoubleReleases; n != 2 {
			t.Errorf("held %d: %d double releases, want 2", held, n)
		}
	}
}

func TestAcquireAfterClose(t *testing.T) {
	l := NewLedger(SitesAuto)
	s := l.Open(3)
	s.Close()
	if h := s.Acquire(KindDirStream, 512); h != (Handle{}) {
		t.Errorf("handle %v", h)
	}
	snap := l.Snapshot()
	if len(snap.Leaks) != 1 || snap.Leaks[0].Bytes != 512 || snap.Leaks[0].Cycle != 3 {
		t.Fatalf("leaks %+v", snap.Leaks)
	}
	if site := snap.Leaks[0].Site; len(site) == 0 || !strings.Contains(site[0].Function, "TestAcquireAfterClose") {
		t.Errorf("site %v", site)
	}
	if k := snap.Kinds[0]; k.LiveObjects != 1 || k.Acquired != 1 {
		t.Errorf("%+v", k)
	}
}

func TestResizeAndPeaks(t *testing.T) {
	l := NewLedger(SitesNever)
	s := l.Open(0) // a snapshot includes it while it is open
	h := s.Acquire(KindMemory, 100)
	s.Resize(h, 400)
	s.Resize(h, 250)
	s.Resize(Handle{}, 1<<40)
	got := l.Snapshot().Kinds[0]
	if want := (KindStat{Kind: KindMemory, LiveObjects: 1, LiveBytes: 250, PeakObjects: 1, PeakBytes: 400, Acquired: 1}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	s.Release(h)
	s.Resize(h, 9)
	s.Close()
	second := l.Open(2) // peaks are of one scope, not sums
	a, b := second.Acquire(KindMemory, 10), second.Acquire(KindMemory, 10)
	second.Release(a)
	second.Release(b)
	second.Close()
	got = l.Snapshot().Kinds[0]
	if want := (KindStat{Kind: KindMemory, PeakObjects: 2, PeakBytes: 400, Acquired: 3, Released: 3}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestSites(t *testing.T) {
	lose := func(l *Ledger, number uint64) []Frame {
		s := l.Open(number)
		s.Acquire(KindPrestatLock, 24)
		return leaksOf(t, s.Close())[0].Site
	}
	clean := func(l *Ledger, number uint64) bool {
		s := l.Open(number)
		defer s.Close()
		return s.sites
	}
	for _, tc := range []struct {
		name                string
		sites               Sites
		first, second, lost bool // in scope 1, in a later one, after a leak
	}{
		{"auto", SitesAuto, true, false, true},
		{"always", SitesAlways, true, true, true},
		{"never", SitesNever, false, false, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			l := NewLedger(tc.sites)
			if got := clean(l, 1); got != tc.first {
				t.Errorf("scope 1 records: %v", got)
			}
			if got := clean(l, 2); got != tc.second {
				t.Errorf("scope 2 records: %v", got)
			}
			if site := lose(l, 3); (len(site) > 0) != tc.second {
				t.Errorf("scope 3 has site %v", site)
			}
			site := lose(l, 4)
			if (len(site) > 0) != tc.lost {
				t.Errorf("a scope after a leak has site %v", site)
			}
			if tc.lost && (!strings.Contains(site[0].Function, "TestSites") || site[0].File != "memstat/ledger_test.go" || site[0].Line == 0) {
				t.Errorf("the innermost frame is not who acquired: %v", site[0])
			}
		})
	}
}

func TestSitesGroup(t *testing.T) {
	l := NewLedger(SitesAlways)
	for n := range uint64(6) {
		s := l.Open(n + 1)
		for range 2 {
			s.Acquire(KindArgs, 1) // one site
		}
		if n%2 == 1 {
			s.Acquire(KindArgs, 1) // another
		}
		s.Close()
	}
	leaks := l.Snapshot().Leaks
	if len(leaks) != 2 || leaks[0].Objects != 12 || leaks[0].Cycle != 1 || leaks[1].Objects != 3 || leaks[1].Cycle != 2 {
		t.Errorf("%+v", leaks)
	}
}

func TestNilIsSafe(t *testing.T) {
	var l *Ledger
	s := l.Open(1)
	if s != nil {
		t.Fatal("a nil ledger opened a scope")
	}
	h := s.Acquire(KindMemory, 1)
	s.Resize(h, 2)
	s.Release(h)
	if s.Live() != 0 || s.Close() != nil {
		t.Error("a nil scope counts")
	}
	if diff := cmp.Diff(Snapshot{}, l.Snapshot()); diff != "" {
		t.Errorf("a nil ledger counts: %s", diff)
	}
}

func TestRuntimeScopeOutlivesInstances(t *testing.T) {
	l := NewLedger(SitesAuto)
	keep := l.Open(0)
	h := keep.Acquire(KindSlot, 1<<20)
	l.Open(1).Close()
	if snap := l.Snapshot(); snap.OpenScopes != 1 || len(snap.Leaks) != 0 || snap.Kinds[0].LiveObjects != 1 {
		t.Errorf("%+v", snap)
	}
	keep.Release(h)
	if leaks := keep.Close(); leaks != nil {
		t.Errorf("%v", leaks)
	}
}

// TestConcurrent runs scopes of many workers, a shared scope and a reader, for
// the race detector.
func TestConcurrent(t *testing.T) {
	const workers, rounds = 8, 200
	l := NewLedger(SitesAuto)
	shared := l.Open(0)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := range rounds {
				s := l.Open(uint64(w*rounds + i + 2))
				a, b := s.Acquire(KindSystem, 8), shared.Acquire(KindSlot, 16)
				s.Acquire(KindPrestatLock, 24)
				s.Resize(a, 32)
				shared.Release(b)
				s.Release(a)
				if leaks := leaksOf(t, s.Close()); len(leaks) != 1 || leaks[0].Objects != 1 {
					t.Errorf("worker %d: %v", w, leaks)
				}
			}
		})
	}
	stop := make(chan struct{})
	var reader sync.WaitGroup
	reader.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				snap := l.Snapshot()
				for _, k := range snap.Kinds {
					if k.Acquired < k.Released || k.LiveObjects < 0 {
						t.Errorf("torn snapshot: %+v", k)
						return
					}
				}
			}
		}
	})
	wg.Wait()
	close(stop)
	reader.Wait()
	shared.Close()
	snap := l.Snapshot()
	var lost int64
	for _, leak := range snap.Leaks {
		lost += leak.Objects
	}
	if lost != workers*rounds || snap.DoubleReleases != 0 || snap.OpenScopes != 0 {
		t.Errorf("%d lost, %d double releases, %d open", lost, snap.DoubleReleases, snap.OpenScopes)
	}
	for _, k := range snap.Kinds {
		if want := uint64(workers * rounds); k.Acquired != want {
			t.Errorf("%v: acquired %d, want %d", k.Kind, k.Acquired, want)
		}
	}
}

func TestAcquireReleaseAllocatesNothing(t *testing.T) {
	s := NewLedger(SitesNever).Open(2)
	if n := testing.AllocsPerRun(100, func() { s.Release(s.Acquire(KindFDEntry, 64)) }); n != 0 {
		t.Errorf("%v allocations a pair", n)
	}
}
