package memstat

import (
	"math/bits"
	"runtime"
	"slices"
	"sync"
)

// Handle identifies one acquisition within its scope. The zero Handle
// identifies none.
type Handle struct {
	index      uint32 // of the record plus one
	generation uint32
}

// Scope accounts for one instance: objects that it still holds when it closes
// have leaked. It serves one goroutine at a time, like the instance, because a
// lock would be most of its cost. Only a scope of number 0 is safe for
// concurrent use. A nil *Scope accounts for nothing.
type Scope struct {
	ledger *Ledger
	number uint64
	sites  bool

	mu      sync.Mutex // used only if number is 0
	account *account   // nil once the scope has closed
}

// lock locks a scope that instances share.
func (s *Scope) lock() {
	if s.number == 0 {
		s.mu.Lock()
	}
}

// unlock undoes lock.
func (s *Scope) unlock() {
	if s.number == 0 {
		s.mu.Unlock()
	}
}

// siteDepth is the number of frames that are kept of an acquisition's stack.
// More would split a leak by irrelevant callers.
const siteDepth = 5

// Acquire counts one object of the kind and its size in bytes. The caller
// releases the handle before the scope closes. An object that is acquired
// through a closed scope is a leak at once.
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
	i := a.freeList
	if i != 0 {
		a.freeList = a.records[i-1].nextFree
	} else {
		a.records = append(a.records, record{})
		i = uint32(len(a.records))
	}
	a.generation++
	a.live++
	r := &a.records[i-1]
	r.kind, r.bytes, r.live, r.generation = kind, bytes, true, a.generation
	if s.sites {
		a.recordSite(i, callers())
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

// callers returns the stack of Acquire's caller.
func callers() []uintptr {
	pcs := make([]uintptr, siteDepth)
	return pcs[:runtime.Callers(3, pcs)]
}

// Resize changes the size of a live object, as memory.grow does. A stale handle
// changes nothing.
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

// Release ends an acquisition. A handle that names no live object (it was
// released already, its scope has closed, or it is the zero Handle) counts as
// a double release and changes nothing else.
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
		r.live, r.nextFree = false, a.freeList
		a.freeList = h.index
		a.live--
	case a != nil:
		a.doubleReleases++
	}
	s.unlock()
	if a == nil {
		s.ledger.releaseLate()
	}
}

// Live returns the number of objects that the scope holds; 0 once it has closed.
func (s *Scope) Live() int {
	if s == nil {
		return 0
	}
	s.lock()
	defer s.unlock()
	if s.account == nil {
		return 0
	}
	return s.account.live
}

// Close ends the scope. The error is nil or a *[LeakError] with the objects
// that the scope still held, grouped by kind and site. A second Close does
// nothing and returns nil.
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
	s.watchClose()
	if s.number == 0 {
		l.shared = slices.DeleteFunc(l.shared, func(o *Scope) bool { return o == s })
	}

	var err error
	if a.live > 0 {
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
		k := bits.TrailingZeros32(uint32(used))
		l.closed[k].add(&a.tallies[k])
		a.tallies[k] = tally{}
	}
	a.used = 0
	l.doubleReleases += a.doubleReleases
	a.recycle()
	l.spare = append(l.spare, a)
	return err
}
