//go:build linux

package waiting

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"unsafe"
)

func nothing(testing.TB) Host { return Host{} }

func listening(testing.TB) Host { return Host{Listen: true} }

func connection(testing.TB) Host { return Host{Listen: true, Dial: true} }

func emptyPipe(t testing.TB) Host {
	r, _ := pipe(t)
	return Host{Stdin: r}
}

func unreadPipe(t testing.TB) Host {
	_, w := pipe(t)
	return Host{Stdout: w}
}

func fullPipe(t testing.TB) Host {
	_, w := pipe(t)
	fill(t, w)
	return Host{Stdout: w}
}

func fullStderr(t testing.TB) Host { return Host{Stderr: fullPipe(t).Stdout} }

func emptySocket(t testing.TB) Host { return Host{Stdin: socket(t)} }

func fullSocket(t testing.TB) Host {
	s := socket(t)
	fill(t, s)
	return Host{Stdout: s}
}

func emptyTerminal(t testing.TB) Host { return Host{Stdin: terminal(t)} }

func unreadTerminal(t testing.TB) Host { return Host{Stdout: terminal(t)} }

func emptyStream(t testing.TB) Host {
	r, w := io.Pipe()
	t.Cleanup(func() { _ = w.Close() })
	return Host{Stdin: r}
}

func fullStream(t testing.TB) Host {
	r, w := io.Pipe()
	t.Cleanup(func() { _ = r.Close() })
	return Host{Stdout: w}
}

// fifo makes a directory with a FIFO.
func fifo(t testing.TB) Host {
	dir := t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(dir, fifoName), 0o600); err != nil {
		t.Fatal(err)
	}
	return Host{Dir: dir}
}

func fifoWithWriter(t testing.TB) Host { return fifoWith(t, os.O_RDWR) }

func fifoWithReader(t testing.TB) Host { return fifoWith(t, os.O_RDONLY|syscall.O_NONBLOCK) }

func fifoWith(t testing.TB, flags int) Host {
	h := fifo(t)
	f, err := os.OpenFile(filepath.Join(h.Dir, fifoName), flags, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return h
}

// longFile makes a directory with a file of 2 GiB, which takes no room.
func longFile(t testing.TB) Host {
	dir := t.TempDir()
	path := filepath.Join(dir, fileName)
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, 2<<30); err != nil {
		t.Fatal(err)
	}
	return Host{Dir: dir}
}

// pipe returns a pipe whose ends block, as a shell's do.
func pipe(t testing.TB) (r, w *os.File) {
	t.Helper()
	var ends [2]int
	if err := syscall.Pipe2(ends[:], syscall.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	return file(t, ends[0]), file(t, ends[1])
}

// socket returns one of two connected sockets.
func socket(t testing.TB) *os.File {
	t.Helper()
	ends, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	file(t, ends[1])
	return file(t, ends[0])
}

// terminal returns a terminal on whose other side nobody types or reads.
func terminal(t testing.TB) *os.File {
	t.Helper()
	_, slave := Terminal(t)
	return slave
}

// Terminal returns both sides of a pseudo terminal, which block. They are closed
// with the test.
func Terminal(t testing.TB) (master, slave *os.File) {
	t.Helper()
	const flags = syscall.O_RDWR | syscall.O_NOCTTY | syscall.O_CLOEXEC
	m, err := syscall.Open("/dev/ptmx", flags, 0)
	if err != nil {
		t.Skipf("no terminal: %v", err)
	}
	master = file(t, m)
	var unlock, number int32
	for _, request := range []struct {
		number uintptr
		value  *int32
	}{{syscall.TIOCSPTLCK, &unlock}, {syscall.TIOCGPTN, &number}} {
		_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, uintptr(m), request.number, uintptr(unsafe.Pointer(request.value)))
		if errno != 0 {
			t.Fatal(errno)
		}
	}
	s, err := syscall.Open(fmt.Sprintf("/dev/pts/%d", number), flags, 0)
	if err != nil {
		t.Skipf("no terminal: %v", err)
	}
	return master, file(t, s)
}

// file returns the file of a descriptor, which is closed with the test.
func file(t testing.TB, fd int) *os.File {
	f := os.NewFile(uintptr(fd), "")
	t.Cleanup(func() { _ = f.Close() })
	return f
}

// fill writes until nothing more can be written, and leaves the file blocking.
func fill(t testing.TB, f *os.File) {
	t.Helper()
	fd := int(f.Fd())
	if err := syscall.SetNonblock(fd, true); err != nil {
		t.Fatal(err)
	}
	for size := 1 << 16; size > 0; {
		switch _, err := syscall.Write(fd, make([]byte, size)); err {
		case nil, syscall.EINTR:
		case syscall.EAGAIN:
			size /= 2
		default:
			t.Fatal(err)
		}
	}
	if err := syscall.SetNonblock(fd, false); err != nil {
		t.Fatal(err)
	}
}
