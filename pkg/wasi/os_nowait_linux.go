package wasi

import (
	"strconv"

	"golang.org/x/sys/unix"
)

// pipeBuf is PIPE_BUF: what a pipe takes at once, in bytes.
const pipeBuf = 4096

// readNowait reads at the kernel's position and returns EAGAIN if it would
// block, whatever the descriptor's mode. Linux has it for pipes and sockets
// since 6.4; others are unsupported.
func readNowait(fd int, bufs [][]byte) (int, error) { return nowait(unix.Preadv2, fd, bufs) }

// writeNowait is the same for writing.
func writeNowait(fd int, bufs [][]byte) (int, error) { return nowait(unix.Pwritev2, fd, bufs) }

func nowait(move func(int, [][]byte, int64, int) (int, error), fd int, bufs [][]byte) (int, error) {
	const atPosition = -1
	for {
		n, err := move(fd, bufs, atPosition, unix.RWF_NOWAIT)
		if err != unix.EINTR {
			return max(n, 0), err
		}
	}
}

// unsupported reports whether the kernel, or a filter of system calls, does not
// have readNowait for a descriptor.
func unsupported(err error) bool {
	switch err {
	case unix.EOPNOTSUPP, unix.ENOSYS, unix.EINVAL, unix.EPERM:
		return true
	}
	return false
}

// reopenTerminal opens a terminal again, non-blocking. The descriptor of the
// embedder keeps its mode. It does not do that for the master of a pseudo
// terminal: whoever opens that again gets another one.
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

// hadWriter reports whether a FIFO, which is empty, has had a writer since it
// was opened: Linux then tells a hang-up.
func hadWriter(fd int) bool {
	had, errno := pollNow(fd, unix.POLLIN)
	return had || errno != ESUCCESS
}
