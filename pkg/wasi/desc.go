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
