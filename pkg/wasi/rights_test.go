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

// snapshotTree describes what is beneath a directory: types, sizes, contents,
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
	right wasi.Rights
	name  string
	on    string // dir, file, listener, socket
	call  func(p *proxy, fd uint64) wasi.Errno
}{
	{wasi.RightFDDatasync, "fd_datasync", "file", func(p *proxy, fd uint64) wasi.Errno { return p.call("fd_datasync", fd) }},
	{wasi.RightFDRead, "fd_read", "file", func(p *proxy, fd uint64) wasi.Errno { _, e := p.read(fd, 1); return e }},
	{wasi.RightFDRead, "fd_pread", "file", func(p *proxy, fd uint64) wasi.Errno { _, e := p.pread(fd, 1, 0); return e }},
	{wasi.RightFDRead, "sock_recv", "socket", func(p *proxy, fd uint64) wasi.Errno {
		at, n := p.iovecs(span{atData, 1})
		return p.call("sock_recv", fd, at, n, 0, atResult, atResult+8)
	}},
	{wasi.RightFDSeek, "fd_seek", "file", func(p *proxy, fd uint64) wasi.Errno { _, e := p.seek(fd, 1, seekSet); return e }},
	{wasi.RightFDSeek, "fd_seek by 1", "file", func(p *proxy, fd uint64) wasi.Errno { _, e := p.seek(fd, 1, seekCur); return e }},
	{wasi.RightFDSeek, "fd_pread", "file", func(p *proxy, fd uint64) wasi.Errno { _, e := p.pread(fd, 1, 0); return e }},
	{wasi.RightFDSeek, "fd_pwrite", "file", func(p *proxy, fd uint64) wasi.Errno { _, e := p.pwrite(fd, "x", 0); return e }},
	{wasi.RightFDFdstatSetFlags, "fd_fdstat_set_flags", "file", func(p *proxy, fd uint64) wasi.Errno {
		return p.call("fd_fdstat_set_flags", fd, fAppend)
	}},
	{wasi.RightFDSync, "fd_sync", "file", func(p *proxy, fd uint64) wasi.Errno { return p.call("fd_sync", fd) }},
	{wasi.RightFDTell, "fd_tell", "file", func(p *proxy, fd uint64) wasi.Errno { _, e := p.tell(fd); return e }},
	{wasi.RightFDTell, "fd_seek by 0", "file", func(p *proxy, fd uint64) wasi.Errno { _, e := p.seek(fd, 0, seekCur); return e }},
	{wasi.RightFDWrite, "fd_write", "file", func(p *proxy, fd uint64) wasi.Errno { _, e := p.write(fd, "x"); return e }},
	{wasi.RightFDWrite, "fd_pwrite", "file", func(p *proxy, fd uint64) wasi.Errno { _, e := p.pwrite(fd, "x", 0); return e }},
	{wasi.RightFDWrite, "sock_send", "socket", func(p *proxy, fd uint64) wasi.Errno {
		at, n := p.iovecs(span{atData, 1})
		return p.call("sock_send", fd, at, n, 0, atResult)
	}},
	{wasi.RightFDAdvise, "fd_advise", "file", func(p *proxy, fd uint64) wasi.Errno { return p.call("fd_advise", fd, 0, 0, 0) }},
	{wasi.RightFDAllocate, "fd_allocate", "file", func(p *proxy, fd uint64) wasi.Errno { return p.call("fd_allocate", fd, 0, 100) }},
	{wasi.RightPathCreateDirectory, "path_create_directory", "dir", func(p *proxy, fd uint64) wasi.Errno {
		return p.on("path_create_directory", fd, "new")
	}},
	{wasi.RightPathCreateFile, "path_open CREAT", "dir", func(p *proxy, fd uint64) wasi.Errno {
		_, e := p.open(openFile{dir: fd, path: "new", oflags: oCreat, base: fileRights})
		return e
	}},
	{wasi.RightPathLinkSource, "path_link from", "dir", func(p *proxy, fd uint64) wasi.Errno { return p.link(fd, "file", root, "new") }},
	{wasi.RightPathLinkTarget, "path_link to", "dir", func(p *proxy, fd uint64) wasi.Errno { return p.link(root, "file", fd, "new") }},
	{wasi.RightPathOpen, "path_open", "dir", func(p *proxy, fd uint64) wasi.Errno {
		_, e := p.open(openFile{dir: fd, path: "file", base: readRights})
		return e
	}},
	{wasi.RightFDReaddir, "fd_readdir", "dir", func(p *proxy, fd uint64) wasi.Errno { _, _, e := p.readdir(fd, 100, 0); return e }},
	{wasi.RightPathReadlink, "path_readlink", "dir", func(p *proxy, fd uint64) wasi.Errno { _, e := p.readlink(fd, "link", 100); return e }},
	{wasi.RightPathRenameSource, "path_rename from", "dir", func(p *proxy, fd uint64) wasi.Errno { return p.rename(fd, "file", root, "new") }},
	{wasi.RightPathRenameTarget, "path_rename to", "dir", func(p *proxy, fd uint64) wasi.Errno { return p.rename(root, "file", fd, "new") }},
	{wasi.RightPathFilestatGet, "path_filestat_get", "dir", func(p *proxy, fd uint64) wasi.Errno { _, e := p.pathStat(fd, "file", 0); return e }},
	{wasi.RightPathFilestatSetSize, "path_open TRUNC", "dir", func(p *proxy, fd uint64) wasi.Errno {
		_, e := p.open(openFile{dir: fd, path: "file", oflags: oTrunc, base: fileRights})
		return e
	}},
	{wasi.RightPathFilestatSetTimes, "path_filestat_set_times", "dir", func(p *proxy, fd uint64) wasi.Errno {
		at, n := p.path1("file")
		return p.call("path_filestat_set_times", fd, 0, at, n, 0, 1, setMtim)
	}},
	{wasi.RightFDFilestatGet, "fd_filestat_get", "file", func(p *proxy, fd uint64) wasi.Errno { _, e := p.stat(fd); return e }},
	{wasi.RightFDFilestatSetSize, "fd_filestat_set_size", "file", func(p *proxy, fd uint64) wasi.Errno {
		return p.call("fd_filestat_set_size", fd, 1)
	}},
	{wasi.RightFDFilestatSetTimes, "fd_filestat_set_times", "file", func(p *proxy, fd uint64) wasi.Errno {
		return p.call("fd_filestat_set_times", fd, 0, 1, setMtim)
	}},
	{wasi.RightPathSymlink, "path_symlink", "dir", func(p *proxy, fd uint64) wasi.Errno { return p.symlink("file", fd, "new") }},
	{wasi.RightPathRemoveDirectory, "path_remove_directory", "dir", func(p *proxy, fd uint64) wasi.Errno {
		return p.on("path_remove_directory", fd, "dir")
	}},
	{wasi.RightPathUnlinkFile, "path_unlink_file", "dir", func(p *proxy, fd uint64) wasi.Errno { return p.on("path_unlink_file", fd, "file") }},
	{wasi.RightPollFDReadwrite, "poll_oneoff read", "file", func(p *proxy, fd uint64) wasi.Errno {
		return p.poll(subscription{kind: eventRead, fd: uint32(fd)})[0].errno
	}},
	{wasi.RightPollFDReadwrite, "poll_oneoff write", "file", func(p *proxy, fd uint64) wasi.Errno {
		return p.poll(subscription{kind: eventWrite, fd: uint32(fd)})[0].errno
	}},
	{wasi.RightSockShutdown, "sock_shutdown", "socket", func(p *proxy, fd uint64) wasi.Errno { return p.call("sock_shutdown", fd, 2) }},
	{wasi.RightSockAccept, "sock_accept", "listener", func(p *proxy, fd uint64) wasi.Errno {
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
	cfg := wasi.Config{Preopens: []wasi.Preopen{{Host: dir, Guest: "/"}, {Host: dir, Guest: "/again"}}}
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
		fd = p.mustOpen(openFile{dir: root, path: "file", base: fileRights})
	case "listener":
		fd = root + 2
	case "socket":
		p.must("sock_accept", root+2, 0, atResult)
		fd = uint64(p.u32(atResult))
	}
	return p, fd, dir
}

func TestEachRightGuards(t *testing.T) {
	var covered wasi.Rights
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
			if g.on == "file" && st.base&wasi.RightFDTell&^g.right != 0 {
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

func TestRightsNarrowOnOpen(t *testing.T) {
	p := newProxy(t, wasi.Config{Preopens: []wasi.Preopen{{Host: rightsTree(t), Guest: "/"}}})
	dirRights := p.fdstat(root)

	fd := p.mustOpen(openFile{dir: root, path: "file", base: readRights})
	if got := p.fdstat(fd); got.base != readRights || got.inherit != 0 {
		t.Errorf("opened with %#x: got %#x/%#x", readRights, got.base, got.inherit)
	}
	// A file gets no rights of directories, a directory none of files.
	fd = p.mustOpen(openFile{dir: root, path: "file", base: allRights &^ (1<<28 | 1<<29)})
	if got := p.fdstat(fd).base; got&^fileRights != 0 || got == 0 {
		t.Errorf("a file has the rights %#x", got)
	}
	fd = p.mustOpen(openFile{dir: root, path: "dir", oflags: oDirectory, base: dirRights.base, inherit: dirRights.inherit})
	if got := p.fdstat(fd); got.base&(wasi.RightFDRead|wasi.RightFDWrite|wasi.RightFDSeek) != 0 || got.base&wasi.RightPathOpen == 0 {
		t.Errorf("a directory has the rights %#x", got.base)
	}

	// What a directory hands down bounds what is opened in it.
	fd = p.mustOpen(openFile{dir: root, path: ".", oflags: oDirectory, base: dirRights.base, inherit: readRights})
	if got := p.fdstat(fd).inherit; got != readRights {
		t.Errorf("inheriting %#x, want %#x", got, readRights)
	}
	for _, o := range []openFile{
		{dir: fd, path: "file", base: readRights | wasi.RightFDWrite},
		{dir: fd, path: "file", base: wasi.RightFDSync},
		{dir: fd, path: "file", base: readRights, inherit: wasi.RightFDWrite},
		{dir: fd, path: "dir", oflags: oDirectory, base: wasi.RightPathOpen},
	} {
		if _, errno := p.open(o); errno != wasi.ENOTCAPABLE {
			t.Errorf("%+v: %v, want ENOTCAPABLE", o, errno)
		}
	}
	p.mustOpen(openFile{dir: fd, path: "file", base: readRights})
}

func TestRightsNeverWiden(t *testing.T) {
	p := newProxy(t, wasi.Config{Preopens: []wasi.Preopen{{Host: rightsTree(t), Guest: "/"}}})
	st := p.fdstat(root)
	for bit := range 64 {
		r := wasi.Rights(1) << bit
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

// What a file of the wrong type is asked for gets the errno of POSIX, not one
// about rights.
func TestWrongType(t *testing.T) {
	p := newProxy(t, wasi.Config{Preopens: []wasi.Preopen{{Host: rightsTree(t), Guest: "/"}}})
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
