package wasi_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero/sys"
	"golang.org/x/sys/unix"
	"golang.org/x/term"

	"github.com/wamr-go/wamr-go/internal/waiting"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// blockingPipe is a pipe as a shell makes it.
func blockingPipe(t testing.TB) (r, w *os.File) {
	t.Helper()
	r, w = pipe(t)
	for _, f := range []*os.File{r, w} {
		f.Fd() // makes it blocking
		if isNonblock(t, f) {
			t.Fatal("the pipe does not block")
		}
	}
	return r, w
}

func isNonblock(t testing.TB, f *os.File) bool {
	t.Helper()
	conn, err := f.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	flags := 0
	if e := conn.Control(func(fd uintptr) { flags, err = unix.FcntlInt(fd, unix.F_GETFL, 0) }); e != nil || err != nil {
		t.Fatal(e, err)
	}
	return flags&unix.O_NONBLOCK != 0
}

// kinds of the embedder's streams, each with the side of the guest and that of
// the host. A master of a terminal has no other way than a task.
var pairs = map[string]func(t testing.TB) (guest, host *os.File){
	"pipe to write":        func(t testing.TB) (guest, host *os.File) { r, w := blockingPipe(t); return w, r },
	"pipe to read":         func(t testing.TB) (guest, host *os.File) { r, w := blockingPipe(t); return r, w },
	"Go's pipe":            func(t testing.TB) (guest, host *os.File) { r, w := pipe(t); return w, r },
	"socket":               socketPair,
	"terminal":             func(t testing.TB) (guest, host *os.File) { m, s := waiting.Terminal(t); return s, m },
	"terminal, other side": rawMaster,
}

// rawMaster is the master of a terminal in raw mode, so that nothing is echoed
// or cut off at 4096 bytes a line.
func rawMaster(t testing.TB) (guest, host *os.File) {
	t.Helper()
	master, slave := waiting.Terminal(t)
	if _, err := term.MakeRaw(int(slave.Fd())); err != nil {
		t.Fatal(err)
	}
	return master, slave
}

func socketPair(t testing.TB) (guest, host *os.File) {
	t.Helper()
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	guest, host = os.NewFile(uintptr(ends[0]), "guest"), os.NewFile(uintptr(ends[1]), "host")
	t.Cleanup(func() { guest.Close(); host.Close() })
	return guest, host
}

// A guest that may block writes everything. A guest that set NONBLOCK writes as
// much as fits. The descriptor, which others may share, keeps its mode.
func TestWriteOfMuch(t *testing.T) {
	const size = 20 * dataSize / 10 // more than a pipe takes
	for name, pair := range pairs {
		if name == "pipe to read" {
			continue
		}
		for _, canEnd := range []bool{true, false} {
			t.Run(name, func(t *testing.T) {
				guest, host := pair(t)
				before := isNonblock(t, guest)
				p := newProxy(t, wasi.Config{Stdout: guest}, withPages(8))
				if canEnd {
					defer p.cancellable()()
				}
				p.must("fd_fdstat_set_flags", 1, fNonblock)
				part := 0
				for {
					n, errno := p.write(1, strings.Repeat("x", size))
					if part += n; errno == wasi.EAGAIN {
						break
					}
					if errno != 0 || n == 0 || n > size {
						t.Fatalf("wrote %d, %v", n, errno)
					}
				}
				if part == 0 {
					t.Error("nothing fits")
				}
				if isNonblock(t, guest) != before {
					t.Error("the mode has changed")
				}
				p.must("fd_fdstat_set_flags", 1, 0)
				read := make(chan error, 1)
				go func() {
					_, err := io.CopyN(io.Discard, host, int64(part+size))
					read <- err
				}()
				if n, errno := p.write(1, strings.Repeat("y", size)); n != size || errno != 0 {
					t.Errorf("wrote %d of %d, %v", n, size, errno)
				}
				if err := <-read; err != nil {
					t.Error(err)
				}
				if isNonblock(t, guest) != before {
					t.Error("the mode has changed")
				}
			})
		}
	}
}

// A guest reads the available bytes, waits unless it set NONBLOCK, and can be
// ended.
func TestReadOfStreams(t *testing.T) {
	for name, pair := range pairs {
		if strings.HasSuffix(name, "to write") || name == "Go's pipe" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			guest, host := pair(t)
			before := isNonblock(t, guest)
			p := newProxy(t, wasi.Config{Stdin: guest})
			p.must("fd_fdstat_set_flags", 0, fNonblock)
			if _, errno := p.read(0, 4); errno != wasi.EAGAIN {
				t.Errorf("nothing to read: %v", errno)
			}
			p.must("fd_fdstat_set_flags", 0, 0)
			at, n := p.iovecs(span{atData, 4})
			wantExit(t, waitingGuest(t, p, p.cancellable(), func() error {
				_, err := p.try("fd_read", 0, at, n, atResult)
				return err
			}), sys.ExitCodeContextCanceled)

			defer p.cancellable()()
			if _, err := host.WriteString("abc\n"); err != nil {
				t.Fatal(err)
			}
			if got, errno := p.read(0, 2); got != "ab" || errno != 0 {
				t.Errorf("read %q %v", got, errno)
			}
			if isNonblock(t, guest) != before {
				t.Error("the mode has changed")
			}
		})
	}
}

// A reader that has left is told as EPIPE, and does not end the process.
func TestWriteWithoutReader(t *testing.T) {
	for _, pair := range []string{"pipe to write", "Go's pipe", "socket"} {
		for _, canEnd := range []bool{true, false} {
			guest, host := pairs[pair](t)
			host.Close()
			p := newProxy(t, wasi.Config{Stdout: guest})
			if canEnd {
				defer p.cancellable()()
			}
			if _, errno := p.write(1, "x"); errno != wasi.EPIPE {
				t.Errorf("%s: %v", pair, errno)
			}
		}
	}
}

// A device that does not know how not to block.
func TestWriteToFullDevice(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer full.Close()
	p := newProxy(t, wasi.Config{Stdout: full})
	defer p.cancellable()()
	if _, errno := p.write(1, "x"); errno != wasi.ENOSPC {
		t.Errorf("%v", errno)
	}
}

func withFIFO(t *testing.T) (p *proxy, path string) {
	p, dir := oneDir(t)
	path = filepath.Join(dir, "fifo")
	if err := unix.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	return p, path
}

const (
	toRead  = rightFDRead | rightPollFDReadwrite | rightFDFdstatSetFlags
	toWrite = rightFDWrite | rightPollFDReadwrite | rightFDFdstatSetFlags
)

// A FIFO that the guest opens with NONBLOCK behaves as on Linux, and the flags
// are those that it asked for.
func TestFIFOWithNonblock(t *testing.T) {
	p, path := withFIFO(t)
	if _, errno := p.open(openParams{dir: root, path: "fifo", base: toWrite, fdflags: fNonblock}); errno != wasi.ENXIO {
		t.Errorf("without a reader: %v", errno)
	}
	r := p.mustOpen(openParams{dir: root, path: "fifo", base: toRead, fdflags: fNonblock})
	if flags := p.fdstat(r).flags; flags != fNonblock {
		t.Errorf("flags %#x", flags)
	}
	if got, errno := p.read(r, 5); got != "" || errno != 0 {
		t.Errorf("without a writer: %q %v", got, errno)
	}
	w, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, errno := p.read(r, 5); errno != wasi.EAGAIN {
		t.Errorf("with a writer: %v", errno)
	}
	w.WriteString("hello, guest")
	if got, errno := p.read(r, 5); got != "hello" || errno != 0 {
		t.Errorf("%q %v", got, errno)
	}
	w.Close()
}

// A FIFO that the guest opens to read has no end before its first writer has
// left. That holds if the guest sets NONBLOCK later, as Go's runtime does.
func TestFIFOToRead(t *testing.T) {
	for _, writes := range []string{"", "hello"} {
		p, path := withFIFO(t)
		defer p.cancellable()()
		fd := p.mustOpen(openParams{dir: root, path: "fifo", base: toRead})
		if flags := p.fdstat(fd).flags; flags != 0 {
			t.Errorf("flags %#x", flags)
		}
		at, n := p.iovecs(span{atData, 5})
		wantExit(t, waitingGuest(t, p, p.cancellable(), func() error {
			_, err := p.try("fd_read", fd, at, n, atResult)
			return err
		}), sys.ExitCodeContextCanceled)
		defer p.cancellable()()
		p.must("fd_fdstat_set_flags", fd, fNonblock)
		for range 2 {
			if _, errno := p.read(fd, 5); errno != wasi.EAGAIN {
				t.Errorf("without a writer: %v", errno)
			}
		}
		p.must("fd_fdstat_set_flags", fd, 0)
		wrote := make(chan error, 1)
		go func() { wrote <- os.WriteFile(path, []byte(writes), 0) }()
		if events := p.poll(subscription{kind: eventRead, fd: uint32(fd)}); len(events) != 1 || events[0].errno != 0 {
			t.Errorf("%+v", events)
		}
		if got, errno := p.read(fd, 5); got != writes || errno != 0 {
			t.Errorf("%q %v, want %q", got, errno, writes)
		}
		if err := <-wrote; err != nil {
			t.Fatal(err)
		}
		if got, errno := p.read(fd, 5); got != "" || errno != 0 {
			t.Errorf("after the writer has left: %q %v", got, errno)
		}
	}
}

// Opening a FIFO to write waits for a reader.
func TestFIFOToWrite(t *testing.T) {
	p, path := withFIFO(t)
	read := make(chan string, 1)
	go func() {
		b, _ := os.ReadFile(path)
		read <- string(b)
	}()
	fd := p.mustOpen(openParams{dir: root, path: "fifo", base: toWrite})
	if flags := p.fdstat(fd).flags; flags != 0 {
		t.Errorf("flags %#x", flags)
	}
	if n, errno := p.write(fd, strings.Repeat("x", dataSize)); n != dataSize || errno != 0 {
		t.Errorf("%d %v", n, errno)
	}
	p.must("fd_close", fd)
	if got := <-read; len(got) != dataSize {
		t.Errorf("read %d bytes", len(got))
	}
}
