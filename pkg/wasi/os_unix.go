//go:build linux || darwin

package wasi

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/wamr-go/wamr-go/pkg/wasi/internal/confine"
)

const (
	openDirectory = unix.O_DIRECTORY
	openDsync     = unix.O_DSYNC
)

// retry repeats a system call that a signal interrupted. Go's scheduler sends
// signals, which a guest must not notice.
func retry(call func() error) error {
	for {
		if err := call(); err != syscall.EINTR {
			return err
		}
	}
}

// borrowSysfd makes f use file's descriptor. The embedder keeps owning it, and
// shares its position and flags with the guest.
func borrowSysfd(f *openFile, file *os.File) {
	f.sysfd = int(file.Fd())
	t, err := osFiletype(f.sysfd)
	if err != nil {
		return
	}
	f.filetype = t
	if f.seekable() {
		f.base |= (rightFDSeek | rightFDTell | rightFDAdvise)
	}
}

// osClose closes the descriptor. An interrupted close has closed it, too
// (close(2), "Dealing with error returns from close").
func osClose(fd int) error {
	if err := unix.Close(fd); err != nil && !errors.Is(err, unix.EINTR) {
		return err
	}
	return nil
}

func osPread(fd int, bufs [][]byte, offset int64) (n int, err error) {
	for {
		if len(bufs) == 1 {
			n, err = unix.Pread(fd, bufs[0], offset)
		} else {
			n, err = preadv(fd, bufs, offset)
		}
		if err != unix.EINTR {
			return max(n, 0), err
		}
	}
}

func osPwrite(fd int, bufs [][]byte, offset int64) (n int, err error) {
	for {
		if len(bufs) == 1 {
			n, err = unix.Pwrite(fd, bufs[0], offset)
		} else {
			n, err = pwritev(fd, bufs, offset)
		}
		if err != unix.EINTR {
			return max(n, 0), err
		}
	}
}

// osRead reads at the kernel's position: from a terminal, a pipe, a socket or
// the embedder's standard input.
func (c *call) osRead(f *openFile, bufs [][]byte) (n int, _ Errno) {
	if errno := c.awaitStream(f, unix.POLLIN); errno != ESUCCESS {
		return 0, errno
	}
	for {
		var err error
		if len(bufs) == 1 {
			n, err = unix.Read(f.sysfd, bufs[0])
		} else {
			n, err = readv(f.sysfd, bufs)
		}
		switch {
		case err == unix.EINTR:
		case err == unix.EAGAIN && f.flags&fdflagNonblock == 0:
			if errno := c.waitFor(f.sysfd, unix.POLLIN); errno != ESUCCESS {
				return 0, errno
			}
		default:
			return max(n, 0), errnoOf(err)
		}
	}
}

// osWrite writes at the kernel's position.
func (c *call) osWrite(f *openFile, bufs [][]byte) (n int, _ Errno) {
	if f.flags&fdflagNonblock != 0 && !f.seekable() {
		if errno := c.awaitStream(f, unix.POLLOUT); errno != ESUCCESS {
			return 0, errno
		}
	}
	for {
		var err error
		if len(bufs) == 1 {
			n, err = unix.Write(f.sysfd, bufs[0])
		} else {
			n, err = writev(f.sysfd, bufs)
		}
		switch {
		case err == unix.EINTR:
		case err == unix.EAGAIN && f.flags&fdflagNonblock == 0:
			if errno := c.waitFor(f.sysfd, unix.POLLOUT); errno != ESUCCESS {
				return 0, errno
			}
		default:
			return max(n, 0), errnoOf(err)
		}
	}
}

// awaitStream waits until a stream is ready, because a context can end this
// wait but not a blocking read. With NONBLOCK it returns EAGAIN instead of
// waiting; the flag is not set on the descriptor itself, which the embedder
// shares. A file is always ready and needs no system call.
func (c *call) awaitStream(f *openFile, event int16) Errno {
	switch {
	case f.seekable():
		return ESUCCESS
	case f.flags&fdflagNonblock != 0:
		ready, errno := pollNow(f.sysfd, event)
		if errno == ESUCCESS && !ready {
			errno = EAGAIN
		}
		return errno
	case c.ctx.Done() == nil:
		return ESUCCESS
	}
	return c.waitFor(f.sysfd, event)
}

func osSeek(fd int, offset int64, whence int) (int64, error) {
	return unix.Seek(fd, offset, whence)
}

func osTruncate(fd int, size int64) error {
	return retry(func() error { return unix.Ftruncate(fd, size) })
}

func osSync(fd int) error { return retry(func() error { return unix.Fsync(fd) }) }

func osSetAppend(fd int, on bool) error {
	flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0)
	if err != nil {
		return err
	}
	flags &^= unix.O_APPEND
	if on {
		flags |= unix.O_APPEND
	}
	_, err = unix.FcntlInt(uintptr(fd), unix.F_SETFL, flags)
	return err
}

func osFiletype(fd int) (filetype, error) {
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return filetypeUnknown, err
	}
	return modeFiletype(uint32(st.Mode)), nil
}

func osFilestat(fd int, out *filestat) Errno {
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return errnoOf(err)
	}
	out.set(&st)
	return ESUCCESS
}

func osPathFilestat(dir int, path string, follow bool, out *filestat) Errno {
	var st unix.Stat_t
	if err := confine.Stat(dir, path, follow, &st); err != nil {
		return errnoOf(err)
	}
	out.set(&st)
	return ESUCCESS
}

func (out *filestat) set(st *unix.Stat_t) {
	atim, mtim, ctim := statTimes(st)
	*out = filestat{
		dev: uint64(st.Dev), ino: st.Ino, nlink: uint64(st.Nlink),
		filetype: modeFiletype(uint32(st.Mode)), size: uint64(st.Size),
		atim: uint64(atim.Nano()), mtim: uint64(mtim.Nano()), ctim: uint64(ctim.Nano()),
	}
}

func modeFiletype(mode uint32) filetype {
	switch mode & unix.S_IFMT {
	case unix.S_IFREG:
		return filetypeRegularFile
	case unix.S_IFDIR:
		return filetypeDirectory
	case unix.S_IFLNK:
		return filetypeSymbolicLink
	case unix.S_IFCHR:
		return filetypeCharacterDevice
	case unix.S_IFBLK:
		return filetypeBlockDevice
	case unix.S_IFSOCK:
		return filetypeSocketStream
	}
	return filetypeUnknown // a FIFO, for which WASI has no type
}

func osSetTimes(fd int, t *times) error {
	ts := t.timespecs()
	return setTimes(fd, &ts)
}

func osPathSetTimes(dir int, path string, follow bool, t *times) error {
	return confine.Utimes(dir, path, follow, t.timespecs())
}

func osCPUTime(thread bool) (uint64, Errno) {
	id := int32(unix.CLOCK_PROCESS_CPUTIME_ID)
	if thread {
		id = unix.CLOCK_THREAD_CPUTIME_ID
	}
	var ts unix.Timespec
	if err := unix.ClockGettime(id, &ts); err != nil {
		return 0, errnoOf(err)
	}
	return uint64(ts.Nano()), ESUCCESS
}
