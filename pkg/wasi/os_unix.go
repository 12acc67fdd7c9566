//go:build linux || darwin

package wasi

import (
	"errors"
	"math"
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

func osSeek(fd int, offset int64, whence int) (int64, error) {
	return unix.Seek(fd, offset, whence)
}

func osTruncate(fd int, size int64) error {
	return retry(func() error { return unix.Ftruncate(fd, size) })
}

// osFileSystemSize returns the size of the file system that holds the file, in
// bytes, or 0 if it is not known.
func osFileSystemSize(fd int) uint64 {
	var st unix.Statfs_t
	if err := unix.Fstatfs(fd, &st); err != nil || st.Bsize <= 0 {
		return 0
	}
	if st.Blocks > math.MaxUint64/uint64(st.Bsize) {
		return math.MaxUint64
	}
	return st.Blocks * uint64(st.Bsize)
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

// osIsFIFO reports whether the path leads to a FIFO, for which WASI has no file
// type.
func osIsFIFO(dir int, path string, follow bool) bool {
	var st unix.Stat_t
	return confine.Stat(dir, path, follow, &st) == nil && st.Mode&unix.S_IFMT == unix.S_IFIFO
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
