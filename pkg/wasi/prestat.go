package wasi

import (
	"sync"
	"unsafe"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// prestatTable maps descriptors to the names of preopened directories. It
// stands for WAMR's fd_prestats, with its operations: init, insert, get,
// remove, renumber, destroy. What init acquires (the table and its lock)
// destroy releases, whether or not an entry was ever inserted: that is
// wasm-micro-runtime issue 4192.
type prestatTable struct {
	scope   *memstat.Scope
	table   memstat.Handle
	lock    memstat.Handle
	fault   Fault
	mu      *sync.RWMutex
	entries []prestat // by descriptor; name "" where there is none
}

type prestat struct {
	name   string
	handle memstat.Handle
}

// init makes an empty table with room for n entries from descriptor first on.
func (t *prestatTable) init(scope *memstat.Scope, fault Fault, room int) {
	t.scope, t.fault = scope, fault
	t.mu = new(sync.RWMutex)
	t.lock = scope.Acquire(memstat.KindPrestatLock, int64(unsafe.Sizeof(*t.mu)))
	if room > 0 {
		t.entries = make([]prestat, 0, room)
	}
	t.table = scope.Acquire(memstat.KindPrestatTable, t.size())
}

// size is the bytes that the table's slots take.
func (t *prestatTable) size() int64 {
	return int64(cap(t.entries)) * int64(unsafe.Sizeof(prestat{}))
}

// insert gives fd a prestat of that name. A name is never empty: an empty one
// is ".".
func (t *prestatTable) insert(fd uint32, name string) {
	if name == "" {
		name = "."
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.grow(fd)
	t.entries[fd] = prestat{name, t.scope.Acquire(memstat.KindPrestatEntry, int64(len(name)))}
}

// grow makes room for fd. It needs the lock. fd is open, and so within the
// descriptor table's limit.
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

// remove forgets fd's prestat, if it has one.
func (t *prestatTable) remove(fd uint32) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.drop(fd)
}

func (t *prestatTable) drop(fd uint32) {
	if uint64(fd) < uint64(len(t.entries)) && t.entries[fd].name != "" {
		t.scope.Release(t.entries[fd].handle)
		t.entries[fd] = prestat{}
	}
}

// renumber makes the prestat of from, if any, that of to, whose own is gone.
func (t *prestatTable) renumber(from, to uint32) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.drop(to)
	if uint64(from) < uint64(len(t.entries)) && t.entries[from].name != "" {
		t.grow(to)
		t.entries[to], t.entries[from] = t.entries[from], prestat{}
	}
}

// destroy releases all that init and insert acquired.
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
		return // the fault: no entries, no release
	}
	t.mu = nil
	t.scope.Release(t.lock)
}

// fdPrestatGet: fd_prestat_get(fd, buf).
func fdPrestatGet(s *System, m memory, p []uint64) Errno {
	name, errno := s.prestats.get(uint32(p[0]))
	if errno != ESUCCESS {
		return errno
	}
	// A prestat is a tag, 0 for a directory, and the length of its name.
	b, errno := m.bytes(uint32(p[1]), prestatSize)
	if errno != ESUCCESS {
		return errno
	}
	clear(b)
	return memory(b).putU32(4, uint32(len(name)))
}

// fdPrestatDirName: fd_prestat_dir_name(fd, path, path_len). The name is not
// NUL-terminated.
func fdPrestatDirName(s *System, m memory, p []uint64) Errno {
	name, errno := s.prestats.get(uint32(p[0]))
	if errno != ESUCCESS {
		return errno
	}
	if uint64(uint32(p[2])) < uint64(len(name)) {
		return ENAMETOOLONG
	}
	b, errno := m.bytes(uint32(p[1]), uint32(len(name)))
	copy(b, name)
	return errno
}
