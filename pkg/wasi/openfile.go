package wasi

import (
	"io"
	"unsafe"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// openFile is an open descriptor: what a slot of the table points at.
type openFile struct {
	sysfd       int // the host's descriptor; noSysfd where a Go stream serves
	offset      int64
	base        Rights
	inheriting  Rights
	reader      io.Reader // of a stream without a host descriptor; nil is empty
	writer      io.Writer // likewise; nil discards
	dir         *dirStream
	entry       memstat.Handle
	sysfdHandle memstat.Handle
	flags       fdflags
	filetype    filetype
	owned       bool // sysfd was opened for this guest, and is closed with it
	readOnly    bool // from a read-only preopen: what changes the file gets EROFS
	preopen     bool // the root of a preopened directory
	// typeUnknown is set until the type of the file matters: see resolveType.
	typeUnknown bool
	// tracksOffset files are read and written at offset, which nobody else
	// moves: regular files that were opened for this guest.
	tracksOffset bool
	// offsetInKernel is set where an append left the position to the host.
	offsetInKernel bool
}

const noSysfd = -1

const openFileSize = int64(unsafe.Sizeof(openFile{}))

// acquire enters the descriptor into the account. close releases it.
func (d *openFile) acquire(scope *memstat.Scope) {
	d.entry = scope.Acquire(memstat.KindFDEntry, openFileSize)
	if d.owned {
		d.sysfdHandle = scope.Acquire(memstat.KindHostFD, 0)
	}
}

// resolveType asks for the type of a file that path_open opened, and narrows the
// rights to those that such a file can have. That takes a system call, which
// a file that is opened to be made, or only closed again, is spared.
func (d *openFile) resolveType() Errno {
	if !d.typeUnknown {
		return ESUCCESS
	}
	t, err := osFiletype(d.sysfd)
	if err != nil {
		return errnoOf(err)
	}
	d.setType(t)
	return ESUCCESS
}

// setType narrows the rights, so far those asked for, to those of the type.
func (d *openFile) setType(t filetype) {
	d.filetype, d.typeUnknown = t, false
	switch t {
	case filetypeDirectory:
		d.base &= dirRights
		return
	case filetypeRegularFile:
		d.base &= fileRights
		d.tracksOffset = true
	case filetypeBlockDevice:
		d.base &= fileRights
	default:
		d.base &= streamRights
	}
	d.inheriting = 0
}

// close gives back the descriptor and all that hangs on it, whatever the
// host's close answers.
func (d *openFile) close(scope *memstat.Scope) error {
	var err error
	if d.dir != nil {
		d.dir.close(scope)
		d.dir = nil
	}
	if d.owned {
		err = osClose(d.sysfd)
		d.sysfd, d.owned = noSysfd, false
		scope.Release(d.sysfdHandle)
	}
	scope.Release(d.entry)
	return err
}
