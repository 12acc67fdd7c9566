//go:build linux

package wasi_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// LeftOpen counts the descriptors that the guest opened, not those that it was
// given.
func TestLeftOpen(t *testing.T) {
	dir := rightsTree(t)
	listener := loopback(t)
	p := newProxy(t, wasi.Config{
		Stdin:     listener, // any file of the host's
		Preopens:  []*wasi.Preopen{preopen(t, dir, "/data", wasi.ReadWrite), preopen(t, filepath.Join(dir, "dir"), "/nested", wasi.ReadWrite)},
		Listeners: []*os.File{listener},
	})
	want := func(count int, fd uint64, path string) {
		t.Helper()
		n, first := p.system.LeftOpen()
		if n != count || n > 0 && uint64(first) != fd {
			t.Errorf("%d left open, the first is %d, want %d and %d", n, first, count, fd)
		}
		if got := p.system.GuestPath(uint32(fd)); got != path {
			t.Errorf("the path of %d is %q, want %q", fd, got, path)
		}
	}
	want(0, 0, "")
	want(0, 2, "")
	want(0, root, "/data")
	want(0, root+1, "/nested")
	want(0, 99, "")
	const listening = root + 2

	first := p.openRW("file")
	want(1, first, "/data/file")
	second := p.openDir("dir")
	want(2, first, "/data/file")
	p.must("fd_renumber", first, second) // closes second
	want(1, second, "/data/file")
	if errno := p.rename(root, "file", root, "moved"); errno != 0 {
		t.Fatal(errno)
	}
	want(1, second, "/data/moved")
	p.must("fd_close", second)
	want(0, second, "")

	// A file within both preopens has the name that the closer one gives it.
	inner := p.mustOpen(openParams{dir: root, path: "dir/inner", oflags: oCreat, base: fileRights})
	want(1, inner, "/nested/inner")
	p.must("fd_close", inner)

	dial(t, listener)
	connection := p.accept(listening)
	want(1, connection, "")
	p.must("fd_renumber", connection, 0) // closes the host's file
	want(1, 0, "")
}

func TestGuestPathOfTheWholeHost(t *testing.T) {
	dir := t.TempDir()
	p := newProxy(t, wasi.Config{Preopens: []*wasi.Preopen{preopen(t, "/", "/", wasi.ReadWrite), preopen(t, dir, ".", wasi.ReadWrite)}})
	for path, want := range map[string]string{"usr": "/usr", ".": "/"} {
		fd := p.mustOpen(openParams{dir: root, path: path, oflags: oDirectory, lookup: follow})
		if got := p.system.GuestPath(uint32(fd)); got != want {
			t.Errorf("the path of %s is %q, want %q", path, got, want)
		}
	}
	fd := p.mustOpen(openParams{dir: root + 1, path: "new", oflags: oCreat})
	if got := p.system.GuestPath(uint32(fd)); got != "./new" {
		t.Errorf("the path is %q, want ./new", got)
	}
	p.on("path_unlink_file", root+1, "new")
	if got := p.system.GuestPath(uint32(fd)); got != "./new (deleted)" {
		t.Errorf("the path of a removed file is %q", got)
	}
}
