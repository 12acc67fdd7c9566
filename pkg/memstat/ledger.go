package memstat

import "sync"

// Sites says when a ledger records the call stack of an acquisition. A stack
// costs about a microsecond, so that a cycle cannot afford one always.
type Sites uint8

const (
	// SitesAuto records stacks in the first scope, and in every scope that is
	// opened after one leaked.
	SitesAuto Sites = iota
	// SitesAlways records a stack for every acquisition.
	SitesAlways
	// SitesNever records none; leaks have no site.
	SitesNever
)

// Ledger counts acquisitions and releases by kind, over all scopes opened from
// it. It is safe for concurrent use. The zero value is not usable; see
// [NewLedger].
type Ledger struct {
	sites Sites

	mu      sync.Mutex
	closed  [kindCount]tally // of scopes that have closed; peaks are their maxima
	open    int              // scopes that have not closed
	shared  []*Scope         // of those, the ones of number 0
	free    []*account       // of closed scopes, to use again
	leaks   leakTable
	doubles uint64
}

// NewLedger returns an empty ledger.
func NewLedger(sites Sites) *Ledger {
	return &Ledger{sites: sites, leaks: newLeakTable()}
}

// Open opens a scope for the instance of the given number, counted from 1;
// number 0 is for what outlives instances. The caller closes the scope. A nil
// ledger opens a nil scope, which accounts for nothing.
func (l *Ledger) Open(number uint64) *Scope {
	if l == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	s := &Scope{ledger: l, number: number}
	if n := len(l.free); n > 0 {
		s.account, l.free = l.free[n-1], l.free[:n-1]
	} else {
		s.account = &account{}
	}
	switch l.sites {
	case SitesAlways:
		s.sites = true
	case SitesAuto:
		s.sites = number <= 1 || !l.leaks.empty()
	case SitesNever:
		s.sites = false
	}
	l.open++
	if number == 0 {
		l.shared = append(l.shared, s)
	}
	return s
}

// acquireLate records what was acquired through a closed scope: nobody will
// ask for it again, so that it is lost at once.
func (l *Ledger) acquireLate(kind Kind, bytes int64, site []uintptr, number uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	t := tally{acquired: 1, live: 1, peak: 1, bytes: bytes, peakBytes: bytes}
	l.closed[kind].add(&t)
	l.leaks.add(kind, bytes, site, number)
}

// releaseLate records a release through a closed scope: what it names was
// given back before, or was reported as lost.
func (l *Ledger) releaseLate() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.doubles++
}

// KindStat is the account of one kind.
type KindStat struct {
	Kind        Kind   `json:"kind"`
	LiveObjects int64  `json:"live_objects"` // acquired and not released
	LiveBytes   int64  `json:"live_bytes"`
	PeakObjects int64  `json:"peak_objects"` // the most that one scope held at once
	PeakBytes   int64  `json:"peak_bytes"`
	Acquired    uint64 `json:"acquired"`
	Released    uint64 `json:"released"`
}

// Snapshot is a ledger's state at one moment.
type Snapshot struct {
	Kinds          []KindStat // kinds that were acquired at least once, in Kind order
	Leaks          []Leak     // of closed scopes, grouped by kind and site, first cycle first
	OpenScopes     int
	DoubleReleases uint64 // releases of what was not alive
}

// Snapshot returns the ledger's present state. The scope of an open instance is
// only counted: what it holds enters the account when it closes.
func (l *Ledger) Snapshot() Snapshot {
	if l == nil {
		return Snapshot{}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	sum := l.closed
	doubles := l.doubles
	for _, s := range l.shared {
		s.mu.Lock()
		for k := range sum {
			sum[k].add(&s.account.tallies[k])
		}
		doubles += s.account.doubles
		s.mu.Unlock()
	}
	snap := Snapshot{Leaks: l.leaks.list(), OpenScopes: l.open, DoubleReleases: doubles}
	for k := range sum {
		t := &sum[k]
		if t.acquired == 0 {
			continue
		}
		snap.Kinds = append(snap.Kinds, KindStat{
			Kind:        Kind(k),
			LiveObjects: t.live, LiveBytes: t.bytes,
			PeakObjects: t.peak, PeakBytes: t.peakBytes,
			Acquired: t.acquired, Released: t.acquired - uint64(t.live),
		})
	}
	return snap
}

// tally counts one kind within one scope, or over closed scopes.
type tally struct {
	live, bytes     int64
	peak, peakBytes int64
	acquired        uint64 // released are those that do not live
}

// add merges a scope's tally: counts add up, peaks are the larger one.
func (t *tally) add(s *tally) {
	t.live += s.live
	t.bytes += s.bytes
	t.peak = max(t.peak, s.peak)
	t.peakBytes = max(t.peakBytes, s.peakBytes)
	t.acquired += s.acquired
}
