package wasi

import (
	"math"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"
)

// pipeBuf is PIPE_BUF: the number of bytes that a pipe accepts at once.
const pipeBuf = 4096

// readNowait reads at the kernel's position and returns EAGAIN instead of
// blocking, in any mode of the descriptor. Linux supports this for pipes and
// sockets since 6.4; some other files do not support it.
func readNowait(fd int, bufs [][]byte) (int, error) { return nowait(unix.SYS_PREADV2, fd, bufs) }

// writeNowait is the same for writing.
func writeNowait(fd int, bufs [][]byte) (int, error) { return nowait(unix.SYS_PWRITEV2, fd, bufs) }

// nowait is preadv2(2) or pwritev2(2).
func nowait(trap uintptr, fd int, bufs [][]byte) (int, error) {
	var few [8]unix.Iovec
	iovecs := few[:0]
	for _, b := range bufs {
		var v unix.Iovec
		v.Base = &b[0] // call.iovs leaves out empty ones
		v.SetLen(len(b))
		iovecs = append(iovecs, v)
	}
	const atPosition = math.MaxUint
	for {
		n, _, errno := unix.Syscall6(trap, uintptr(fd), uintptr(unsafe.Pointer(&iovecs[0])), uintptr(len(iovecs)),
			atPosition, atPosition, unix.RWF_NOWAIT)
		switch errno {
		case 0:
			return int(n), nil
		case unix.EINTR:
		default:
			return 0, errno
		}
	}
}

// neverBlocks reports whether the character device is null, zero or full
// (devices.txt of Linux).
func neverBlocks(rdev uint64) bool {
	switch rdev {
	case unix.Mkdev(1, 3), unix.Mkdev(1, 5), unix.Mkdev(1, 7):
		return true
	}
	return false
}

// unsupported reports whether err means that the kernel, or a filter of system
// calls, does not support readNowait for a descriptor.
func unsupported(err error) bool {
	switch err {
	case unix.EOPNOTSUPP, unix.ENOSYS, unix.EINVAL, unix.EPERM:
		return true
	}
	return false
}

// reopenTerminal opens a terminal again, non-blocking, so that the embedder's
// descriptor keeps its mode. It refuses the master of a pseudo terminal,
// because opening that again makes another pseudo terminal.
func reopenTerminal(fd, access int) (int, bool) {
	if _, err := unix.IoctlGetTermios(fd, unix.TCGETS); err != nil {
		return 0, false
	}
	if _, err := unix.IoctlGetInt(fd, unix.TIOCGPTN); err == nil {
		return 0, false
	}
	again, err := unix.Open("/proc/self/fd/"+strconv.Itoa(fd), access|unix.O_NONBLOCK|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	return again, err == nil
}

// hadWriter reports whether an empty FIFO has had a writer since it was opened;
// Linux then reports a hang-up.
func hadWriter(fd int) bool {
	had, errno := pollNow(fd, unix.POLLIN)
	return had || errno != ESUCCESS
}
