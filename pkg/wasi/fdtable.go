package wasi

import (
	"errors"
	"unsafe"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// fdTable maps a guest's descriptors to open files. As in POSIX a new
// descriptor gets the lowest free number. There are at most limit descriptors.
//
// The table is state of the instance and has no lock yet. With threads it
// needs a read-write lock: lookup reads; insert, remove and renumber write. A
// file that a call uses must then not be closed by another thread, so lookup
// must also count a reference to the open file, and remove close it with the
// last one (Linux: fget and fput).
type fdTable struct {
	scope  *memstat.Scope
	handle memstat.Handle
	slots  []*openFile
	limit  int
	lowest int   // no slot below is free
	faults Fault // that have not happened yet
}

func (t *fdTable) init(scope *memstat.Scope, faults Fault, limit, room int) {
	t.scope, t.faults, t.limit = scope, faults, limit
	t.slots = make([]*openFile, 0, min(room, limit))
	t.handle = scope.Acquire(memstat.KindFDTable, t.size())
}

func (t *fdTable) size() int64 {
	return int64(cap(t.slots)) * int64(unsafe.Sizeof((*openFile)(nil)))
}

// full reports whether insert would return EMFILE. Call it before an operation
// with an effect, such as creating a file, whose result goes into the table.
func (t *fdTable) full() bool {
	for t.lowest < len(t.slots) && t.slots[t.lowest] != nil {
		t.lowest++
	}
	return t.lowest >= t.limit
}

// insert takes ownership of f and returns its descriptor. If the table is full
// it closes f, so a failed insert does not leak.
func (t *fdTable) insert(f *openFile) (uint32, Errno) {
	f.acquire(t.scope)
	if t.full() {
		_ = t.close(f) // the guest never saw it; EMFILE says more
		return 0, EMFILE
	}
	fd := t.lowest
	if fd == len(t.slots) {
		old := cap(t.slots)
		t.slots = append(t.slots, f)
		if cap(t.slots) != old {
			t.scope.Resize(t.handle, t.size())
		}
	} else {
		t.slots[fd] = f
	}
	t.lowest = fd + 1
	return uint32(fd), ESUCCESS
}

// lookup returns an open file without checking rights. Its type may be
// unknown.
func (t *fdTable) lookup(fd uint32) (*openFile, Errno) {
	if uint64(fd) >= uint64(len(t.slots)) || t.slots[fd] == nil {
		return nil, EBADF
	}
	return t.slots[fd], ESUCCESS
}

// lookupTyped returns an open file, with its type resolved, without checking
// rights.
func (t *fdTable) lookupTyped(fd uint32) (*openFile, Errno) {
	f, errno := t.lookup(fd)
	if errno != ESUCCESS {
		return nil, errno
	}
	return f, f.resolveType()
}

// get returns an open file if it has all rights of need. Calls get their files
// here, so none can forget to check.
func (t *fdTable) get(fd uint32, need rights) (*openFile, Errno) {
	f, errno := t.lookupTyped(fd)
	if errno != ESUCCESS {
		return nil, errno
	}
	if !f.base.has(need) {
		return nil, missingRight(f, need)
	}
	return f, ESUCCESS
}

// missingRight returns POSIX's errno if f's type does not support the
// operation, and ENOTCAPABLE if the guest never had the right or gave it up.
func missingRight(f *openFile, need rights) Errno {
	const onlyDirs = dirRights &^ fileRights
	if need&onlyDirs != 0 && f.filetype != filetypeDirectory {
		return ENOTDIR
	}
	const onlyFiles = fileRights &^ dirRights
	if need&onlyFiles != 0 && f.filetype == filetypeDirectory {
		return EBADF
	}
	if need&(rightFDSeek|rightFDTell) != 0 && !f.seekable() {
		return ESPIPE
	}
	if need&(rightSockAccept|rightSockShutdown) != 0 && !f.isSocket() {
		return ENOTSOCK
	}
	return ENOTCAPABLE
}

// remove closes fd, which must be open.
func (t *fdTable) remove(fd uint32) error {
	f := t.slots[fd]
	t.slots[fd] = nil
	t.lowest = min(t.lowest, int(fd))
	return t.close(f)
}

// renumber closes the file at descriptor to and moves the one at from there.
// Both must be open, and differ.
func (t *fdTable) renumber(from, to uint32) error {
	old := t.slots[to]
	t.slots[to], t.slots[from] = t.slots[from], nil
	t.lowest = min(t.lowest, int(from))
	return t.close(old)
}

// close closes a file that is no longer in a slot. Each fault of the table
// affects the first file that it applies to.
func (t *fdTable) close(f *openFile) error {
	lose := t.faults & FaultFDEntry
	if f.dir != nil {
		lose |= t.faults & FaultDirStream
	}
	t.faults &^= lose
	return f.close(t.scope, lose)
}

// destroy closes all open files, the highest descriptor first, and releases
// the table.
func (t *fdTable) destroy() error {
	var errs []error
	for fd := len(t.slots) - 1; fd >= 0; fd-- {
		if t.slots[fd] != nil {
			errs = append(errs, t.remove(uint32(fd)))
		}
	}
	t.slots = nil
	t.scope.Release(t.handle)
	return errors.Join(errs...)
}
