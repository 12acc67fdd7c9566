package wasi

import (
	"os"
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

func preadv(fd int, bufs [][]byte, offset int64) (int, error)  { return unix.Preadv(fd, bufs, offset) }
func pwritev(fd int, bufs [][]byte, offset int64) (int, error) { return unix.Pwritev(fd, bufs, offset) }
func readv(fd int, bufs [][]byte) (int, error)                 { return unix.Readv(fd, bufs) }
func writev(fd int, bufs [][]byte) (int, error)                { return unix.Writev(fd, bufs) }

func osDatasync(fd int) error { return retry(func() error { return unix.Fdatasync(fd) }) }

// osAdvise translates WASI's advice, whose order is normal, sequential, random,
// willneed, dontneed, noreuse.
func osAdvise(fd int, offset, length int64, advice uint32) error {
	return unix.Fadvise(fd, offset, length, [...]int{
		unix.FADV_NORMAL, unix.FADV_SEQUENTIAL, unix.FADV_RANDOM,
		unix.FADV_WILLNEED, unix.FADV_DONTNEED, unix.FADV_NOREUSE,
	}[advice])
}

func osAllocate(fd int, offset, length int64) error {
	return retry(func() error { return unix.Fallocate(fd, 0, offset, length) })
}

// osPath returns the host's path of an open file, or "" if it has none.
func osPath(fd int) string {
	if fd == noSysfd {
		return ""
	}
	path, err := os.Readlink("/proc/self/fd/" + strconv.Itoa(fd))
	if err != nil || !strings.HasPrefix(path, "/") {
		return "" // a pipe or a socket, or there is no /proc
	}
	return path
}

func statTimes(st *unix.Stat_t) (atim, mtim, ctim unix.Timespec) {
	return st.Atim, st.Mtim, st.Ctim
}

// timespecs returns the times in the form of utimensat(2).
func (t *times) timespecs() (ts [2]unix.Timespec) {
	for i, spec := range t {
		switch spec.set {
		case timeKept:
			ts[i].Nsec = unix.UTIME_OMIT
		case timeNow:
			ts[i].Nsec = unix.UTIME_NOW
		case timeGiven:
			ts[i] = unix.NsecToTimespec(spec.ns)
		}
	}
	return ts
}

// setTimes is futimens(3), which is utimensat(2) without a path.
func setTimes(fd int, ts *[2]unix.Timespec) error {
	_, _, errno := unix.Syscall6(unix.SYS_UTIMENSAT, uintptr(fd), 0, uintptr(unsafe.Pointer(ts)), 0, 0, 0)
	if errno != 0 {
		return errno
	}
	return nil
}

// readableBytes is the ioctl that returns how many bytes can be read
// (FIONREAD).
const readableBytes = unix.TIOCINQ
