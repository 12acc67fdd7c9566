//go:build linux || darwin

package wasi

import (
	"os"

	"golang.org/x/sys/unix"
)

// duplicateListener duplicates a listening socket of the host's. Sockets are
// non-blocking on the host, so that a wait for one can be ended.
func duplicateListener(f *os.File) (*openFile, error) {
	host, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	return newSocket(host, listenerRights, socketRights)
}

func newSocket(host int, base, inheriting Rights) (*openFile, error) {
	if err := unix.SetNonblock(host, true); err != nil {
		_ = osClose(host)
		return nil, err
	}
	return &openFile{
		sysfd: host, owned: true, filetype: filetypeSocketStream,
		base: base, inheriting: inheriting,
	}, nil
}

// accept takes a connection. What it may do, the listener hands down.
func (s *System) osAccept(d *openFile) (*openFile, Errno) {
	for {
		host, _, err := unix.Accept(d.sysfd)
		switch {
		case err == unix.EINTR, err == unix.ECONNABORTED:
		case err == unix.EAGAIN && d.flags&fdflagNonblock == 0:
			if errno := s.poller.waitFor(s, d.sysfd, unix.POLLIN); errno != ESUCCESS {
				return nil, errno
			}
		case err != nil:
			return nil, errnoOf(err)
		default:
			unix.CloseOnExec(host)
			conn, err := newSocket(host, d.inheriting, 0)
			return conn, errnoOf(err)
		}
	}
}

// recv receives into bufs. WAITALL waits here, for the host's socket does not
// block.
func (s *System) osRecv(d *openFile, bufs [][]byte, flags uint32) (total int, truncated bool, _ Errno) {
	osFlags := 0
	if flags&riflagPeek != 0 {
		osFlags |= unix.MSG_PEEK
	}
	waitall := flags&riflagWaitall != 0 && flags&riflagPeek == 0
	for len(bufs) > 0 {
		n, _, got, _, err := unix.RecvmsgBuffers(d.sysfd, bufs, nil, osFlags)
		switch {
		case err == unix.EINTR:
			continue
		case err == unix.EAGAIN && total > 0 && !waitall:
			return total, truncated, ESUCCESS
		case err == unix.EAGAIN && d.flags&fdflagNonblock == 0:
			if errno := s.poller.waitFor(s, d.sysfd, unix.POLLIN); errno != ESUCCESS {
				return total, truncated, errno
			}
			continue
		case err != nil && total > 0:
			return total, truncated, ESUCCESS // the next call meets the error again
		case err != nil:
			return 0, false, errnoOf(err)
		}
		total += n
		truncated = truncated || got&unix.MSG_TRUNC != 0
		if n == 0 || !waitall {
			break
		}
		bufs = advance(bufs, n)
	}
	return total, truncated, ESUCCESS
}

// advance drops the first n bytes of bufs.
func advance(bufs [][]byte, n int) [][]byte {
	for len(bufs) > 0 && n >= len(bufs[0]) {
		n -= len(bufs[0])
		bufs = bufs[1:]
	}
	if n > 0 {
		bufs[0] = bufs[0][n:]
	}
	return bufs
}

func osShutdown(fd int, how uint32) error {
	return unix.Shutdown(fd, map[uint32]int{
		sdflagRead:               unix.SHUT_RD,
		sdflagWrite:              unix.SHUT_WR,
		sdflagRead | sdflagWrite: unix.SHUT_RDWR,
	}[how])
}
