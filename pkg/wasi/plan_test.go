//go:build linux

package wasi_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// A plan is a string of bytes that decides a sequence of file operations, each
// done by a guest and by plain system calls on a twin directory. Paths stay in
// the directory by construction (see [twins.path]), because the plain calls do
// not confine them.
type twins struct {
	t     testing.TB
	plan  []byte
	p     *proxy
	pairs []pair
	step  int
	log   []string
}

// pair is a descriptor of the guest and its twin.
type pair struct {
	guest uint64
	host  int
	dir   bool
	write bool
}

const maxPairs = 12

// choose takes the next decision, out of n. A plan that is at its end chooses
// 0.
func (w *twins) choose(n int) int {
	if len(w.plan) == 0 {
		return 0
	}
	c := int(w.plan[0]) % n
	w.plan = w.plan[1:]
	return c
}

// path makes a path of few names, so that operations meet. It never climbs
// above where it starts: a name leads at least one level down, also where it
// is a link, for a link's target is made here as well, without "..".
func (w *twins) path(up bool) string {
	var parts []string
	depth := 0
	for range 1 + w.choose(3) {
		switch c := w.choose(9); {
		case c == 8 && up && depth > 0:
			parts = append(parts, "..")
			depth--
		case c == 7 && up:
			parts = append(parts, ".")
		default:
			parts = append(parts, string(rune('a'+c%5)))
			depth++
		}
	}
	path := strings.Join(parts, "/")
	switch w.choose(12) {
	case 11:
		path += "/"
	case 10:
		path = strings.ReplaceAll(path, "/", "//")
	case 9:
		if up {
			path += "/."
		}
	}
	return path
}

// base chooses a directory that is open.
func (w *twins) base() pair {
	if i := w.choose(2 * len(w.pairs)); i < len(w.pairs) && w.pairs[i].dir {
		return w.pairs[i]
	}
	return w.pairs[0]
}

// file chooses a descriptor that is no directory.
func (w *twins) file() (pair, bool) {
	if i := w.choose(len(w.pairs)); !w.pairs[i].dir {
		return w.pairs[i], true
	}
	return pair{}, false
}

// same checks that both answered alike, and reports whether with success.
func (w *twins) same(what string, got wasi.Errno, err error, values ...any) bool {
	w.t.Helper()
	w.log = append(w.log, fmt.Sprintf("%s = %v", what, got))
	if want := wasiErrno(w.t, err); got != want {
		w.fail("%s: %v, want %v", what, got, want)
	}
	if err != nil {
		return false
	}
	for i := 0; i < len(values); i += 2 {
		if d := cmp.Diff(values[i+1], values[i]); d != "" {
			w.fail("%s (-plain +guest):\n%s", what, d)
		}
	}
	return true
}

func (w *twins) fail(format string, args ...any) {
	w.t.Helper()
	w.t.Fatalf("step %d: "+format+"\nafter:\n%s", append(append([]any{w.step}, args...), strings.Join(w.log, "\n"))...)
}

// runPlan runs a plan and compares the two trees at its end.
func runPlan(t testing.TB, plan []byte) {
	guestDir, hostDir := t.TempDir(), t.TempDir()
	host, err := unix.Open(hostDir, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	w := &twins{t: t, plan: plan, p: newProxy(t, wasi.Config{Preopens: asRoot(t, guestDir)})}
	w.pairs = []pair{{guest: root, host: host, dir: true}}
	defer func() {
		for _, p := range w.pairs {
			unix.Close(p.host)
		}
	}()
	for len(w.plan) > 0 {
		w.step++
		planSteps[w.choose(len(planSteps))](w)
	}
	w.p.destroy()
	if d := cmp.Diff(describeTree(t, hostDir), describeTree(t, guestDir)); d != "" {
		w.fail("the trees differ (-plain +guest):\n%s", d)
	}
}

// describeTree is snapshotTree without times, but with link counts.
func describeTree(t testing.TB, dir string) map[string]string {
	t.Helper()
	tree := map[string]string{}
	for path := range snapshotTree(t, dir) {
		full := filepath.Join(dir, path)
		info, err := os.Lstat(full)
		if err != nil {
			t.Fatal(err)
		}
		content := ""
		if info.Mode().IsRegular() {
			b, _ := os.ReadFile(full)
			content = fmt.Sprint(info.Size(), " ", strings.TrimRight(string(b), "\x00"))
		} else if info.Mode()&os.ModeSymlink != 0 {
			content, _ = os.Readlink(full)
		}
		tree[path] = fmt.Sprint(info.Mode(), " ", info.Sys().(*syscall.Stat_t).Nlink, " ", content)
	}
	return tree
}

// planSteps are the operations; those that make plans interesting come twice.
var planSteps = []func(*twins){
	(*twins).open, (*twins).open, (*twins).open, (*twins).close, (*twins).read, (*twins).write, (*twins).write, (*twins).seek,
	(*twins).truncate, (*twins).rename, (*twins).rename, (*twins).mkdir, (*twins).mkdir, (*twins).rmdir, (*twins).unlink,
	(*twins).link, (*twins).symlink, (*twins).symlink, (*twins).readlink, (*twins).stat, (*twins).fstat, (*twins).readdir,
	(*twins).setTimes,
}

func (w *twins) open() {
	if len(w.pairs) >= maxPairs {
		w.close()
		return
	}
	b, path := w.base(), w.path(true)
	var oflags, fdflags uint64
	flags := unix.O_CLOEXEC | unix.O_NOCTTY
	for i, o := range []struct {
		guest uint64
		host  int
	}{{oCreat, unix.O_CREAT}, {oCreat, unix.O_CREAT}, {oExcl, unix.O_EXCL}, {oTrunc, unix.O_TRUNC}, {oDirectory, unix.O_DIRECTORY}} {
		if w.choose(2+i) == 1 && (o.guest != oDirectory || oflags&oCreat == 0) { // those two together are EINVAL
			oflags |= o.guest
			flags |= o.host
		}
	}
	if w.choose(4) == 1 {
		fdflags |= fAppend
		flags |= unix.O_APPEND
	}
	lookup := uint64(w.choose(2))
	if lookup == 0 {
		flags |= unix.O_NOFOLLOW
	}
	if flags&unix.O_EXCL != 0 && flags&unix.O_CREAT == 0 {
		oflags, flags = oflags&^oExcl, flags&^unix.O_EXCL // undefined
	}
	base, write := readRights|rightPathOpen|rightFDReaddir, w.choose(2) == 1
	inherit := rights(0)
	if oflags&oDirectory != 0 {
		st := w.p.fdstat(root)
		base, inherit = st.base, st.inherit
	} else if write {
		base |= writeRights
		flags |= unix.O_RDWR
	}
	guest, errno := w.p.open(openParams{b.guest, path, lookup, oflags, base, inherit, fdflags})
	host, err := unix.Openat(b.host, path, flags, 0o666)
	what := fmt.Sprintf("open %d %q lookup %d oflags %d fdflags %d write %v", b.guest, path, lookup, oflags, fdflags, write)
	if errno == 0 && err != nil || errno != 0 && err == nil { // keep both tables in step for the report
		w.same(what, errno, err)
	}
	if !w.same(what, errno, err) {
		return
	}
	var st unix.Stat_t
	unix.Fstat(host, &st)
	isDir := st.Mode&unix.S_IFMT == unix.S_IFDIR
	if isDir && oflags&oDirectory == 0 { // opened without O_DIRECTORY: it may be read only
		unix.Close(host)
		w.p.must("fd_close", guest)
		return
	}
	w.pairs = append(w.pairs, pair{guest, host, isDir, write})
}

func (w *twins) close() {
	i := w.choose(len(w.pairs))
	if i == 0 {
		return
	}
	b := w.pairs[i]
	w.same(fmt.Sprintf("close %d", b.guest), w.p.call("fd_close", b.guest), unix.Close(b.host))
	w.pairs = slices.Delete(w.pairs, i, i+1)
}

func (w *twins) read() {
	b, ok := w.file()
	if !ok {
		return
	}
	n, offset := w.choose(100), w.choose(256)
	buf := make([]byte, n)
	if offset >= 128 {
		got, errno := w.p.read(b.guest, n)
		m, err := unix.Read(b.host, buf)
		w.same(fmt.Sprintf("read %d, %d", b.guest, n), errno, err, got, string(buf[:max(m, 0)]))
		return
	}
	got, errno := w.p.pread(b.guest, n, uint64(offset))
	m, err := unix.Pread(b.host, buf, int64(offset))
	w.same(fmt.Sprintf("pread %d, %d at %d", b.guest, n, offset), errno, err, got, string(buf[:max(m, 0)]))
}

func (w *twins) write() {
	b, ok := w.file()
	if !ok || !b.write {
		return
	}
	text, offset := strings.Repeat(string(rune('A'+w.step%26)), w.choose(100)), w.choose(256)
	if offset >= 128 {
		got, errno := w.p.write(b.guest, text)
		m, err := unix.Write(b.host, []byte(text))
		w.same(fmt.Sprintf("write %d, %d", b.guest, len(text)), errno, err, got, m)
		return
	}
	got, errno := w.p.pwrite(b.guest, text, uint64(offset))
	m, err := unix.Pwrite(b.host, []byte(text), int64(offset))
	w.same(fmt.Sprintf("pwrite %d, %d at %d", b.guest, len(text), offset), errno, err, got, m)
}

func (w *twins) seek() {
	b, ok := w.file()
	if !ok {
		return
	}
	offset, whence := int64(w.choose(200)-50), w.choose(3)
	got, errno := w.p.seek(b.guest, offset, uint64(whence))
	at, err := unix.Seek(b.host, offset, whence)
	w.same(fmt.Sprintf("seek %d, %d, whence %d", b.guest, offset, whence), errno, err, int64(got), at)
	got, errno = w.p.tell(b.guest)
	at, err = unix.Seek(b.host, 0, io.SeekCurrent)
	w.same(fmt.Sprintf("tell %d", b.guest), errno, err, int64(got), at)
}

func (w *twins) truncate() {
	b, ok := w.file()
	if !ok || !b.write {
		return
	}
	size := w.choose(200)
	w.same(fmt.Sprintf("truncate %d to %d", b.guest, size),
		w.p.call("fd_filestat_set_size", b.guest, uint64(size)), unix.Ftruncate(b.host, int64(size)))
}

func (w *twins) rename() {
	from, old, to, path := w.base(), w.path(true), w.base(), w.path(true)
	w.same(fmt.Sprintf("rename %d %q to %d %q", from.guest, old, to.guest, path),
		w.p.rename(from.guest, old, to.guest, path), unix.Renameat(from.host, old, to.host, path))
}

func (w *twins) mkdir() {
	b, path := w.base(), w.path(true)
	w.same(fmt.Sprintf("mkdir %d %q", b.guest, path), w.p.on("path_create_directory", b.guest, path), unix.Mkdirat(b.host, path, 0o777))
}

func (w *twins) rmdir() {
	b, path := w.base(), w.path(true)
	w.same(fmt.Sprintf("rmdir %d %q", b.guest, path),
		w.p.on("path_remove_directory", b.guest, path), unix.Unlinkat(b.host, path, unix.AT_REMOVEDIR))
}

func (w *twins) unlink() {
	b, path := w.base(), w.path(true)
	w.same(fmt.Sprintf("unlink %d %q", b.guest, path), w.p.on("path_unlink_file", b.guest, path), unix.Unlinkat(b.host, path, 0))
}

func (w *twins) link() {
	from, old, to, path := w.base(), w.path(true), w.base(), w.path(true)
	w.same(fmt.Sprintf("link %d %q to %d %q", from.guest, old, to.guest, path),
		w.p.link(from.guest, old, to.guest, path), unix.Linkat(from.host, old, to.host, path, 0))
}

func (w *twins) symlink() {
	target, b, path := w.path(false), w.base(), w.path(true)
	w.same(fmt.Sprintf("symlink %q at %d %q", target, b.guest, path),
		w.p.symlink(target, b.guest, path), unix.Symlinkat(target, b.host, path))
}

func (w *twins) readlink() {
	b, path, size := w.base(), w.path(true), 1+w.choose(8)
	got, errno := w.p.readlink(b.guest, path, size)
	buf := make([]byte, size)
	n, err := unix.Readlinkat(b.host, path, buf)
	w.same(fmt.Sprintf("readlink %d %q, %d bytes", b.guest, path, size), errno, err, got, string(buf[:max(n, 0)]))
}

// statOf returns the attributes that twins have in common.
func statOf(filetype byte, nlink, size uint64) [3]uint64 {
	if filetype == typeDir {
		size = 0 // up to the file system
	}
	return [3]uint64{uint64(filetype), nlink, size}
}

func hostStat(st *unix.Stat_t) [3]uint64 {
	types := map[uint32]byte{unix.S_IFDIR: typeDir, unix.S_IFREG: typeFile, unix.S_IFLNK: typeLink}
	return statOf(types[st.Mode&unix.S_IFMT], uint64(st.Nlink), uint64(st.Size))
}

func (w *twins) stat() {
	b, path, lookup := w.base(), w.path(true), w.choose(2)
	got, errno := w.p.pathStat(b.guest, path, uint64(lookup))
	var st unix.Stat_t
	err := unix.Fstatat(b.host, path, &st, (1-lookup)*unix.AT_SYMLINK_NOFOLLOW)
	w.same(fmt.Sprintf("stat %d %q lookup %d", b.guest, path, lookup), errno, err,
		statOf(got.filetype, got.nlink, got.size), hostStat(&st))
}

func (w *twins) fstat() {
	b := w.pairs[w.choose(len(w.pairs))]
	got, errno := w.p.stat(b.guest)
	var st unix.Stat_t
	err := unix.Fstat(b.host, &st)
	w.same(fmt.Sprintf("fstat %d", b.guest), errno, err, statOf(got.filetype, got.nlink, got.size), hostStat(&st))
}

func (w *twins) readdir() {
	b := w.base()
	size := 300 + w.choose(200)
	var got []string
	for _, e := range w.p.list(b.guest, size) {
		got = append(got, fmt.Sprint(e.name, " ", e.filetype))
	}
	slices.Sort(got)
	want := []string{". 3", ".. 3"}
	var entries []os.DirEntry
	fd, err := unix.Openat(b.host, ".", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err == nil {
		f := os.NewFile(uintptr(fd), ".")
		defer f.Close()
		entries, err = f.ReadDir(-1)
	}
	if errors.Is(err, unix.ENOENT) { // removed
		if len(got) > 2 {
			w.fail("a removed directory has the entries %v", got)
		}
		return
	}
	if err != nil {
		w.t.Fatal(err)
	}
	for _, e := range entries {
		filetype := typeFile
		switch {
		case e.IsDir():
			filetype = typeDir
		case e.Type()&os.ModeSymlink != 0:
			filetype = typeLink
		}
		want = append(want, fmt.Sprint(e.Name(), " ", filetype))
	}
	slices.Sort(want)
	w.same(fmt.Sprintf("readdir %d, %d bytes", b.guest, size), 0, nil, got, want)
}

func (w *twins) setTimes() {
	b, path, lookup := w.base(), w.path(true), w.choose(2)
	at, n := w.p.path1(path)
	errno := w.p.call("path_filestat_set_times", b.guest, uint64(lookup), at, n, 1e9, 2e9, setAtim|setMtim)
	err := unix.UtimesNanoAt(b.host, path, []unix.Timespec{{Sec: 1}, {Sec: 2}}, (1-lookup)*unix.AT_SYMLINK_NOFOLLOW)
	if !w.same(fmt.Sprintf("set times %d %q lookup %d", b.guest, path, lookup), errno, err) {
		return
	}
	if st, errno := w.p.pathStat(b.guest, path, uint64(lookup)); errno != 0 || st.mtim != 2e9 {
		w.fail("set times %d %q lookup %d: %+v %v", b.guest, path, lookup, st, errno)
	}
}
