package memstat

import "sync"

// Sites decides when a ledger records the call stack of an acquisition. A stack
// costs about a microsecond, too much for every cycle.
type Sites uint8

const (
	// SitesAuto records stacks in scopes of number 0 and 1, and in every scope
	// that opens after another has leaked.
	SitesAuto Sites = iota
	// SitesAlways records a stack for every acquisition.
	SitesAlways
	// SitesNever records no stacks; leaks have no site.
	SitesNever
)

// Ledger counts acquisitions and releases by kind, over all scopes that it
// opened. [NewLedger] makes one; the zero value is not usable. It is safe for
// concurrent use.
type Ledger struct {
	sites Sites

	mu             sync.Mutex
	closed         [kindCount]tally // sums over closed scopes; peaks are maxima
	open           int              // number of open scopes
	shared         []*Scope         // open scopes of number 0
	spare          []*account       // of closed scopes, for the next ones
	leaks          leakTable
	doubleReleases uint64
}

// NewLedger returns an empty ledger.
func NewLedger(sites Sites) *Ledger {
	return &Ledger{sites: sites, leaks: newLeakTable()}
}

// Open opens a scope for the instance of the given number. Numbers of instances
// begin at 1; number 0 is for resources that outlive instances. The caller
// closes the scope. A nil ledger returns a nil scope, which accounts for
// nothing.
func (l *Ledger) Open(number uint64) *Scope {
	if l == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	s := &Scope{ledger: l, number: number}
	if n := len(l.spare); n > 0 {
		s.account, l.spare = l.spare[n-1], l.spare[:n-1]
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
	s.watchOpen()
	return s
}

// acquireLate counts an acquisition through a closed scope as a leak: nobody
// will look at that scope again.
func (l *Ledger) acquireLate(kind Kind, bytes int64, site []uintptr, number uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	t := tally{acquired: 1, live: 1, peak: 1, bytes: bytes, peakBytes: bytes}
	l.closed[kind].add(&t)
	l.leaks.add(kind, bytes, site, number)
}

// releaseLate counts a release through a closed scope as a double release: the
// object was released before or reported as a leak.
func (l *Ledger) releaseLate() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.doubleReleases++
}

// KindStat sums up one kind. Sizes are bytes.
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
	Kinds          []KindStat // of kinds that were acquired at least once, in Kind order
	Leaks          []Leak     // of closed scopes, grouped by kind and site, earliest cycle first
	OpenScopes     int        // scopes that have not closed
	DoubleReleases uint64     // releases of objects that were not held
}

// Snapshot returns the present state. An open scope of an instance only adds to
// OpenScopes; its objects are added when it closes. The caller owns the slices.
func (l *Ledger) Snapshot() Snapshot {
	if l == nil {
		return Snapshot{}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	sum := l.closed
	doubles := l.doubleReleases
	for _, s := range l.shared {
		s.mu.Lock()
		for k := range sum {
			sum[k].add(&s.account.tallies[k])
		}
		doubles += s.account.doubleReleases
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
