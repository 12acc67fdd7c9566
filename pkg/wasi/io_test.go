//go:build linux

package wasi_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/wamr-go/wamr-go/pkg/wasi"
)

func oneDir(t testing.TB, options ...proxyOption) (p *proxy, dir string) {
	dir = t.TempDir()
	return newProxy(t, wasi.Config{Preopens: asRoot(t, dir)}, options...), dir
}

// wasiErrno is the namesake of a system call's error.
func wasiErrno(t testing.TB, err error) wasi.Errno {
	if err == nil {
		return wasi.ESUCCESS
	}
	var host unix.Errno
	if !errors.As(err, &host) {
		t.Fatalf("not an errno: %v", err)
	}
	for e := wasi.E2BIG; e <= wasi.ENOTCAPABLE; e++ {
		if e.String() == unix.ErrnoName(host) {
			return e
		}
	}
	t.Fatalf("no namesake of %v", host)
	return 0
}

// A file in a guest and one of the host's go through the same plan.
func TestReadWriteSeekAsLinux(t *testing.T) {
	for _, test := range []struct {
		name    string
		fdflags uint64
		flags   int
	}{{"plain", 0, 0}, {"append", fAppend, unix.O_APPEND}} {
		t.Run(test.name, func(t *testing.T) {
			p, dir := oneDir(t)
			fd := p.mustOpen(openParams{dir: root, path: "guest", oflags: oCreat, base: fileRights, fdflags: test.fdflags})
			host, err := unix.Open(filepath.Join(dir, "host"), unix.O_RDWR|unix.O_CREAT|test.flags, 0o644)
			if err != nil {
				t.Fatal(err)
			}
			defer unix.Close(host)
			r := rand.New(rand.NewPCG(1, 2))
			appends := test.flags != 0
			for step := range 3000 {
				n := r.IntN(300)
				text := strings.Repeat(string(rune('a'+step%26)), n)
				offset := int64(r.IntN(2000)) - 100
				buf := make([]byte, n)
				var got, want any
				var gotErrno wasi.Errno
				var hostErr error
				op := r.IntN(9)
				switch op {
				case 0:
					got, gotErrno = p.read(fd, n)
					var m int
					m, hostErr = unix.Read(host, buf)
					want = string(buf[:max(m, 0)])
				case 1:
					got, gotErrno = p.write(fd, text)
					want, hostErr = unix.Write(host, []byte(text))
				case 2:
					got, gotErrno = p.pread(fd, n, uint64(offset))
					var m int
					m, hostErr = unix.Pread(host, buf, offset)
					want = string(buf[:max(m, 0)])
				case 3:
					got, gotErrno = p.pwrite(fd, text, uint64(offset))
					want, hostErr = unix.Pwrite(host, []byte(text), offset)
				case 4, 5:
					whence := r.IntN(3)
					var g uint64
					g, gotErrno = p.seek(fd, offset, uint64(whence))
					got = int64(g)
					want, hostErr = unix.Seek(host, offset, whence)
				case 6:
					var g uint64
					g, gotErrno = p.tell(fd)
					got = int64(g)
					want, hostErr = unix.Seek(host, 0, io.SeekCurrent)
				case 7:
					gotErrno = p.call("fd_filestat_set_size", fd, uint64(r.IntN(3000)))
					st, _ := p.stat(fd)
					hostErr = unix.Ftruncate(host, int64(st.size))
				case 8: // turns APPEND on and off
					appends = !appends
					flags, fdflags := unix.O_RDWR, uint64(0)
					if appends {
						flags, fdflags = unix.O_APPEND, fAppend
					}
					gotErrno = p.call("fd_fdstat_set_flags", fd, fdflags)
					_, hostErr = unix.FcntlInt(uintptr(host), unix.F_SETFL, flags)
				}
				if want := wasiErrno(t, hostErr); gotErrno != want {
					t.Fatalf("step %d, operation %d of %d at %d: %v, want %v", step, op, n, offset, gotErrno, want)
				}
				if hostErr == nil && got != want {
					t.Fatalf("step %d, operation %d of %d at %d: %v, want %v", step, op, n, offset, got, want)
				}
			}
			guest, err1 := os.ReadFile(filepath.Join(dir, "guest"))
			twin, err2 := os.ReadFile(filepath.Join(dir, "host"))
			if err1 != nil || err2 != nil || !bytes.Equal(guest, twin) {
				t.Errorf("the files differ: %d and %d bytes (%v, %v)", len(guest), len(twin), err1, err2)
			}
		})
	}
}

func TestSeekEdges(t *testing.T) {
	p, _ := oneDir(t)
	fd := p.openRW("file")
	p.write(fd, "0123456789")
	const most = 1<<63 - 1
	for _, test := range []struct {
		offset int64
		whence uint64
		want   uint64
		errno  wasi.Errno
	}{
		{0, seekCur, 10, 0}, {-10, seekEnd, 0, 0}, {-1, seekCur, 0, wasi.EINVAL}, {-11, seekEnd, 0, wasi.EINVAL},
		{-1, seekSet, 0, wasi.EINVAL}, {most, seekSet, most, 0}, {1, seekCur, 0, wasi.EOVERFLOW},
		{0, seekCur, most, 0}, {-most, seekCur, 0, 0}, {-most - 1, seekCur, 0, wasi.EINVAL}, {3, seekSet, 3, 0},
		{0, 3, 0, wasi.EINVAL}, {0, 1 << 31, 0, wasi.EINVAL}, {0, 1<<32 - 1, 0, wasi.EINVAL}, {0, seekCur, 3, 0},
	} {
		if got, errno := p.seek(fd, test.offset, test.whence); got != test.want || errno != test.errno {
			t.Errorf("seek %d, whence %d: %d %v, want %d %v", test.offset, test.whence, got, errno, test.want, test.errno)
		}
	}
	// A seek whose result has no place does not move.
	p.want(wasi.EFAULT, "fd_seek", fd, 7, seekSet, uint64(4*pageSize-7))
	if at, _ := p.tell(fd); at != 3 {
		t.Errorf("moved to %d", at)
	}
}

func TestSeekUnstable(t *testing.T) {
	p := newProxy(t, wasi.Config{Preopens: asRoot(t, t.TempDir())}, unstable)
	fd := p.openRW("file")
	p.write(fd, "0123456789")
	const cur, end, set = 0, 1, 2
	for _, test := range []struct {
		offset int64
		whence uint64
		want   uint64
		errno  wasi.Errno
	}{{2, set, 2, 0}, {3, cur, 5, 0}, {-1, end, 9, 0}, {0, 3, 0, wasi.EINVAL}, {0, 1 << 31, 0, wasi.EINVAL}, {0, cur, 9, 0}} {
		if got, errno := p.seek(fd, test.offset, test.whence); got != test.want || errno != test.errno {
			t.Errorf("seek %d, whence %d: %d %v, want %d %v", test.offset, test.whence, got, errno, test.want, test.errno)
		}
	}
	p.mask()
	p.must("fd_filestat_get", fd, atResult)
	p.wantOnly(span{atResult, 56})
	if size := p.u64(atResult + 24); size != 10 {
		t.Errorf("size %d in the layout of wasi_unstable", size)
	}
	at, n := p.path1("file")
	p.must("path_filestat_get", root, 0, at, n, atResult)
	if size := p.u64(atResult + 24); size != 10 {
		t.Errorf("size %d of the path in the layout of wasi_unstable", size)
	}
}

// Several buffers are filled in order; empty ones are passed over; one that
// overlaps another gets the later bytes.
func TestVectoredIO(t *testing.T) {
	p, _ := oneDir(t)
	fd := p.openRW("file")
	m := p.memory()
	copy(m[atData:], "abcdefghij")
	at, n := p.iovecs(span{atData, 3}, span{atData + 5, 0}, span{atData + 1, 4}, span{atData, 1})
	p.must("fd_write", fd, at, n, atResult)
	if got := p.u32(atResult); got != 8 {
		t.Errorf("%d bytes written", got)
	}
	at, n = p.iovecs(span{atData, 2}, span{atData + 100, 2})
	p.must("fd_pwrite", fd, at, n, 20, atResult)
	if got, _ := p.pread(fd, 30, 0); got != "abcbcdea"+strings.Repeat("\x00", 12)+"ab\x00\x00" {
		t.Errorf("the file holds %q", got)
	}

	p.mask()
	at, n = p.iovecs(span{atData, 3}, span{atData + 9, 0}, span{atData + 10, 2})
	p.must("fd_pread", fd, at, n, 1, atResult)
	if got := p.u32(atResult); got != 5 || string(m[atData:atData+3]) != "bcb" || string(m[atData+10:atData+12]) != "cd" {
		t.Errorf("%d bytes read: %q", got, m[atData:atData+12])
	}
	p.wantOnly(span{atResult, 4}, span{atIovecs, 24}, span{atData, 3}, span{atData + 10, 2})

	at, n = p.iovecs(span{atData, 4}, span{atData + 2, 4})
	p.must("fd_pread", fd, at, n, 0, atResult)
	if got := string(m[atData : atData+6]); got != "abcdea" {
		t.Errorf("overlapping buffers hold %q", got)
	}
	// None at all moves nothing, and is not the end of the file.
	for _, function := range []string{"fd_read", "fd_write"} {
		p.must(function, fd, atIovecs, 0, atResult)
		if got := p.u32(atResult); got != 0 {
			t.Errorf("%s of nothing: %d", function, got)
		}
	}
	for _, function := range []string{"fd_pread", "fd_pwrite"} {
		p.must(function, fd, atIovecs, 0, 0, atResult)
		p.want(wasi.EINVAL, function, fd, atIovecs, 0, 1<<63, atResult)
	}
}

// A call that cannot report its result has no effect.
func TestNoEffectWithoutAPlaceForTheResult(t *testing.T) {
	p, dir := oneDir(t)
	fd := p.openRW("file")
	p.write(fd, "0123456789")
	p.seek(fd, 4, seekSet)
	const bad = 4*pageSize - 3
	at, n := p.iovecs(span{atData, 3})
	p.want(wasi.EFAULT, "fd_read", fd, at, n, bad)
	p.want(wasi.EFAULT, "fd_write", fd, at, n, bad)
	p.want(wasi.EFAULT, "fd_pwrite", fd, at, n, 0, bad)
	p.want(wasi.EFAULT, "fd_pread", fd, at, n, 0, bad)
	path, length := p.path1("new")
	p.want(wasi.EFAULT, "path_open", root, 0, path, length, oCreat, uint64(fileRights), 0, 0, bad)
	if pos, _ := p.tell(fd); pos != 4 {
		t.Errorf("moved to %d", pos)
	}
	if b, _ := os.ReadFile(filepath.Join(dir, "file")); string(b) != "0123456789" {
		t.Errorf("the file holds %q", b)
	}
	if _, err := os.Stat(filepath.Join(dir, "new")); err == nil {
		t.Error("a file was made")
	}
	// A full table is found out before a file is made or cut.
	cfg := wasi.Config{Preopens: asRoot(t, dir), Limits: wasi.Limits{FDs: 4}}
	full := newProxy(t, cfg)
	for _, o := range []openParams{
		{dir: root, path: "new", oflags: oCreat, base: fileRights},
		{dir: root, path: "file", oflags: oTrunc, base: fileRights},
	} {
		if _, errno := full.open(o); errno != wasi.EMFILE {
			t.Errorf("%+v in a full table: %v, want EMFILE", o, errno)
		}
	}
	if b, _ := os.ReadFile(filepath.Join(dir, "file")); string(b) != "0123456789" {
		t.Errorf("the file that was not opened holds %q", b)
	}
	if _, err := os.Stat(filepath.Join(dir, "new")); err == nil {
		t.Error("a file was made that was not opened")
	}
}

func TestStdioStreams(t *testing.T) {
	var out bytes.Buffer
	p := newProxy(t, wasi.Config{Stdin: strings.NewReader("input"), Stdout: &out})
	at, n := p.iovecs(span{atData, 3}, span{atData + 3, 100})
	if got, errno := p.data(p.call("fd_read", 0, at, n, atResult)); got != "inp" || errno != 0 {
		t.Errorf("read %q, %v", got, errno)
	}
	if got, errno := p.read(0, 100); got != "ut" || errno != 0 {
		t.Errorf("read %q, %v", got, errno)
	}
	for range 2 {
		if got, errno := p.read(0, 100); got != "" || errno != 0 {
			t.Errorf("at the end: %q, %v", got, errno)
		}
	}
	p.put(atData, "hello, world")
	at, n = p.iovecs(span{atData, 7}, span{atData + 7, 5})
	p.must("fd_write", 1, at, n, atResult)
	if got := p.u32(atResult); got != 12 || out.String() != "hello, world" {
		t.Errorf("%d bytes written: %q", got, out.String())
	}
	if n, errno := p.write(2, "nobody hears"); n != 12 || errno != 0 {
		t.Errorf("to nil: %d, %v", n, errno)
	}
	if _, errno := p.read(1, 1); errno != wasi.ENOTCAPABLE {
		t.Errorf("reading standard output: %v", errno)
	}
	if _, errno := p.write(0, "x"); errno != wasi.ENOTCAPABLE {
		t.Errorf("writing standard input: %v", errno)
	}
	empty := newProxy(t, wasi.Config{})
	if got, errno := empty.read(0, 1); got != "" || errno != 0 {
		t.Errorf("reading nil: %q, %v", got, errno)
	}
}

// failing is a stream that moves some bytes and then fails.
type failing struct {
	left int
	err  error
}

func (f *failing) Read(b []byte) (int, error)  { return f.move(b) }
func (f *failing) Write(b []byte) (int, error) { return f.move(b) }
func (f *failing) move(b []byte) (int, error) {
	n := min(len(b), f.left)
	if f.left -= n; f.left == 0 {
		return n, f.err
	}
	return n, nil
}

func TestStdioErrors(t *testing.T) {
	for _, test := range []struct {
		err  error
		want wasi.Errno
	}{
		{unix.ENOSPC, wasi.ENOSPC}, {&os.PathError{Op: "write", Err: unix.EDQUOT}, wasi.EDQUOT},
		{io.ErrClosedPipe, wasi.EPIPE}, {os.ErrClosed, wasi.EBADF}, {io.ErrUnexpectedEOF, wasi.EIO},
	} {
		p := newProxy(t, wasi.Config{Stdin: &failing{3, test.err}, Stdout: &failing{3, test.err}})
		if got, errno := p.read(0, 10); len(got) != 3 || errno != 0 {
			t.Errorf("%v: the bytes before it: %q, %v", test.err, got, errno)
		}
		if n, errno := p.write(1, "0123456789"); n != 3 || errno != 0 {
			t.Errorf("%v: the bytes before it: %d, %v", test.err, n, errno)
		}
		if _, errno := p.read(0, 10); errno != test.want {
			t.Errorf("%v: read: %v, want %v", test.err, errno, test.want)
		}
		if _, errno := p.write(1, "x"); errno != test.want {
			t.Errorf("%v: write: %v, want %v", test.err, errno, test.want)
		}
	}
}

func pipe(t testing.TB) (r, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close(); w.Close() })
	return r, w
}

func TestStdioPipes(t *testing.T) {
	inR, inW := pipe(t)
	outR, outW := pipe(t)
	p := newProxy(t, wasi.Config{Stdin: inR, Stdout: outW})
	if st := p.fdstat(0); st.filetype != typeUnknown || st.base&(rightFDSeek|rightFDWrite) != 0 {
		t.Errorf("a pipe: %+v", st)
	}
	// NONBLOCK on an empty pipe is EAGAIN, and does not change the host's pipe.
	p.must("fd_fdstat_set_flags", 0, fNonblock)
	if got := p.fdstat(0).flags; got != fNonblock {
		t.Errorf("flags %#x", got)
	}
	if _, errno := p.read(0, 10); errno != wasi.EAGAIN {
		t.Errorf("an empty pipe: %v, want EAGAIN", errno)
	}
	inW.WriteString("from the pipe")
	if got, errno := p.read(0, 4); got != "from" || errno != 0 {
		t.Errorf("read %q, %v", got, errno)
	}
	p.must("fd_fdstat_set_flags", 0, 0)
	if got, errno := p.read(0, 100); got != " the pipe" || errno != 0 {
		t.Errorf("read %q, %v", got, errno)
	}
	inW.Close()
	if got, errno := p.read(0, 100); got != "" || errno != 0 {
		t.Errorf("at the end: %q, %v", got, errno)
	}

	if n, errno := p.write(1, "to the pipe"); n != 11 || errno != 0 {
		t.Errorf("written %d, %v", n, errno)
	}
	buf := make([]byte, 100)
	if n, err := outR.Read(buf); string(buf[:n]) != "to the pipe" || err != nil {
		t.Errorf("the host reads %q, %v", buf[:n], err)
	}
	// A full pipe is EAGAIN as well.
	p.must("fd_fdstat_set_flags", 1, fNonblock)
	full := wasi.ESUCCESS
	for range 1000 {
		if _, full = p.write(1, strings.Repeat("x", 4096)); full != 0 {
			break
		}
	}
	if full != wasi.EAGAIN {
		t.Errorf("a full pipe: %v, want EAGAIN", full)
	}
	outR.Close()
	for range 2 { // and the test's process lives on
		if _, errno := p.write(1, "x"); errno != wasi.EPIPE {
			t.Errorf("a pipe that nobody reads: %v, want EPIPE", errno)
		}
	}
	for _, fd := range []uint64{0, 1} {
		if _, errno := p.seek(fd, 0, seekSet); errno != wasi.ESPIPE {
			t.Errorf("seek on a pipe: %v", errno)
		}
	}
}

// A regular file as standard input is shared with the host: its position is
// one.
func TestStdioFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "input")
	writeFile(t, path, "0123456789")
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	p := newProxy(t, wasi.Config{Stdin: f, Stdout: f})
	if got := p.fdstat(0).filetype; got != typeFile {
		t.Errorf("file type %d", got)
	}
	buf := make([]byte, 2)
	steps := []struct{ guest bool }{{true}, {false}, {true}}
	for i, want := range []string{"01", "23", "45"} {
		var got string
		if steps[i].guest {
			got, _ = p.read(0, 2)
		} else if _, err := f.Read(buf); err == nil {
			got = string(buf)
		}
		if got != want {
			t.Errorf("step %d: read %q, want %q", i, got, want)
		}
	}
	if at, errno := p.seek(0, -1, seekCur); at != 5 || errno != 0 {
		t.Errorf("seek: %d %v", at, errno)
	}
	if n, errno := p.write(1, "X"); n != 1 || errno != 0 {
		t.Errorf("write: %d %v", n, errno)
	}
	if at, _ := p.tell(0); at != 6 {
		t.Errorf("standard input and output are one file, but the position is %d", at)
	}
	if b, _ := os.ReadFile(path); string(b) != "01234X6789" {
		t.Errorf("the file holds %q", b)
	}
	p.destroy()
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		t.Errorf("the host's file was closed: %v", err)
	}
}

func TestSetTimes(t *testing.T) {
	p, dir := oneDir(t)
	fd := p.openRW("file")
	os.Symlink("file", filepath.Join(dir, "link"))
	p.must("fd_filestat_set_times", fd, 1_000_000_001, 2_000_000_002, setAtim|setMtim)
	at, n := p.path1("link")
	p.must("path_filestat_set_times", root, 0, at, n, 3, 4, setAtim|setMtim)
	if st, _ := p.stat(fd); st.atim != 1_000_000_001 || st.mtim != 2_000_000_002 {
		t.Errorf("times of the file: %+v", st)
	}
	if st, _ := p.pathStat(root, "link", 0); st.filetype != typeLink || st.atim != 3 || st.mtim != 4 {
		t.Errorf("times of the link: %+v", st)
	}
	at, n = p.path1("link")
	p.must("path_filestat_set_times", root, follow, at, n, 9, 5, setMtim)
	if st, _ := p.stat(fd); st.atim != 1_000_000_001 || st.mtim != 5 {
		t.Errorf("times through the link: %+v", st)
	}
	p.must("fd_filestat_set_times", fd, 0, 0, setMtimNow)
	if st, _ := p.stat(fd); st.atim != 1_000_000_001 || st.mtim < 1e18 {
		t.Errorf("times after NOW: %+v", st)
	}
	p.want(wasi.EINVAL, "fd_filestat_set_times", fd, 0, 0, setMtim|setMtimNow)
	p.want(wasi.EINVAL, "fd_filestat_set_times", fd, 0, 0, 16)
	at, n = p.path1("none")
	p.want(wasi.ENOENT, "path_filestat_set_times", root, 0, at, n, 0, 0, setMtim)
}
