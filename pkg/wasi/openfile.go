package wasi

import (
	"io"
	"unsafe"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// openFile is what a descriptor of the guest refers to: POSIX's open file
// description. It is either a descriptor of the operating system (sysfd) or a
// Go stream (reader, writer).
//
// Calls change an openFile: its offset, flags, rights, type and directory
// stream. With threads each openFile needs a lock of its own, which
// fd_read and fd_write hold from the moment they read the offset until they
// have advanced it.
type openFile struct {
	sysfd       int // noSysfd for a Go stream
	offset      int64
	base        rights
	inheriting  rights
	reader      io.Reader // of a Go stream; nil is at its end
	writer      io.Writer // of a Go stream; nil discards
	dir         *dirStream
	entry       memstat.Handle
	sysfdHandle memstat.Handle
	flags       fdflags
	filetype    filetype
	owned       bool // sysfd was opened for this guest and is closed with it
	readOnly    bool // from a read-only preopen: changes get EROFS
	preopen     bool // the root of a preopened directory
	opened      bool // by the guest, with path_open or sock_accept
	// typeUnknown is set until a call needs to know the type of a file that
	// path_open opened. See resolveType.
	typeUnknown bool
	// tracksOffset is set for regular files that were opened for this guest.
	// Nobody else moves their position, so it is kept here, in offset, and
	// fd_seek needs no system call.
	tracksOffset bool
	// offsetInKernel is set after an append, when only the kernel knows the
	// position. See syncOffset.
	offsetInKernel bool
}

const noSysfd = -1

const openFileSize = int64(unsafe.Sizeof(openFile{}))

// acquire enters the file into the account. close releases it.
func (f *openFile) acquire(scope *memstat.Scope) {
	f.entry = scope.Acquire(memstat.KindFDEntry, openFileSize)
	if f.owned {
		f.sysfdHandle = scope.Acquire(memstat.KindHostFD, 0)
	}
}

// resolveType determines the type of a file that path_open opened, and with it
// the rights. This takes a system call, which is saved if the guest only
// creates the file, or opens and closes it.
func (f *openFile) resolveType() Errno {
	if !f.typeUnknown {
		return ESUCCESS
	}
	t, err := osFiletype(f.sysfd)
	if err != nil {
		return errnoOf(err)
	}
	f.setType(t)
	return ESUCCESS
}

// setType sets the type, and the rights of a file of that type: a directory
// has all rights that its parent handed down.
func (f *openFile) setType(t filetype) {
	f.filetype, f.typeUnknown = t, false
	switch t {
	case filetypeDirectory:
		f.base = f.inheriting & dirRights
		return
	case filetypeRegularFile:
		f.base &= fileRights
		f.tracksOffset = true
	case filetypeBlockDevice:
		f.base &= fileRights
	default:
		f.base &= streamRights
	}
	f.inheriting = 0
}

// seekable reports whether the file has a position.
func (f *openFile) seekable() bool {
	return f.filetype == filetypeRegularFile || f.filetype == filetypeBlockDevice
}

func (f *openFile) isSocket() bool {
	return f.filetype == filetypeSocketStream || f.filetype == filetypeSocketDgram
}

// alwaysReady reports whether reading and writing never wait. That includes Go
// streams, which have no way to tell.
func (f *openFile) alwaysReady() bool {
	return f.sysfd == noSysfd || f.seekable() || f.filetype == filetypeDirectory
}

// syncOffset gets the position from the kernel, where an append left it.
func (f *openFile) syncOffset() Errno {
	if !f.offsetInKernel {
		return ESUCCESS
	}
	offset, err := osSeek(f.sysfd, 0, io.SeekCurrent)
	if err != nil {
		return errnoOf(err)
	}
	f.offset, f.offsetInKernel = offset, false
	return ESUCCESS
}

// close releases everything that the file holds but what faults lose, even if
// closing sysfd fails.
func (f *openFile) close(scope *memstat.Scope, faults Fault) error {
	var err error
	if f.dir != nil {
		if faults&FaultDirStream == 0 {
			f.dir.close(scope)
		}
		f.dir = nil
	}
	if f.owned {
		err = osClose(f.sysfd)
		f.sysfd, f.owned = noSysfd, false
		scope.Release(f.sysfdHandle)
	}
	if faults&FaultFDEntry == 0 {
		scope.Release(f.entry)
	}
	return err
}
