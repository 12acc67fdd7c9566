package wasi

import (
	"fmt"
	"os"
	"sync"
)

// Access is a guest's access to a preopened directory.
type Access uint8

// The kinds of access.
const (
	ReadWrite Access = iota
	ReadOnly         // any change gets EROFS, as on a read-only mount
)

// Preopen is an open directory of the host, for the Preopens of a [Config]. It
// may serve any number of Systems, also at the same time. Each System opens the
// same directory anew, for a position of its own, without resolving the path
// again. So a guest that moves the directory, or puts a symbolic link in its
// place, leads no later guest elsewhere.
//
// Its methods may be called from several goroutines.
type Preopen struct {
	host, guest string
	access      Access

	mu    sync.RWMutex
	sysfd int // noSysfd once it is closed
}

// OpenPreopen opens a directory of the host, which guests find under the name
// guest; "" means the same name as on the host. Symbolic links in the path
// host are followed here, once. The caller closes the Preopen; it belongs to
// no System and is not in the account of any. The error is a *[PreopenError].
func OpenPreopen(host, guest string, access Access) (*Preopen, error) {
	sysfd, err := osOpenDir(host)
	if err != nil {
		return nil, &PreopenError{host, err}
	}
	if guest == "" {
		guest = host
	}
	return &Preopen{host: host, guest: guest, access: access, sysfd: sysfd}, nil
}

// Close closes the directory. Systems that use it are not affected, and no new
// one can. A second Close does nothing and returns nil.
func (p *Preopen) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.sysfd == noSysfd {
		return nil
	}
	err := osClose(p.sysfd)
	p.sysfd = noSysfd
	return err
}

// open returns an open file for a guest: the same directory, with a position of
// its own.
func (p *Preopen) open() (*openFile, error) {
	if p == nil {
		return nil, &PreopenError{"", os.ErrInvalid}
	}
	p.mu.RLock()
	defer p.mu.RUnlock()
	if p.sysfd == noSysfd {
		return nil, &PreopenError{p.host, os.ErrClosed}
	}
	sysfd, err := osReopenDir(p.sysfd)
	if err != nil {
		return nil, &PreopenError{p.host, err}
	}
	return &openFile{
		sysfd: sysfd, owned: true, preopen: true, readOnly: p.access == ReadOnly,
		filetype: filetypeDirectory, base: dirRights, inheriting: inheritedRights,
	}, nil
}

// PreopenError is the error of a directory that cannot be opened, or that
// cannot be used by another System.
type PreopenError struct {
	Host string // path on the host
	Err  error  // the system's error, os.ErrClosed, or EMFILE if Limits.FDs is too low
}

// Error returns the path on the host and the cause.
func (e *PreopenError) Error() string {
	return fmt.Sprintf("preopen %q: %v", e.Host, e.Err)
}

// Unwrap returns the cause.
func (e *PreopenError) Unwrap() error { return e.Err }
