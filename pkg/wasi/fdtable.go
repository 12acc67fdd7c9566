package wasi

import (
	"errors"
	"unsafe"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// fdTable maps a guest's descriptors to what they name. A new descriptor gets
// the lowest free number, and there are never more than limit.
type fdTable struct {
	scope  *memstat.Scope
	handle memstat.Handle
	slots  []*openFile
	limit  int
	lowest int // no slot below is free
}

func (t *fdTable) init(scope *memstat.Scope, limit, room int) {
	t.scope, t.limit = scope, limit
	t.slots = make([]*openFile, 0, min(room, limit))
	t.handle = scope.Acquire(memstat.KindFDTable, t.size())
}

func (t *fdTable) size() int64 { return int64(cap(t.slots)) * int64(unsafe.Sizeof((*openFile)(nil))) }

// full reports whether insert would answer EMFILE: to be asked before what d
// is made of has an effect, such as making a file.
func (t *fdTable) full() bool {
	for t.lowest < len(t.slots) && t.slots[t.lowest] != nil {
		t.lowest++
	}
	return t.lowest >= t.limit
}

// insert takes d over and returns its number. Where the table is full, d is
// closed: an insert that fails must not lose what it was given.
func (t *fdTable) insert(d *openFile) (uint32, Errno) {
	d.acquire(t.scope)
	if t.full() {
		_ = d.close(t.scope) // the guest never saw it; EMFILE says more
		return 0, EMFILE
	}
	fd := t.lowest
	if fd == len(t.slots) {
		old := cap(t.slots)
		t.slots = append(t.slots, d)
		if cap(t.slots) != old {
			t.scope.Resize(t.handle, t.size())
		}
	} else {
		t.slots[fd] = d
	}
	t.lowest = fd + 1
	return uint32(fd), ESUCCESS
}

// lookup returns the open descriptor, whatever its rights. Its type may not be
// known yet.
func (t *fdTable) lookup(fd uint32) (*openFile, Errno) {
	if uint64(fd) >= uint64(len(t.slots)) || t.slots[fd] == nil {
		return nil, EBADF
	}
	return t.slots[fd], ESUCCESS
}

// lookupTyped returns the open descriptor with its type known, whatever its rights.
func (t *fdTable) lookupTyped(fd uint32) (*openFile, Errno) {
	d, errno := t.lookup(fd)
	if errno != ESUCCESS {
		return nil, errno
	}
	return d, d.resolveType()
}

// get returns the open descriptor if it has all the rights that the call
// needs. Calls reach descriptors through it only, so that none can forget.
func (t *fdTable) get(fd uint32, need Rights) (*openFile, Errno) {
	d, errno := t.lookupTyped(fd)
	if errno != ESUCCESS {
		return nil, errno
	}
	if !d.base.has(need) {
		return nil, missingRight(d, need)
	}
	return d, ESUCCESS
}

// missingRight tells a file of the wrong type from a right that was given up.
func missingRight(d *openFile, need Rights) Errno {
	const onlyDirs = dirRights &^ fileRights
	if need&onlyDirs != 0 && d.filetype != filetypeDirectory {
		return ENOTDIR
	}
	const onlyFiles = fileRights &^ dirRights
	if need&onlyFiles != 0 && d.filetype == filetypeDirectory {
		return EBADF
	}
	if need&(RightFDSeek|RightFDTell) != 0 && !d.seekable() {
		return ESPIPE
	}
	const sockets = RightSockAccept | RightSockShutdown
	if need&sockets != 0 && d.filetype != filetypeSocketStream && d.filetype != filetypeSocketDgram {
		return ENOTSOCK
	}
	return ENOTCAPABLE
}

// seekable reports whether the file has a position.
func (d *openFile) seekable() bool {
	return d.filetype == filetypeRegularFile || d.filetype == filetypeBlockDevice
}

// remove closes fd.
func (t *fdTable) remove(fd uint32) error {
	d := t.slots[fd]
	t.slots[fd] = nil
	t.lowest = min(t.lowest, int(fd))
	return d.close(t.scope)
}

// renumber makes to what from is; what to was is closed, from is free. Both
// are open and differ.
func (t *fdTable) renumber(from, to uint32) error {
	old := t.slots[to]
	t.slots[to], t.slots[from] = t.slots[from], nil
	t.lowest = min(t.lowest, int(from))
	return old.close(t.scope)
}

// destroy closes what is open, highest first, and gives the table back.
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
