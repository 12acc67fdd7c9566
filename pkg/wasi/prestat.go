package wasi

import (
	"iter"
	"sync"
	"unsafe"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// prestatTable maps descriptors to the names of preopened directories. It has
// the operations of WAMR's fd_prestats: init, insert, get, remove, renumber,
// destroy. destroy releases whatever init acquires (the table and its lock),
// even if no entry was ever inserted. WAMR released the lock only with entries:
// wasm-micro-runtime issue 4192.
type prestatTable struct {
	scope   *memstat.Scope
	table   memstat.Handle
	lock    memstat.Handle
	fault   Fault
	mu      *sync.RWMutex
	entries []prestat // indexed by descriptor; a name of "" means no prestat
}

type prestat struct {
	name   string
	handle memstat.Handle
}

// init makes an empty table with room for the descriptors below room. A table
// without room allocates at its first insert.
func (t *prestatTable) init(scope *memstat.Scope, fault Fault, room int) {
	t.scope, t.fault = scope, fault
	t.mu = new(sync.RWMutex)
	t.lock = scope.Acquire(memstat.KindPrestatLock, int64(unsafe.Sizeof(*t.mu)))
	if room > 0 {
		t.entries = make([]prestat, 0, room)
	}
	t.table = scope.Acquire(memstat.KindPrestatTable, t.size())
}

// size returns the size of the table's slots in bytes. An entry is accounted
// for by the bytes of its name, because its struct is in a slot.
func (t *prestatTable) size() int64 {
	return int64(cap(t.entries)) * int64(unsafe.Sizeof(prestat{}))
}

// insert gives fd a prestat with the given name, or "." if that is empty.
func (t *prestatTable) insert(fd uint32, name string) {
	if name == "" {
		name = "."
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.grow(fd)
	t.entries[fd] = prestat{name, t.scope.Acquire(memstat.KindPrestatEntry, int64(len(name)))}
}

// grow makes room for fd. The caller holds the lock. As fd is open, it is below
// the descriptor table's limit.
func (t *prestatTable) grow(fd uint32) {
	if int(fd) < len(t.entries) {
		return
	}
	old := cap(t.entries)
	for int(fd) >= len(t.entries) {
		t.entries = append(t.entries, prestat{})
	}
	if cap(t.entries) != old {
		t.scope.Resize(t.table, t.size())
	}
}

// get returns the name of fd's prestat.
func (t *prestatTable) get(fd uint32) (string, Errno) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if uint64(fd) >= uint64(len(t.entries)) || t.entries[fd].name == "" {
		return "", EBADF
	}
	return t.entries[fd].name, ESUCCESS
}

// all returns the descriptors that have a prestat, and their names.
func (t *prestatTable) all() iter.Seq2[uint32, string] {
	return func(yield func(uint32, string) bool) {
		t.mu.RLock()
		defer t.mu.RUnlock()
		for fd, e := range t.entries {
			if e.name != "" && !yield(uint32(fd), e.name) {
				return
			}
		}
	}
}

// remove removes fd's prestat, if it has one.
func (t *prestatTable) remove(fd uint32) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.drop(fd)
}

// drop removes fd's prestat, if it has one. The caller holds the lock.
func (t *prestatTable) drop(fd uint32) {
	if uint64(fd) < uint64(len(t.entries)) && t.entries[fd].name != "" {
		t.scope.Release(t.entries[fd].handle)
		t.entries[fd] = prestat{}
	}
}

// renumber removes the prestat of to, and moves the one of from, if any, there.
func (t *prestatTable) renumber(from, to uint32) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.drop(to)
	if uint64(from) < uint64(len(t.entries)) && t.entries[from].name != "" {
		t.grow(to)
		t.entries[to], t.entries[from] = t.entries[from], prestat{}
	}
}

// destroy releases everything that init and insert acquired.
func (t *prestatTable) destroy() {
	t.mu.Lock()
	for fd := range t.entries {
		t.drop(uint32(fd))
	}
	hadEntries := t.entries != nil
	t.entries = nil
	t.mu.Unlock()
	t.scope.Release(t.table)
	if t.fault&FaultPrestatsLock != 0 && !hadEntries {
		return // the fault: WAMR releases the lock only if there are entries
	}
	t.mu = nil
	t.scope.Release(t.lock)
}
