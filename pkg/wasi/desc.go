package wasi

import (
	"io"
	"unsafe"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// desc is an open descriptor: what a slot of the table points at.
type desc struct {
	host       int // the host's descriptor; noHost where a Go stream serves
	offset     int64
	base       Rights
	inheriting Rights
	reader     io.Reader // of a stream without a host descriptor; nil is empty
	writer     io.Writer // likewise; nil discards
	dir        *dirStream
	entry      memstat.Handle
	hostHandle memstat.Handle
	flags      fdflags
	filetype   filetype
	owned      bool // host was opened for this guest, and is closed with it
	readOnly   bool // from a read-only preopen: what changes the file gets EROFS
	preopen    bool // the root of a preopened directory
	// untyped is set until the type of the file matters: see learn.
	untyped bool
	// positioned files are read and written at offset, which nobody else
	// moves: regular files that were opened for this guest.
	positioned bool
	// offsetAtHost is set where an append left the position to the host.
	offsetAtHost bool
}

const noHost = -1

const descSize = int64(unsafe.Sizeof(desc{}))

// acquire enters the descriptor into the account. close releases it.
func (d *desc) acquire(scope *memstat.Scope) {
	d.entry = scope.Acquire(memstat.KindFDEntry, descSize)
	if d.owned {
		d.hostHandle = scope.Acquire(memstat.KindHostFD, 0)
	}
}

// learn asks for the type of a file that path_open opened, and narrows the
// rights to those that such a file can have. That takes a system call, which
// a file that is opened to be made, or only closed again, is spared.
func (d *desc) learn() Errno {
	if !d.untyped {
		return ESUCCESS
	}
	t, err := hostFiletype(d.host)
	if err != nil {
		return errnoOf(err)
	}
	d.setType(t)
	return ESUCCESS
}

// setType narrows the rights, so far those asked for, to those of the type.
func (d *desc) setType(t filetype) {
	d.filetype, d.untyped = t, false
	switch t {
	case filetypeDirectory:
		d.base &= dirRights
		return
	case filetypeRegularFile:
		d.base &= fileRights
		d.positioned = true
	case filetypeBlockDevice:
		d.base &= fileRights
	default:
		d.base &= streamRights
	}
	d.inheriting = 0
}

// close gives back the descriptor and all that hangs on it, whatever the
// host's close answers.
func (d *desc) close(scope *memstat.Scope) error {
	var err error
	if d.dir != nil {
		d.dir.close(scope)
		d.dir = nil
	}
	if d.owned {
		err = hostClose(d.host)
		d.host, d.owned = noHost, false
		scope.Release(d.hostHandle)
	}
	scope.Release(d.entry)
	return err
}
