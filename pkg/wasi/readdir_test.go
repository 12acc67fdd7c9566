//go:build linux

package wasi_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/wamr-go/wamr-go/pkg/wasi"
)

func manyFiles(t testing.TB, dir string, n int) {
	t.Helper()
	for i := range n {
		writeFile(t, filepath.Join(dir, fmt.Sprintf("file-%d%s", i, strings.Repeat("x", i%40))), "")
	}
}

func names(entries []dirent) (list []string) {
	for _, e := range entries {
		if e.name != "." && e.name != ".." {
			list = append(list, e.name)
		}
	}
	slices.Sort(list)
	return list
}

func hostNames(t testing.TB, dir string) (list []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		list = append(list, e.Name())
	}
	slices.Sort(list)
	return list
}

func TestReaddirManyFiles(t *testing.T) {
	p, dir := oneDir(t)
	manyFiles(t, dir, 1000)
	want := hostNames(t, dir)
	fd := p.openDir(".")
	for _, size := range []int{100, 333, 4096, dataSize} {
		if d := cmp.Diff(want, names(p.list(fd, size))); d != "" {
			t.Errorf("with a buffer of %d bytes:\n%s", size, d)
		}
	}
}

// Buffers of every size list the same entries; the last entry is cut at the
// buffer's end, not one byte later.
func TestReaddirCutsEntries(t *testing.T) {
	p, dir := oneDir(t)
	manyFiles(t, dir, 6)
	fd := p.openDir(".")
	whole := p.list(fd, dataSize)
	p.must("fd_readdir", fd, atData, dataSize, 0, atResult)
	used := int(p.u32(atResult))
	stream := slices.Clone(p.memory()[atData : atData+used])
	for size := range used + 3 {
		p.mask()
		p.must("fd_readdir", fd, atData, uint64(size), 0, atResult)
		want := min(size, used)
		if got := int(p.u32(atResult)); got != want {
			t.Errorf("buffer of %d bytes: %d used, want %d", size, got, want)
		}
		if got := p.memory()[atData : atData+want]; !slices.Equal(got, stream[:want]) {
			t.Errorf("buffer of %d bytes holds other entries", size)
		}
		p.wantOnly(span{atResult, 4}, span{atData, want})
	}
	for size := direntHead; size < 200; size += 7 {
		if d := cmp.Diff(whole, p.list(fd, size), cmp.AllowUnexported(dirent{})); d != "" {
			t.Errorf("buffer of %d bytes:\n%s", size, d)
		}
	}
}

func TestReaddirEntries(t *testing.T) {
	p, dir := oneDir(t)
	writeFile(t, filepath.Join(dir, "file"), "")
	os.Mkdir(filepath.Join(dir, "dir"), 0o755)
	os.Symlink("nowhere", filepath.Join(dir, "link"))
	unix.Mkfifo(filepath.Join(dir, "fifo"), 0o644)
	want := map[string]byte{".": typeDir, "..": typeDir, "file": typeFile, "dir": typeDir, "link": typeLink, "fifo": typeUnknown}
	seen := map[uint64]bool{}
	for _, e := range p.list(root, dataSize) {
		if e.filetype != want[e.name] {
			t.Errorf("%s: file type %d, want %d", e.name, e.filetype, want[e.name])
		}
		delete(want, e.name)
		if seen[e.next] || e.next == 0 {
			t.Errorf("%s: cookie %d twice, or the start's", e.name, e.next)
		}
		seen[e.next] = true
		switch st, errno := p.pathStat(root, e.name, 0); {
		case e.name == "..":
			if e.ino != 0 {
				t.Error("the inode of the directory above the root is reported")
			}
		case errno != 0 || st.ino != e.ino:
			t.Errorf("%s: inode %d, stat says %d (%v)", e.name, e.ino, st.ino, errno)
		}
	}
	if len(want) > 0 {
		t.Errorf("missing: %v", want)
	}
	// A name that is not UTF-8, and one of the greatest length.
	for _, name := range []string{"\xff\xfe", strings.Repeat("n", 255)} {
		writeFile(t, filepath.Join(dir, name), "")
		if !slices.Contains(names(p.list(root, 300)), name) {
			t.Errorf("%q is not listed", name)
		}
	}
}

// An entry that exists all the time is listed once, whatever is made and
// removed meanwhile. Any cookie continues after its entry, in any order. Cookie
// 0 sees the directory in its present state.
func TestReaddirWhileChanging(t *testing.T) {
	p, dir := oneDir(t)
	manyFiles(t, dir, 300)
	constant := hostNames(t, dir)
	fd := p.openDir(".")
	count := map[string]int{}
	cookie, end := uint64(0), false
	for i := 0; !end; i++ {
		var entries []dirent
		var errno wasi.Errno
		if entries, end, errno = p.readdir(fd, 256, cookie); errno != 0 {
			t.Fatal(errno)
		}
		for _, e := range entries {
			count[e.name]++
			cookie = e.next
		}
		writeFile(t, filepath.Join(dir, fmt.Sprint("new", i)), "")
		os.Remove(filepath.Join(dir, fmt.Sprint("new", i-3)))
	}
	for _, name := range constant {
		if count[name] != 1 {
			t.Errorf("%s was listed %d times", name, count[name])
		}
	}
	if d := cmp.Diff(hostNames(t, dir), names(p.list(fd, 1000))); d != "" {
		t.Errorf("rewound:\n%s", d)
	}

	all := p.list(fd, dataSize)
	for i := len(all) - 1; i > 0; i -= 37 { // backwards, at random places
		entries, _, errno := p.readdir(fd, 400, all[i-1].next)
		if errno != 0 || len(entries) == 0 || entries[0].name != all[i].name {
			t.Fatalf("cookie of %s: %v %v, want %s", all[i-1].name, entries, errno, all[i].name)
		}
	}
	// A cookie outlives the entry that it came with, and serves another
	// descriptor of the same directory.
	os.Remove(filepath.Join(dir, all[10].name))
	if entries, _, _ := p.readdir(fd, 400, all[10].next); len(entries) == 0 || entries[0].name != all[11].name {
		t.Errorf("behind a removed entry: %v, want %s", entries, all[11].name)
	}
	for i := range 4 {
		again := p.openDir(".")
		if entries, _, _ := p.readdir(again, 400, all[i].next); len(entries) == 0 || entries[0].name != all[i+1].name {
			t.Errorf("in another descriptor: %v, want %s", entries, all[i+1].name)
		}
	}
	os.Remove(filepath.Join(dir, all[20].name))
	if slices.Contains(names(p.list(fd, dataSize)), all[20].name) {
		t.Error("a removed entry is listed after a rewind")
	}
}

func TestReaddirErrors(t *testing.T) {
	p, dir := oneDir(t)
	os.Mkdir(filepath.Join(dir, "dir"), 0o755)
	fd := p.openDir("dir")
	p.want(wasi.EINVAL, "fd_readdir", fd, atData, 100, 1<<63, atResult)
	p.want(wasi.EFAULT, "fd_readdir", fd, 4*pageSize-50, 100, 0, atResult)
	p.want(wasi.EFAULT, "fd_readdir", fd, atData, 100, 0, 4*pageSize-3)
	p.want(wasi.EBADF, "fd_readdir", 99, atData, 100, 0, atResult)
	os.Remove(filepath.Join(dir, "dir"))
	if entries, end, errno := p.readdir(fd, 100, 0); len(entries) != 0 || !end || errno != 0 {
		t.Errorf("a removed directory: %v %v %v", entries, end, errno)
	}
}

// However many directories a guest reads at once, each goes on where it was,
// and the host's memory stays bounded.
func TestReaddirManyDirectories(t *testing.T) {
	dir := t.TempDir()
	manyFiles(t, dir, 20)
	p := newProxy(t, wasi.Config{Preopens: asRoot(t, dir)})
	want := p.list(p.openDir("."), dataSize)
	const directories = 200
	fds, cookies, seen := make([]uint64, directories), make([]uint64, directories), make([][]dirent, directories)
	for i := range fds {
		fds[i] = p.openDir(".")
	}
	for unfinished := directories; unfinished > 0; {
		unfinished = 0
		for i, fd := range fds {
			entries, end, errno := p.readdir(fd, 200+i, cookies[i])
			if errno != 0 {
				t.Fatal(errno)
			}
			if seen[i] = append(seen[i], entries...); len(entries) > 0 {
				cookies[i] = entries[len(entries)-1].next
			}
			if !end {
				unfinished++
			}
		}
	}
	for i := range fds {
		if d := cmp.Diff(want, seen[i], cmp.AllowUnexported(dirent{})); d != "" {
			t.Fatalf("directory %d:\n%s", i, d)
		}
	}
	for _, k := range p.ledger.Snapshot().Kinds {
		if k.Kind.String() == "dir_stream" && k.LiveBytes > 2<<20 {
			t.Errorf("%d bytes of buffers for %d directories", k.LiveBytes, k.LiveObjects)
		}
	}
}

// On tmpfs the first entry's cookie is 1, so that no small number is free to
// mean "nowhere".
func TestReaddirFirstCookieElsewhere(t *testing.T) {
	dir, err := os.MkdirTemp("/dev/shm", "readdir") //nolint:usetesting // on tmpfs, wherever temporary files are
	if err != nil {
		t.Skip("no tmpfs: ", err)
	}
	defer os.RemoveAll(dir)
	manyFiles(t, dir, 3)
	p := newProxy(t, wasi.Config{Preopens: asRoot(t, dir)})
	all := p.list(p.openDir("."), dataSize)
	for i := range len(all) - 1 {
		entries, _, errno := p.readdir(p.openDir("."), 400, all[i].next)
		if errno != 0 || len(entries) == 0 || entries[0].name != all[i+1].name {
			t.Errorf("cookie %d in another descriptor: %v %v, want %s", all[i].next, entries, errno, all[i+1].name)
		}
	}
}
