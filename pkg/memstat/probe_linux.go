package memstat

import (
	"bytes"
	"encoding/binary"
	"os"
	"strconv"
	"sync"
	"syscall"
)

// /proc/self is read here rather than through github.com/prometheus/procfs: a
// sample needs one number of statm and two counts, while procfs parses whole
// files into structs, allocates by the mapping, and opens files through os,
// which makes the Go runtime open an epoll descriptor: the probe would show up
// in what it measures. These few system calls allocate next to nothing.

var (
	readings sync.Mutex // one at a time: each sees the descriptors of the others
	buffer   [32 << 10]byte
	pageSize = uint64(os.Getpagesize())
)

// system measures what only the operating system knows.
func system() (p Process) {
	readings.Lock()
	defer readings.Unlock()
	if fields := bytes.Fields(readWhole("/proc/self/statm")); len(fields) > 1 {
		if pages, err := strconv.ParseUint(string(fields[1]), 10, 64); err == nil {
			p.RSSBytes = Measured(pages * pageSize)
		}
	}
	p.FDs = countFDs()
	p.Maps = countLines("/proc/self/maps")
	return p
}

// pss returns the sum that the kernel keeps since Linux 4.14.
func pss() Reading {
	readings.Lock()
	defer readings.Unlock()
	for line := range bytes.Lines(readWhole("/proc/self/smaps_rollup")) {
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

// readWhole returns what one read of a small file gives, in the shared buffer;
// nil where it cannot be read.
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

func countLines(path string) Reading {
	fd, err := open(path, 0)
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

// countFDs counts the entries of /proc/self/fd, less ".", ".." and the
// descriptor that lists them.
func countFDs() Reading {
	fd, err := open("/proc/self/fd", syscall.O_DIRECTORY)
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
			// struct linux_dirent64: d_reclen follows two 64-bit fields.
			list = list[binary.NativeEndian.Uint16(list[16:]):]
		}
	}
	const own = 3
	if entries < own {
		return Reading{}
	}
	return Measured(entries - own)
}

func open(path string, flags int) (int, error) {
	return retry(func() (int, error) {
		return syscall.Open(path, syscall.O_RDONLY|syscall.O_CLOEXEC|flags, 0)
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
