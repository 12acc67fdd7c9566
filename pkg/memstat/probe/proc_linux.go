package probe

import (
	"bytes"
	"encoding/binary"
	"os"
	"strconv"
	"syscall"
	"unsafe"
)

// The files of /proc/self are read with bare system calls, not with package os
// or github.com/prometheus/procfs. A sample needs one number of statm and two
// counts; procfs parses whole files into structs and allocates for each
// mapping. Opening a file with package os makes the Go runtime open an epoll
// descriptor, which would show in the count of descriptors.

var (
	buffer   [32 << 10]byte // guarded by the lock named reading
	pageSize = uint64(os.Getpagesize())
)

// rss returns the second field of statm, which counts pages.
func rss() Reading {
	_, rest, _ := bytes.Cut(readWhole("/proc/self/statm\x00"), []byte{' '})
	field, _, _ := bytes.Cut(rest, []byte{' '})
	pages, err := strconv.ParseUint(string(field), 10, 64)
	if err != nil {
		return Reading{}
	}
	return Measured(pages * pageSize)
}

// pss returns the kernel's own sum, which exists since Linux 4.14.
func pss() Reading {
	for line := range bytes.Lines(readWhole("/proc/self/smaps_rollup\x00")) {
		rest, found := bytes.CutPrefix(line, []byte("Pss:"))
		if !found {
			continue
		}
		fields := bytes.Fields(rest) // "1234 kB"
		if len(fields) != 2 {
			return Reading{}
		}
		kib, err := strconv.ParseUint(string(fields[0]), 10, 64)
		if err != nil {
			return Reading{}
		}
		return Measured(kib << 10)
	}
	return Reading{}
}

// maps counts the lines of /proc/self/maps.
func maps() Reading {
	fd, err := open("/proc/self/maps\x00", 0)
	if err != nil {
		return Reading{}
	}
	defer syscall.Close(fd)
	var lines uint64
	for {
		n, err := retry(func() (int, error) { return syscall.Read(fd, buffer[:]) })
		if err != nil {
			return Reading{}
		}
		if n == 0 {
			return Measured(lines)
		}
		lines += uint64(bytes.Count(buffer[:n], []byte{'\n'}))
	}
}

// fds counts the entries of /proc/self/fd, without ".", ".." and the
// descriptor that lists them.
func fds() Reading {
	fd, err := open("/proc/self/fd\x00", syscall.O_DIRECTORY)
	if err != nil {
		return Reading{}
	}
	defer syscall.Close(fd)
	var entries uint64
	for {
		n, err := retry(func() (int, error) { return syscall.ReadDirent(fd, buffer[:]) })
		if err != nil {
			return Reading{}
		}
		if n == 0 {
			break
		}
		for list := buffer[:n]; len(list) > 0; entries++ {
			// In struct linux_dirent64, d_reclen follows two 64-bit fields.
			list = list[binary.NativeEndian.Uint16(list[16:]):]
		}
	}
	const own = 3
	if entries < own {
		return Reading{}
	}
	return Measured(entries - own)
}

// readWhole returns the start of a file, as much as one read gives, in the
// shared buffer; nil if the file cannot be read.
func readWhole(path string) []byte {
	fd, err := open(path, 0)
	if err != nil {
		return nil
	}
	defer syscall.Close(fd)
	n, err := retry(func() (int, error) { return syscall.Read(fd, buffer[:]) })
	if err != nil {
		return nil
	}
	return buffer[:n]
}

// open opens an absolute path that ends with a NUL byte. syscall.Open would
// allocate a copy of the path to append that byte.
func open(path string, flags int) (int, error) {
	return retry(func() (int, error) {
		// openat ignores its directory, 0 here, for an absolute path.
		fd, _, errno := syscall.Syscall6(syscall.SYS_OPENAT, 0, uintptr(unsafe.Pointer(unsafe.StringData(path))),
			uintptr(syscall.O_RDONLY|syscall.O_CLOEXEC|flags), 0, 0, 0)
		if errno != 0 {
			return -1, errno
		}
		return int(fd), nil
	})
}

// retry repeats a call that a signal interrupted.
func retry(call func() (int, error)) (int, error) {
	for {
		n, err := call()
		if err != syscall.EINTR {
			return n, err
		}
	}
}
