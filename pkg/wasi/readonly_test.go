//go:build linux

package wasi_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// writingCall is a call that would change the rightsTree.
type writingCall struct {
	name string
	want wasi.Errno
	call func(p *proxy) wasi.Errno
}

func opening(o openParams) func(*proxy) wasi.Errno {
	return func(p *proxy) wasi.Errno { _, errno := p.open(o); return errno }
}

func on(function, path string) func(*proxy) wasi.Errno {
	return func(p *proxy) wasi.Errno { return p.on(function, root, path) }
}

func setTimesOf(path string) func(*proxy) wasi.Errno {
	return func(p *proxy) wasi.Errno {
		at, n := p.path1(path)
		return p.call("path_filestat_set_times", root, 0, at, n, 0, 1, setMtim)
	}
}

// writingCalls, with the errnos of a read-only mount.
var writingCalls = []writingCall{
	{"create", wasi.EROFS, opening(openParams{dir: root, path: "new", oflags: oCreat, base: readRights})},
	{"create for writing", wasi.EROFS, opening(openParams{dir: root, path: "new", oflags: oCreat, base: fileRights})},
	{"create exclusively", wasi.EROFS, opening(openParams{dir: root, path: "new", oflags: oCreat | oExcl, base: readRights})},
	{"create beneath", wasi.EROFS, opening(openParams{dir: root, path: "dir/new", oflags: oCreat, base: readRights})},
	{"create in nothing", wasi.ENOENT, opening(openParams{dir: root, path: "none/new", oflags: oCreat, base: readRights})},
	{"create in a file", wasi.ENOTDIR, opening(openParams{dir: root, path: "file/new", oflags: oCreat, base: readRights})},
	{"create what exists exclusively", wasi.EEXIST, opening(openParams{dir: root, path: "file", oflags: oCreat | oExcl, base: readRights})},
	{"create a link exclusively", wasi.EEXIST, opening(openParams{dir: root, path: "link", lookup: follow, oflags: oCreat | oExcl, base: readRights})},
	{"create a directory", wasi.EISDIR, opening(openParams{dir: root, path: "dir", oflags: oCreat, base: readRights})},
	{"truncate", wasi.EROFS, opening(openParams{dir: root, path: "file", oflags: oTrunc, base: fileRights})},
	{"truncate for reading", wasi.EROFS, opening(openParams{dir: root, path: "file", oflags: oTrunc, base: readRights})},
	{"truncate a directory", wasi.EISDIR, opening(openParams{dir: root, path: "dir", oflags: oTrunc, base: readRights})},
	{"open for writing", wasi.EROFS, opening(openParams{dir: root, path: "file", base: rightFDWrite})},
	{"open for reading and writing", wasi.EROFS, opening(openParams{dir: root, path: "file", base: fileRights})},
	{"open for appending", wasi.EROFS, opening(openParams{dir: root, path: "file", base: fileRights, fdflags: fAppend})},
	{"open a link for writing", wasi.EROFS, opening(openParams{dir: root, path: "link", lookup: follow, base: fileRights})},
	{"open a link itself for writing", wasi.ELOOP, opening(openParams{dir: root, path: "link", base: fileRights})},
	{"open a directory for writing", wasi.EISDIR, opening(openParams{dir: root, path: "dir", base: fileRights})},
	{"open nothing for writing", wasi.ENOENT, opening(openParams{dir: root, path: "none", base: fileRights})},
	{"unlink", wasi.EROFS, on("path_unlink_file", "file")},
	{"unlink a link", wasi.EROFS, on("path_unlink_file", "link")},
	{"remove directory", wasi.EROFS, on("path_remove_directory", "dir")},
	{"create directory", wasi.EROFS, on("path_create_directory", "new")},
	{"create directory that exists", wasi.EEXIST, on("path_create_directory", "dir")},
	{"create directory over a file", wasi.EEXIST, on("path_create_directory", "file")},
	{"create directory in nothing", wasi.ENOENT, on("path_create_directory", "none/new")},
	{"rename", wasi.EROFS, func(p *proxy) wasi.Errno { return p.rename(root, "file", root, "new") }},
	{"link", wasi.EROFS, func(p *proxy) wasi.Errno { return p.link(root, "file", root, "new") }},
	{"link over what exists", wasi.EEXIST, func(p *proxy) wasi.Errno { return p.link(root, "file", root, "link") }},
	{"link of nothing", wasi.ENOENT, func(p *proxy) wasi.Errno { return p.link(root, "none", root, "new") }},
	{"symlink", wasi.EROFS, func(p *proxy) wasi.Errno { return p.symlink("file", root, "new") }},
	{"symlink over what exists", wasi.EEXIST, func(p *proxy) wasi.Errno { return p.symlink("file", root, "link") }},
	{"set times by path", wasi.EROFS, setTimesOf("file")},
	{"set times of a link", wasi.EROFS, setTimesOf("link")},
	{"set times of nothing", wasi.ENOENT, setTimesOf("none")},
	{"set times by descriptor", wasi.EROFS, func(p *proxy) wasi.Errno {
		fd := p.mustOpen(openParams{dir: root, path: "file", base: readRights | rightFDFilestatSetTimes})
		return p.call("fd_filestat_set_times", fd, 0, 1, setMtim)
	}},
	{"set times of the root", wasi.EROFS, func(p *proxy) wasi.Errno {
		return p.call("fd_filestat_set_times", root, 0, 1, setMtim)
	}},
	{"set size by descriptor", wasi.ENOTCAPABLE, func(p *proxy) wasi.Errno {
		return p.call("fd_filestat_set_size", p.mustOpen(openParams{dir: root, path: "file", base: readRights | rightFDFilestatSetSize}), 1)
	}},
	{"allocate by descriptor", wasi.ENOTCAPABLE, func(p *proxy) wasi.Errno {
		return p.call("fd_allocate", p.mustOpen(openParams{dir: root, path: "file", base: readRights | rightFDAllocate}), 0, 100)
	}},
	{"write by descriptor", wasi.ENOTCAPABLE, func(p *proxy) wasi.Errno {
		_, errno := p.write(p.mustOpen(openParams{dir: root, path: "file", base: readRights}), "x")
		return errno
	}},
}

func TestReadOnly(t *testing.T) {
	dir := rightsTree(t)
	p := newProxy(t, wasi.Config{Preopens: []*wasi.Preopen{preopen(t, dir, "/", wasi.ReadOnly)}})
	before := snapshotTree(t, dir)
	for _, c := range writingCalls {
		if errno := c.call(p); errno != c.want {
			t.Errorf("%s: %v, want %v", c.name, errno, c.want)
		}
	}
	if d := cmp.Diff(before, snapshotTree(t, dir)); d != "" {
		t.Errorf("something was changed:\n%s", d)
	}
}

// Every write is also denied below a directory that was opened in it, and
// from and to a directory that may be written.
func TestReadOnlyIsInherited(t *testing.T) {
	dir, other := rightsTree(t), rightsTree(t)
	p := newProxy(t, wasi.Config{Preopens: []*wasi.Preopen{preopen(t, dir, "", wasi.ReadOnly), preopen(t, other, "", wasi.ReadWrite)}})
	st := p.fdstat(root)
	sub := p.mustOpen(openParams{dir: root, path: "dir", oflags: oDirectory, base: st.base, inherit: st.inherit})
	const writable = root + 1
	before, beforeOther := snapshotTree(t, dir), snapshotTree(t, other)
	for name, errno := range map[string]wasi.Errno{
		"mkdir":       p.on("path_create_directory", sub, "new"),
		"create":      opening(openParams{dir: sub, path: "new", oflags: oCreat, base: fileRights})(p),
		"symlink":     p.symlink("x", sub, "new"),
		"rename from": p.rename(root, "file", writable, "new"),
		"rename to":   p.rename(writable, "file", root, "new"),
		"rename over": p.rename(writable, "file", root, "file"),
		"link from":   p.link(root, "file", writable, "new"),
		"link to":     p.link(writable, "file", root, "new"),
	} {
		if errno != wasi.EROFS && errno != wasi.EXDEV {
			t.Errorf("%s: %v, want EROFS", name, errno)
		}
	}
	if d := cmp.Diff(before, snapshotTree(t, dir)); d != "" {
		t.Errorf("something was changed:\n%s", d)
	}
	if d := cmp.Diff(beforeOther, snapshotTree(t, other)); d != "" {
		t.Errorf("something was changed in the writable directory:\n%s", d)
	}
}

func TestReadOnlyReads(t *testing.T) {
	p := newProxy(t, wasi.Config{Preopens: []*wasi.Preopen{preopen(t, rightsTree(t), "/", wasi.ReadOnly)}})
	for _, o := range []openParams{
		{dir: root, path: "file", base: readRights},
		{dir: root, path: "file", oflags: oCreat, base: readRights},
		{dir: root, path: "link", lookup: follow, oflags: oCreat, base: readRights},
	} {
		if got, errno := p.read(p.mustOpen(o), 100); got != "content" || errno != 0 {
			t.Errorf("%+v: read %q, %v", o, got, errno)
		}
	}
	if st, errno := p.pathStat(root, "file", 0); errno != 0 || st.size != 7 {
		t.Errorf("stat: %+v, %v", st, errno)
	}
	if target, errno := p.readlink(root, "link", 100); target != "file" || errno != 0 {
		t.Errorf("readlink: %q, %v", target, errno)
	}
	if n := len(p.list(p.openDir("."), 1000)); n != 5 {
		t.Errorf("%d entries, want 5", n)
	}
}
