package wasi

import (
	"io"
	"unsafe"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// openFile is the open file of a guest's descriptor: POSIX's open file
// description. It is a descriptor of the operating system (sysfd), a Go stream
// (stream), or both for an *os.File of the embedder.
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
	stream      *goStream // nil is an empty reader, and a writer that discards
	dir         *dirStream
	entry       memstat.Handle
	sysfdHandle memstat.Handle
	flags       fdflags
	filetype    filetype
	mode        ioMode // of a sysfd that is no file and no directory
	owned       bool   // sysfd was opened for this guest and is closed with it
	readOnly    bool   // from a read-only preopen: changes get EROFS
	preopen     bool   // the root of a preopened directory
	opened      bool   // by the guest, with path_open or sock_accept
	// typeUnknown is set until a call needs to know the type of a file that
	// path_open opened. See resolveType.
	typeUnknown bool
	// tracksOffset is set for regular files that were opened for this guest.
	// Nobody else moves their position, so it is kept here, in offset, and
	// fd_seek needs no system call.
	tracksOffset bool
	// awaitsWriter is set while a FIFO that path_open opened for reading may have
	// had no writer yet. See osRead.
	awaitsWriter bool
	// offsetInKernel is set after an append, when only the kernel knows the
	// position. See syncOffset.
	offsetInKernel bool
}

const noSysfd = -1

// ioMode is the way in which a read or write of a descriptor avoids blocking
// the thread, so that a context can end the wait.
type ioMode uint8

const (
	// ioNonblock is a descriptor that was opened for this guest, and is
	// non-blocking. NONBLOCK as the guest sees it is in openFile.flags.
	ioNonblock ioMode = iota
	// ioNowait is a descriptor of the embedder. Other processes may share it, so its
	// mode must not change: each read and write asks the kernel not to block.
	ioNowait
	// ioTask is a descriptor of the embedder for which the kernel offers no such
	// request: reads and writes are tasks of its stream.
	ioTask
)

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

// alwaysReady reports whether reading and writing never wait. It returns true
// for Go streams, which do not report their readiness.
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

// close releases all resources of the file except those that faults lose, even
// if closing sysfd fails.
func (f *openFile) close(scope *memstat.Scope, faults Fault) error {
	err := f.release(scope, faults)
	if faults&FaultFDEntry == 0 {
		scope.Release(f.entry)
	}
	return err
}

// release is close for a file that was not entered into the account.
func (f *openFile) release(scope *memstat.Scope, faults Fault) error {
	f.stream.close(scope)
	f.stream = nil
	if f.dir != nil {
		if faults&FaultDirStream == 0 {
			f.dir.close(scope)
		}
		f.dir = nil
	}
	if !f.owned {
		return nil
	}
	err := osClose(f.sysfd)
	f.sysfd, f.owned = noSysfd, false
	scope.Release(f.sysfdHandle)
	return err
}
