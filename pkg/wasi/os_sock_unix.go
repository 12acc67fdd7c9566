//go:build linux || darwin

package wasi

import (
	"os"

	"golang.org/x/sys/unix"
)

// duplicateListener returns an open file for a duplicate of a listening
// socket.
func duplicateListener(f *os.File) (*openFile, error) {
	sysfd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	return newSocket(sysfd, listenerRights, socketRights)
}

// newSocket takes ownership of sysfd. It makes the socket non-blocking, so
// that a context can end a wait; NONBLOCK as the guest sees it is in
// openFile.flags.
func newSocket(sysfd int, base, inheriting rights) (*openFile, error) {
	if err := unix.SetNonblock(sysfd, true); err != nil {
		_ = osClose(sysfd)
		return nil, err
	}
	return &openFile{
		sysfd: sysfd, owned: true, filetype: filetypeSocketStream,
		base: base, inheriting: inheriting,
	}, nil
}

// osAccept accepts a connection, which gets the listener's inheriting rights.
func (c *call) osAccept(f *openFile) (*openFile, Errno) {
	for {
		sysfd, _, err := unix.Accept(f.sysfd)
		switch {
		case err == unix.EINTR, err == unix.ECONNABORTED:
		case err == unix.EAGAIN && f.flags&fdflagNonblock == 0:
			if errno := c.waitFor(f.sysfd, unix.POLLIN); errno != ESUCCESS {
				return nil, errno
			}
		case err != nil:
			return nil, errnoOf(err)
		default:
			unix.CloseOnExec(sysfd)
			conn, err := newSocket(sysfd, f.inheriting, 0)
			return conn, errnoOf(err)
		}
	}
}

// osRecv receives into bufs. It implements WAITALL itself, because the kernel
// does not wait.
func (c *call) osRecv(f *openFile, bufs [][]byte, flags uint32) (total int, truncated bool, _ Errno) {
	recvFlags := unix.MSG_DONTWAIT // a socket of the embedder's may block
	if flags&riflagPeek != 0 {
		recvFlags |= unix.MSG_PEEK
	}
	waitall := flags&riflagWaitall != 0 && flags&riflagPeek == 0
	for len(bufs) > 0 {
		n, _, got, _, err := unix.RecvmsgBuffers(f.sysfd, bufs, nil, recvFlags)
		switch {
		case err == unix.EINTR:
			continue
		case err == unix.EAGAIN && total > 0 && !waitall:
			return total, truncated, ESUCCESS
		case err == unix.EAGAIN && f.flags&fdflagNonblock == 0:
			if errno := c.waitFor(f.sysfd, unix.POLLIN); errno != ESUCCESS {
				return total, truncated, errno
			}
			continue
		case err != nil && total > 0:
			return total, truncated, ESUCCESS // the next call gets the error again
		case err != nil:
			return 0, false, errnoOf(err)
		}
		total += n
		truncated = truncated || got&unix.MSG_TRUNC != 0
		if n == 0 || !waitall {
			break
		}
		bufs = advance(bufs, n)
		c.exitIfDone()
	}
	return total, truncated, ESUCCESS
}

func osShutdown(fd int, how uint32) error {
	return unix.Shutdown(fd, map[uint32]int{
		sdflagRead:               unix.SHUT_RD,
		sdflagWrite:              unix.SHUT_WR,
		sdflagRead | sdflagWrite: unix.SHUT_RDWR,
	}[how])
}
