//go:build linux

package wasi_test

import (
	"math/bits"
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// snapshotTree describes the files beneath a directory: types, sizes, contents,
// permissions, links and modification times.
func snapshotTree(t testing.TB, dir string) map[string]string {
	t.Helper()
	tree := map[string]string{}
	err := filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err != nil {
			return err
		}
		content := ""
		switch {
		case info.Mode().IsRegular():
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			content = string(b)
		case info.Mode()&os.ModeSymlink != 0:
			content, err = os.Readlink(path)
		}
		name, _ := filepath.Rel(dir, path)
		tree[name] = info.Mode().String() + " " + info.ModTime().String() + " " + content
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func writeFile(t testing.TB, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// rightsTree is a directory with one of each.
func rightsTree(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "file"), "content")
	if err := os.Mkdir(filepath.Join(dir, "dir"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("file", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// guarded are the calls that need each right: on a directory, or on a file.
var guarded = []struct {
	right rights
	name  string
	on    string // dir, file, listener, socket
	call  func(p *proxy, fd uint64) wasi.Errno
}{
	{rightFDDatasync, "fd_datasync", "file", func(p *proxy, fd uint64) wasi.Errno { return p.call("fd_datasync", fd) }},
	{rightFDRead, "fd_read", "file", func(p *proxy, fd uint64) wasi.Errno { _, e := p.read(fd, 1); return e }},
	{rightFDRead, "fd_pread", "file", func(p *proxy, fd uint64) wasi.Errno { _, e := p.pread(fd, 1, 0); return e }},
	{rightFDRead, "sock_recv", "socket", func(p *proxy, fd uint64) wasi.Errno {
		at, n := p.iovecs(span{atData, 1})
		return p.call("sock_recv", fd, at, n, 0, atResult, atResult+8)
	}},
	{rightFDSeek, "fd_seek", "file", func(p *proxy, fd uint64) wasi.Errno { _, e := p.seek(fd, 1, seekSet); return e }},
	{rightFDSeek, "fd_seek by 1", "file", func(p *proxy, fd uint64) wasi.Errno { _, e := p.seek(fd, 1, seekCur); return e }},
	{rightFDSeek, "fd_pread", "file", func(p *proxy, fd uint64) wasi.Errno { _, e := p.pread(fd, 1, 0); return e }},
	{rightFDSeek, "fd_pwrite", "file", func(p *proxy, fd uint64) wasi.Errno { _, e := p.pwrite(fd, "x", 0); return e }},
	{rightFDFdstatSetFlags, "fd_fdstat_set_flags", "file", func(p *proxy, fd uint64) wasi.Errno {
		return p.call("fd_fdstat_set_flags", fd, fAppend)
	}},
	{rightFDSync, "fd_sync", "file", func(p *proxy, fd uint64) wasi.Errno { return p.call("fd_sync", fd) }},
	{rightFDTell, "fd_tell", "file", func(p *proxy, fd uint64) wasi.Errno { _, e := p.tell(fd); return e }},
	{rightFDTell, "fd_seek by 0", "file", func(p *proxy, fd uint64) wasi.Errno { _, e := p.seek(fd, 0, seekCur); return e }},
	{rightFDWrite, "fd_write", "file", func(p *proxy, fd uint64) wasi.Errno { _, e := p.write(fd, "x"); return e }},
	{rightFDWrite, "fd_pwrite", "file", func(p *proxy, fd uint64) wasi.Errno { _, e := p.pwrite(fd, "x", 0); return e }},
	{rightFDWrite, "sock_send", "socket", func(p *proxy, fd uint64) wasi.Errno {
		at, n := p.iovecs(span{atData, 1})
		return p.call("sock_send", fd, at, n, 0, atResult)
	}},
	{rightFDAdvise, "fd_advise", "file", func(p *proxy, fd uint64) wasi.Errno { return p.call("fd_advise", fd, 0, 0, 0) }},
	{rightFDAllocate, "fd_allocate", "file", func(p *proxy, fd uint64) wasi.Errno { return p.call("fd_allocate", fd, 0, 100) }},
	{rightPathCreateDirectory, "path_create_directory", "dir", func(p *proxy, fd uint64) wasi.Errno {
		return p.on("path_create_directory", fd, "new")
	}},
	{rightPathCreateFile, "path_open CREAT", "dir", func(p *proxy, fd uint64) wasi.Errno {
		_, e := p.open(openParams{dir: fd, path: "new", oflags: oCreat, base: fileRights})
		return e
	}},
	{rightPathLinkSource, "path_link from", "dir", func(p *proxy, fd uint64) wasi.Errno { return p.link(fd, "file", root, "new") }},
	{rightPathLinkTarget, "path_link to", "dir", func(p *proxy, fd uint64) wasi.Errno { return p.link(root, "file", fd, "new") }},
	{rightPathOpen, "path_open", "dir", func(p *proxy, fd uint64) wasi.Errno {
		_, e := p.open(openParams{dir: fd, path: "file", base: readRights})
		return e
	}},
	{rightFDReaddir, "fd_readdir", "dir", func(p *proxy, fd uint64) wasi.Errno { _, _, e := p.readdir(fd, 100, 0); return e }},
	{rightPathReadlink, "path_readlink", "dir", func(p *proxy, fd uint64) wasi.Errno { _, e := p.readlink(fd, "link", 100); return e }},
	{rightPathRenameSource, "path_rename from", "dir", func(p *proxy, fd uint64) wasi.Errno { return p.rename(fd, "file", root, "new") }},
	{rightPathRenameTarget, "path_rename to", "dir", func(p *proxy, fd uint64) wasi.Errno { return p.rename(root, "file", fd, "new") }},
	{rightPathFilestatGet, "path_filestat_get", "dir", func(p *proxy, fd uint64) wasi.Errno { _, e := p.pathStat(fd, "file", 0); return e }},
	{rightPathFilestatSetSize, "path_open TRUNC", "dir", func(p *proxy, fd uint64) wasi.Errno {
		_, e := p.open(openParams{dir: fd, path: "file", oflags: oTrunc, base: fileRights})
		return e
	}},
	{rightPathFilestatSetTimes, "path_filestat_set_times", "dir", func(p *proxy, fd uint64) wasi.Errno {
		at, n := p.path1("file")
		return p.call("path_filestat_set_times", fd, 0, at, n, 0, 1, setMtim)
	}},
	{rightFDFilestatGet, "fd_filestat_get", "file", func(p *proxy, fd uint64) wasi.Errno { _, e := p.stat(fd); return e }},
	{rightFDFilestatSetSize, "fd_filestat_set_size", "file", func(p *proxy, fd uint64) wasi.Errno {
		return p.call("fd_filestat_set_size", fd, 1)
	}},
	{rightFDFilestatSetTimes, "fd_filestat_set_times", "file", func(p *proxy, fd uint64) wasi.Errno {
		return p.call("fd_filestat_set_times", fd, 0, 1, setMtim)
	}},
	{rightPathSymlink, "path_symlink", "dir", func(p *proxy, fd uint64) wasi.Errno { return p.symlink("file", fd, "new") }},
	{rightPathRemoveDirectory, "path_remove_directory", "dir", func(p *proxy, fd uint64) wasi.Errno {
		return p.on("path_remove_directory", fd, "dir")
	}},
	{rightPathUnlinkFile, "path_unlink_file", "dir", func(p *proxy, fd uint64) wasi.Errno { return p.on("path_unlink_file", fd, "file") }},
	{rightPollFDReadwrite, "poll_oneoff read", "file", func(p *proxy, fd uint64) wasi.Errno {
		return p.poll(subscription{kind: eventRead, fd: uint32(fd)})[0].errno
	}},
	{rightPollFDReadwrite, "poll_oneoff write", "file", func(p *proxy, fd uint64) wasi.Errno {
		return p.poll(subscription{kind: eventWrite, fd: uint32(fd)})[0].errno
	}},
	{rightSockShutdown, "sock_shutdown", "socket", func(p *proxy, fd uint64) wasi.Errno { return p.call("sock_shutdown", fd, 2) }},
	{rightSockAccept, "sock_accept", "listener", func(p *proxy, fd uint64) wasi.Errno {
		return p.call("sock_accept", fd, 0, atResult)
	}},
}

// loopback is a listener for a guest, and a connection to it with a byte to
// read.
func loopback(t testing.TB) *os.File {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	f, err := l.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func dial(t testing.TB, listener *os.File) *net.TCPConn {
	t.Helper()
	l, err := net.FileListener(listener)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c.(*net.TCPConn)
}

// guardedFD makes the descriptor that a guarded call is made on: never the
// root, whose rights the other path of the call needs.
func guardedFD(t *testing.T, on string) (p *proxy, fd uint64, dir string) {
	dir = rightsTree(t)
	cfg := wasi.Config{Preopens: []*wasi.Preopen{preopen(t, dir, "/", wasi.ReadWrite), preopen(t, dir, "/again", wasi.ReadWrite)}}
	if on == "listener" || on == "socket" {
		listener := loopback(t)
		cfg.Listeners = []*os.File{listener}
		if _, err := dial(t, listener).Write([]byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	p = newProxy(t, cfg)
	switch on {
	case "dir":
		fd = root + 1
	case "file":
		fd = p.mustOpen(openParams{dir: root, path: "file", base: fileRights})
	case "listener":
		fd = root + 2
	case "socket":
		p.must("sock_accept", root+2, 0, atResult)
		fd = uint64(p.u32(atResult))
	}
	return p, fd, dir
}

func TestEachRightGuards(t *testing.T) {
	var covered rights
	for _, g := range guarded {
		covered |= g.right
		t.Run(g.name+" without bit "+string('0'+rune(bits.TrailingZeros64(uint64(g.right))/10))+
			string('0'+rune(bits.TrailingZeros64(uint64(g.right))%10)), func(t *testing.T) {
			p, fd, dir := guardedFD(t, g.on)
			st := p.fdstat(fd)
			if st.base&g.right == 0 {
				t.Fatalf("the descriptor has not got the right at first: %#x", st.base)
			}
			p.must("fd_fdstat_set_rights", fd, uint64(st.base&^g.right), uint64(st.inherit))
			if got := p.fdstat(fd).base; got != st.base&^g.right {
				t.Errorf("base rights %#x, want %#x", got, st.base&^g.right)
			}
			before := snapshotTree(t, dir)
			if errno := g.call(p, fd); errno != wasi.ENOTCAPABLE {
				t.Errorf("without the right: %v, want ENOTCAPABLE", errno)
			}
			if d := cmp.Diff(before, snapshotTree(t, dir)); d != "" {
				t.Errorf("the refused call had an effect:\n%s", d)
			}
			if g.on == "file" && st.base&rightFDTell&^g.right != 0 {
				if at, errno := p.tell(fd); errno != 0 || at != 0 {
					t.Errorf("the refused call moved the position to %d (%v)", at, errno)
				}
			}

			// The same call with the right succeeds, so that the refusal was the right's.
			p, fd, _ = guardedFD(t, g.on)
			if errno := g.call(p, fd); errno != wasi.ESUCCESS {
				t.Errorf("with the right: %v", errno)
			}
		})
	}
	if covered != allRights {
		t.Errorf("no call for the rights %#x", allRights&^covered)
	}
}

func TestRightsNeverWiden(t *testing.T) {
	p := newProxy(t, wasi.Config{Preopens: asRoot(t, rightsTree(t))})
	st := p.fdstat(root)
	for bit := range 64 {
		r := rights(1) << bit
		if st.base&r == 0 {
			p.want(wasi.ENOTCAPABLE, "fd_fdstat_set_rights", root, uint64(st.base|r), uint64(st.inherit))
		}
		if st.inherit&r == 0 {
			p.want(wasi.ENOTCAPABLE, "fd_fdstat_set_rights", root, uint64(st.base), uint64(st.inherit|r))
		}
	}
	if got := p.fdstat(root); got != st {
		t.Errorf("refused calls changed %+v to %+v", st, got)
	}
	p.must("fd_fdstat_set_rights", root, 0, 0)
	for bit := range 64 {
		p.want(wasi.ENOTCAPABLE, "fd_fdstat_set_rights", root, 1<<bit, 0)
		p.want(wasi.ENOTCAPABLE, "fd_fdstat_set_rights", root, 0, 1<<bit)
	}
	if got := p.fdstat(root); got.base != 0 || got.inherit != 0 {
		t.Errorf("rights came back: %+v", got)
	}
}

// An operation on a file of the wrong type gets the errno of POSIX, not one
// about rights.
func TestWrongType(t *testing.T) {
	p := newProxy(t, wasi.Config{Preopens: asRoot(t, rightsTree(t))})
	file := p.openRW("file")
	at, n := p.path1("x")
	io, count := p.iovecs(span{atData, 1})
	p.want(wasi.ENOTDIR, "path_create_directory", file, at, n)
	p.want(wasi.ENOTDIR, "path_open", file, 0, at, n, 0, 0, 0, 0, atResult)
	p.want(wasi.ENOTDIR, "fd_readdir", file, atData, 100, 0, atResult)
	p.want(wasi.ENOTDIR, "path_filestat_get", 0, 0, at, n, atResult)
	p.want(wasi.EBADF, "fd_read", root, io, count, atResult)
	p.want(wasi.EBADF, "fd_write", root, io, count, atResult)
	p.want(wasi.EBADF, "fd_allocate", root, 0, 1)
	p.want(wasi.ESPIPE, "fd_seek", 1, 1, seekSet, atResult)
	p.want(wasi.ESPIPE, "fd_tell", 1, atResult)
	for _, fd := range []uint64{0, 1, root, file} {
		p.want(wasi.ENOTSOCK, "sock_accept", fd, 0, atResult)
		p.want(wasi.ENOTSOCK, "sock_shutdown", fd, 3)
		p.want(wasi.ENOTSOCK, "sock_send", fd, io, count, 0, atResult)
		p.want(wasi.ENOTSOCK, "sock_recv", fd, io, count, 0, atResult, atResult+8)
	}
}
