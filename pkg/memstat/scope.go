package memstat

import (
	"math/bits"
	"runtime"
	"slices"
	"sync"
)

// Handle names one acquisition within its scope. The zero Handle names none.
type Handle struct {
	index      uint32 // of the record, plus one
	generation uint32
}

// Scope accounts for one instance. What is alive when it closes has leaked.
// Like the instance it serves one goroutine at a time; only a scope of number
// 0 is safe for concurrent use, as a lock would be most of what the account
// costs. A nil *Scope accounts for nothing, so that code need not ask whether
// anybody counts.
type Scope struct {
	ledger *Ledger
	number uint64
	sites  bool

	mu      sync.Mutex // of a scope of number 0
	account *account   // nil once the scope has closed
}

// lock and unlock are for the scope that instances share.
func (s *Scope) lock() {
	if s.number == 0 {
		s.mu.Lock()
	}
}

func (s *Scope) unlock() {
	if s.number == 0 {
		s.mu.Unlock()
	}
}

// account is what a scope counts. It goes from a closed scope to the next,
// while a Scope is never opened again: whoever kept one cannot close or change
// somebody else's.
type account struct {
	doubles    uint64
	generation uint32 // of the last acquisition; grows over all scopes
	used       uint32 // the kinds that tallies holds something of, as bits
	held       int    // live records
	dead       uint32 // a dead record's index plus one, the head of their list
	tallies    [kindCount]tally
	records    []record
	sites      map[uint32][]uintptr // by record; nil where stacks are not recorded
}

// record is one acquisition. It is used again after its release, under a new
// generation, so that a stale handle never names a live one.
type record struct {
	bytes      int64
	generation uint32
	next       uint32 // of a dead record, the next in the list
	kind       Kind
	live       bool
}

// siteDepth is how many frames of an acquisition's stack are kept: more would
// only tell callers apart that lose the same thing.
const siteDepth = 5

// Acquire counts one object of the kind and its size in bytes. The caller
// releases the handle, before the scope closes; what is acquired through a
// closed scope is a leak at once.
func (s *Scope) Acquire(kind Kind, bytes int64) Handle {
	if s == nil {
		return Handle{}
	}
	s.lock()
	a := s.account
	if a == nil {
		s.unlock()
		var site []uintptr
		if s.ledger.sites != SitesNever {
			site = callers()
		}
		s.ledger.acquireLate(kind, bytes, site, s.number)
		return Handle{}
	}
	i := a.dead // plus one
	if i != 0 {
		a.dead = a.records[i-1].next
	} else {
		a.records = append(a.records, record{})
		i = uint32(len(a.records))
	}
	a.generation++
	a.held++
	r := &a.records[i-1]
	r.kind, r.bytes, r.live, r.generation = kind, bytes, true, a.generation
	if s.sites {
		a.record(i, callers())
	}
	a.used |= 1 << kind
	t := &a.tallies[kind]
	t.acquired++
	t.live++
	t.peak = max(t.peak, t.live)
	t.bytes += bytes
	t.peakBytes = max(t.peakBytes, t.bytes)
	s.unlock()
	return Handle{index: i, generation: r.generation}
}

// record keeps the stack of a record's acquisition.
func (a *account) record(i uint32, site []uintptr) {
	if a.sites == nil {
		a.sites = make(map[uint32][]uintptr)
	}
	a.sites[i] = site
}

// callers returns the stack above Acquire.
func callers() []uintptr {
	pcs := make([]uintptr, siteDepth)
	return pcs[:runtime.Callers(3, pcs)]
}

// Resize changes the size of a live acquisition, as memory.grow does. A handle
// that is not alive changes nothing.
func (s *Scope) Resize(h Handle, bytes int64) {
	if s == nil {
		return
	}
	s.lock()
	defer s.unlock()
	r := s.account.lookup(h)
	if r == nil {
		return
	}
	t := &s.account.tallies[r.kind]
	t.bytes += bytes - r.bytes
	t.peakBytes = max(t.peakBytes, t.bytes)
	r.bytes = bytes
}

// Release ends an acquisition. A handle that is not alive (released already,
// of a closed scope, or the zero Handle) is counted as a double release and
// changes nothing else.
func (s *Scope) Release(h Handle) {
	if s == nil {
		return
	}
	s.lock()
	a := s.account
	r := a.lookup(h)
	switch {
	case r != nil:
		t := &a.tallies[r.kind]
		t.live--
		t.bytes -= r.bytes
		r.live, r.next = false, a.dead
		a.dead = h.index
		a.held--
	case a != nil:
		a.doubles++
	}
	s.unlock()
	if a == nil {
		s.ledger.releaseLate()
	}
}

// lookup returns the live record that h names, or nil.
func (a *account) lookup(h Handle) *record {
	if a == nil {
		return nil
	}
	i := int(h.index) - 1
	if i < 0 || i >= len(a.records) {
		return nil
	}
	if r := &a.records[i]; r.live && r.generation == h.generation {
		return r
	}
	return nil
}

// Number returns the number that the scope was opened with.
func (s *Scope) Number() uint64 {
	if s == nil {
		return 0
	}
	return s.number
}

// Live returns how many objects the scope holds; 0 once it has closed.
func (s *Scope) Live() int {
	if s == nil {
		return 0
	}
	s.lock()
	defer s.unlock()
	if s.account == nil {
		return 0
	}
	return s.account.held
}

// Close ends the scope. The error is nil or a *[LeakError] with what the scope
// still held, grouped by kind and site. A second Close does nothing and returns
// nil.
func (s *Scope) Close() error {
	if s == nil {
		return nil
	}
	l := s.ledger
	l.mu.Lock()
	defer l.mu.Unlock()
	s.lock()
	a := s.account
	s.account = nil
	s.unlock()
	if a == nil {
		return nil
	}
	l.open--
	if s.number == 0 {
		l.shared = slices.DeleteFunc(l.shared, func(o *Scope) bool { return o == s })
	}

	var err error
	if a.held > 0 {
		own := newLeakTable()
		for i := range a.records {
			if r := &a.records[i]; r.live {
				site := a.sites[uint32(i)+1]
				own.add(r.kind, r.bytes, site, s.number)
				l.leaks.add(r.kind, r.bytes, site, s.number)
			}
		}
		err = &LeakError{own.list()}
	}
	for used := a.used; used != 0; used &= used - 1 {
		k := bits.TrailingZeros32(used)
		l.closed[k].add(&a.tallies[k])
		a.tallies[k] = tally{}
	}
	a.used = 0
	l.doubles += a.doubles
	a.recycle()
	l.free = append(l.free, a)
	return err
}

// recycle empties the account for the next scope. The generation stays, so
// that a stale handle stays stale.
func (a *account) recycle() {
	const keep = 64 // an instance that held more lets its records go
	a.doubles, a.sites = 0, nil
	if a.held > 0 || len(a.records) > keep {
		a.held, a.dead, a.records = 0, 0, nil
	}
}
