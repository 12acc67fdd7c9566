//go:build unix

package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// descriptorOf returns the descriptor of this process that a path names:
// /dev/stdout, /dev/stderr, /dev/fd/N or /proc/self/fd/N. Opening such a path
// would open the file again, with an offset of its own.
func descriptorOf(path string) (fd int, ok bool) {
	switch path {
	case "/dev/stdout":
		return 1, true
	case "/dev/stderr":
		return 2, true
	}
	for _, dir := range []string{"/dev/fd/", "/proc/self/fd/"} {
		if number, found := strings.CutPrefix(path, dir); found {
			n, err := strconv.ParseUint(number, 10, 31)
			return int(n), err == nil
		}
	}
	return 0, false
}

// dupForWriting duplicates a descriptor that the user passed. The runtime's own
// descriptors (epoll, eventfd) have no file type and are refused.
func dupForWriting(fd int) (*os.File, error) {
	var stat unix.Stat_t
	if err := unix.Fstat(fd, &stat); err != nil {
		return nil, err
	}
	flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0)
	if err != nil {
		return nil, err
	}
	if stat.Mode&unix.S_IFMT == 0 || flags&unix.O_ACCMODE == unix.O_RDONLY {
		return nil, unix.EBADF
	}
	dup, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(dup), fmt.Sprintf("/dev/fd/%d", fd)), nil
}

// openStream opens a device, a FIFO or the like. A FIFO that nobody reads is an
// error, because waiting for a reader could take forever.
func openStream(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|unix.O_NONBLOCK|unix.O_NOCTTY, 0)
	if errors.Is(err, unix.ENXIO) {
		return nil, errors.New("nobody reads from it")
	}
	return f, err
}
