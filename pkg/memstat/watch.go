package memstat

import (
	"cmp"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// Watch watches the scopes of all ledgers of the process, for tests. Make one with
// [NewWatch] and stop it. It is safe for concurrent use.
type Watch struct {
	began uint64 // openings before
	stop  sync.Once
}

// OpenScope is a scope that was opened and not closed.
type OpenScope struct {
	Number uint64    // as in Ledger.Open: 0 is for resources that outlive instances, such as a runtime
	Stack  []uintptr // program counters of Ledger.Open's callers, innermost first
}

// watched holds the scopes that were opened during any Watch and are still open.
var watched struct {
	on atomic.Bool // there are users

	mu     sync.Mutex
	users  int
	opened uint64 // scopes so far
	scopes map[*Scope]opening
}

// opening is the time and the place of the opening of a scope.
type opening struct {
	turn  uint64 // of all openings
	stack []uintptr
}

// NewWatch records each scope that any ledger opens, and its call stack, until
// [Watch.Stop]. Meanwhile opening a scope takes a few microseconds more. Watches may
// overlap.
func NewWatch() *Watch {
	w := &watched
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.users++; w.users == 1 {
		w.scopes = make(map[*Scope]opening)
		w.on.Store(true)
	}
	return &Watch{began: w.opened}
}

// Open returns the scopes that were opened since the watch began and are still
// open, the oldest first; none after Stop.
func (watch *Watch) Open() []OpenScope {
	w := &watched
	w.mu.Lock()
	defer w.mu.Unlock()
	var turns []uint64
	open := make(map[uint64]OpenScope)
	for s, o := range w.scopes {
		if o.turn > watch.began {
			turns = append(turns, o.turn)
			open[o.turn] = OpenScope{s.number, o.stack}
		}
	}
	slices.SortFunc(turns, cmp.Compare[uint64])
	list := make([]OpenScope, len(turns))
	for i, turn := range turns {
		list[i] = open[turn]
	}
	return list
}

// Stop ends the watch. A second Stop does nothing.
func (watch *Watch) Stop() {
	watch.stop.Do(func() {
		w := &watched
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.users--; w.users == 0 {
			w.scopes = nil
			w.on.Store(false)
		}
	})
}

// watchOpen tells the watches, if there are any, that its caller's caller
// opened the scope.
func (s *Scope) watchOpen() {
	if !watched.on.Load() {
		return
	}
	const depth, skip = 32, 3 // Callers, watchOpen, Open
	stack := make([]uintptr, depth)
	stack = stack[:runtime.Callers(skip, stack)]
	w := &watched
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.users > 0 {
		w.opened++
		w.scopes[s] = opening{w.opened, stack}
	}
}

// watchClose tells the watches, if there are any, that the scope was closed.
func (s *Scope) watchClose() {
	if !watched.on.Load() {
		return
	}
	w := &watched
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.scopes, s)
}
