//go:build linux

package confine

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

var long255 = strings.Repeat("n", 255)

// layout is the tree of the table tests.
var layout = []string{
	"file = text", "dir/", "dir/file = inner", "dir/sub/", "dir/sub/file = deep", "empty/", "fifo |", "\xff\xfe = bytes", long255,
	"link -> file", "link-slash -> file/", "dirlink -> dir", "dirlink-slash -> dir/", "sublink -> dir/sub", "dangling -> missing",
	"dangling-slash -> missing/", "dangling-deep -> missing/x", "loop -> loop", "loop-a -> loop-b", "loop-b -> loop-a", "self -> .",
	"dir/up -> ..", "dir/up-file -> ../file", "dir/sub/top -> ../..", "dir/sub/around -> ../../dir/sub/file", "bytes -> \xff\xfe",
	"through-file -> file/x", "dot-slash -> ./dir/./", "dir-dot -> dir/.", "dangling-dir -> dir/new",
	"out-absolute -> BASE/out", "in-absolute -> BASE/in/file", "in-absolute-dir -> BASE/in/dir", "out-dots -> ../out",
	"out-file -> ../out/file", "parent -> ..", "out-deep -> dir/../../out/file", "via-out -> out-dots/file",
	"back -> ../in/file", "dir/out -> ../../out", "out-new -> ../out/new", "root -> BASE", "out-missing-first -> missing/../../out",
}

// chains is a layout with as many links as Linux follows in a path, and more.
var chains = append([]string{"file = text", "dir/", "dir/file = inner", "dir/up -> ..", "link -> file"}, links(41)...)

var chainPaths = []string{
	"chain-39", "chain-40", "chain-41", "chain-39/", "chain-40/", "chain-41/", "dirchain-39/file", "dirchain-40/file", "dirchain-41/file",
	"dirchain-40/", "dirchain-40/..", "dirchain-39/up/link", "dirchain-38/up/link", "dirchain-37/up/link", "chain-40/.", "dirchain-40/new", "dirchain-41/new",
}

// links are chains: "chain-N" follows N links to file, "dirchain-N" to dir.
func links(n int) []string {
	lines := []string{"chain-1 -> file", "dirchain-1 -> dir"}
	for i := 2; i <= n; i++ {
		lines = append(lines, fmt.Sprintf("chain-%d -> chain-%d", i, i-1), fmt.Sprintf("dirchain-%d -> dirchain-%d", i, i-1))
	}
	return lines
}

// insidePaths never ask for an escape, whatever the operation.
var insidePaths = []string{
	"file", "dir", "missing", "empty", "fifo", "\xff\xfe", "bytes", "bytes/", "dir/file", "dir/sub", "dir/sub/file", "dir/missing",
	"missing/x", "file/x", "file/", "file//", "file/.", "file/..", "file/../file", "missing/", "missing/.", "missing/..",
	"dir/", "dir//", "dir//file", "dir/./file", "./file", "././dir", ".", "./", "./.", "dir/.", "dir/./", "dir/..", "dir/../",
	"dir/../file", "dir/../missing", "dir/../dir/../dir/file", "dir/sub/../..", "dir/sub/../../", "dir/sub/../../file", "dir/sub/..", "empty/", "empty/.",
	"empty/..", "link", "link/", "link/.", "link/x", "link-slash", "link-slash/", "dirlink", "dirlink/", "dirlink/.", "dirlink/..", "dirlink/file",
	"dirlink-slash", "dirlink-slash/", "dirlink-slash/file", "sublink", "sublink/", "sublink/..", "sublink/../file", "dangling", "dangling/", "dangling/x",
	"dangling-slash", "dangling-slash/", "dangling-deep", "dangling-dir", "dangling-dir/", "loop", "loop/", "loop/x", "loop-a", "loop-b/", "loop-a/x",
	"self", "self/", "self/self/self/file", "dir/up", "dir/up/", "dir/up/file", "dir/up/dir/up/dir/up", "dir/up-file", "dir/sub/top", "dir/sub/top/",
	"dir/sub/top/file", "dir/sub/around", "through-file", "dot-slash", "dot-slash/", "dot-slash/file", "dir-dot", "dir-dot/", "dir-dot/..",
	long255, long255 + "/", long255 + "n", long255 + "n/", "dir/" + long255, "dir/" + long255 + "n", long255 + "n/x", "...", "..x", "dir/...", "dir/..x",
	strings.Repeat("./", 2045) + "file", strings.Repeat("./", 2046) + "fil", strings.Repeat("./", 2045) + "file2", strings.Repeat("./", 2046) + "file",
	strings.Repeat("x", 4095), strings.Repeat("x", 4096), strings.Repeat("x", 5000), "dir" + strings.Repeat("/", 4092), "dir" + strings.Repeat("/", 4093),
	strings.Repeat("dir/../", 500) + "file", strings.Repeat("self/", 40) + "file", strings.Repeat("self/", 41) + "file", strings.Repeat("self/", 40),
	"", strings.Repeat("y", 254), strings.Repeat("dir/sub/../../", 18) + "dir/f", strings.Repeat("./", 126) + "file", strings.Repeat("./", 126) + "fil", strings.Repeat("./", 125) + "dir/",
}

// report is all that a call did: two equal reports cannot be told apart.
type report struct {
	Result, Err, Inside, Outside string
}

// bench runs operations of one api, each in a tree that is as new.
type bench struct {
	api
	lines []string
	tr    tree
	fresh string // how the tree looks, inside and outside
}

func (b *bench) look(t *testing.T) (inside, outside string) {
	return b.tr.list(t, "in"), b.tr.list(t, "out")
}

// attempt runs one operation. A tree is used again after an error, which
// must not have changed anything.
func (b *bench) attempt(t *testing.T, op operation, path, other string) report {
	t.Helper()
	if b.fresh == "" {
		b.tr = newTree(t, b.lines...)
		inside, outside := b.look(t)
		b.fresh = inside + outside
	}
	result, ino, err := op.run(b.api, b.tr.dir, strings.ReplaceAll(path, "BASE", b.tr.base), other)
	r := report{Result: strings.ReplaceAll(result, b.tr.base, "BASE"), Err: fmt.Sprint(err)}
	if err == nil {
		r.Inside, r.Outside = b.look(t)
		if _, confined := b.api.(Resolver); confined && !strings.HasSuffix(b.fresh, r.Outside) {
			t.Errorf("%q: the outside changed:\n%s", path, r.Outside)
		}
		if r.Inside+r.Outside != b.fresh {
			b.fresh = ""
		}
	}
	var st Attr
	must(t, unix.Stat(b.tr.base+"/out/file", &st))
	if ino == st.Ino {
		t.Errorf("%q: the outside file was reached", path)
	}
	return r
}

// done checks that no error changed anything.
func (b *bench) done(t *testing.T) {
	t.Helper()
	if b.fresh == "" {
		return
	}
	if inside, outside := b.look(t); inside+outside != b.fresh {
		t.Errorf("a refused operation changed the tree:\n%s%s", inside, outside)
	}
}

// TestInsideAsLinux compares both resolvers with the plain system calls.
func TestInsideAsLinux(t *testing.T) { compare(t, layout, insidePaths) }

func TestChainsAsLinux(t *testing.T) { compare(t, chains, chainPaths) }

func compare(t *testing.T, lines, paths []string) {
	needKernel(t)
	checkDescriptors(t)
	for _, op := range operations {
		t.Run(op.name, func(t *testing.T) {
			oracle := &bench{api: plainCalls{}, lines: lines}
			kernel := &bench{api: Resolver{}, lines: lines}
			walker := &bench{api: Portable(), lines: lines}
			defer oracle.done(t)
			defer kernel.done(t)
			defer walker.done(t)
			for _, path := range paths {
				for _, other := range others(op, path) {
					want := oracle.attempt(t, op, path, other)
					if got := kernel.attempt(t, op, path, other); got != want {
						t.Errorf("kernel %.40q %q: %+v\nLinux: %+v", path, other, got, want)
					}
					if got := walker.attempt(t, op, path, other); got != want {
						t.Errorf("walker %.40q %q: %+v\nLinux: %+v", path, other, got, want)
					}
				}
			}
		})
	}
}

// others are the second paths to try an operation with.
func others(op operation, path string) []string {
	two := strings.HasPrefix(op.name, "rename") || strings.HasPrefix(op.name, "link")
	if two && len(path) < 12 {
		return []string{"file", "dir/new", "empty/", "dir/.", "file/"}
	}
	return []string{"dir/new"}
}

// TestEscape: each path is refused by every operation that has to resolve it.
func TestEscape(t *testing.T) {
	needKernel(t)
	checkDescriptors(t)
	always := []string{
		"BASE", "BASE/", "BASE/out/file", "BASE/in/file", "/BASE/out/new", "..", "../", "../.", "../in", "../in/file", "../out", "../out/file", "../out/", "./..", "dir/../..",
		"dir/../../out/file", "dir/sub/../../..", "dir/sub/../../../out/x", "self/..", "self/../in/file", "dirlink/../..", "sublink/../../../out/file", "dir/up/..",
		"dir/sub/top/..", "out-absolute/", "out-absolute/file", "out-absolute/new", "in-absolute/", "in-absolute-dir/file", "in-absolute-dir/", "out-dots/",
		"out-dots/file", "out-dots/new", "out-dots/sub/x", "parent/", "parent/in/file", "parent/out/file", "parent/.", "parent/..", "dir/out/file",
		"dir/out/../in/file", "root/out/file", "root/", "root/.", "out-file/", "out-deep/", "via-out/", "back/", "dir/out/", "out-new/",
	}
	byFollowing := []string{"out-absolute", "in-absolute", "in-absolute-dir", "out-dots", "out-file", "parent", "out-deep", "via-out", "back", "dir/out", "out-new", "root"}
	notFollowing := []string{"mkdir", "rmdir", "unlink", "symlink", "link-to", "rename", "rename-to", "readlink", "link", "stat-nofollow", "utimes-nofollow", "open-nofollow",
		"open-directory-nofollow", "open-create-nofollow", "open-exclusive", "open-exclusive-nofollow"}
	entryOnly := []string{"mkdir", "rmdir", "unlink", "symlink", "link-to", "rename", "rename-to"}
	for _, op := range operations {
		t.Run(op.name, func(t *testing.T) {
			kernels, walkers := &bench{api: Resolver{}, lines: layout}, &bench{api: Portable(), lines: layout}
			defer kernels.done(t)
			defer walkers.done(t)
			for _, path := range append(slices.Clone(always), byFollowing...) {
				follows := !slices.Contains(notFollowing, op.name)
				parentOnly := slices.Contains(entryOnly, op.name) || strings.HasPrefix(op.name, "open-create") || strings.HasPrefix(op.name, "open-exclusive")
				link := slices.Contains(byFollowing, strings.TrimRight(path, "/"))
				escapes := !link || strings.HasSuffix(path, "/") && !parentOnly || !strings.HasSuffix(path, "/") && follows
				kernel := kernels.attempt(t, op, path, "file")
				walker := walkers.attempt(t, op, path, "file")
				if kernel != walker {
					t.Errorf("%q: kernel %s, walker %s", path, kernel.Err, walker.Err)
				}
				if refused := kernel.Err == ErrEscape.Error(); refused != escapes {
					t.Errorf("%q: %s, want an escape: %v", path, kernel.Err, escapes)
				}
			}
		})
	}
}

func TestRefusedArguments(t *testing.T) {
	checkDescriptors(t)
	tr := newTree(t, layout...)
	t.Chdir(tr.base + "/in") // the directory of AT_FDCWD
	for _, r := range resolvers {
		for _, op := range operations {
			for _, c := range []struct {
				dir  int
				path string
				want error
			}{
				{tr.dir, "", unix.ENOENT}, {tr.dir, "fi\x00le", unix.EINVAL}, {tr.dir, "\x00", unix.EINVAL}, {tr.dir, "../\x00", unix.EINVAL},
				{tr.dir, "/" + strings.Repeat("x", 5000), unix.ENAMETOOLONG},
				{-1, "file", unix.EBADF}, {unix.AT_FDCWD, "file", unix.EBADF}, {1 << 20, "file", unix.EBADF},
			} {
				if op.name == "rename-to" || op.name == "link-to" {
					continue // the other path comes first
				}
				if _, _, err := op.run(r.Resolver, c.dir, c.path, "file"); err != c.want {
					t.Errorf("%s %s %.20q in %d: %v, want %v", r.name, op.name, c.path, c.dir, err, c.want)
				}
			}
		}
		for _, flags := range []int{unix.O_TMPFILE | unix.O_RDWR, unix.O_PATH, unix.O_CREAT | unix.O_DIRECTORY, unix.O_DIRECT} {
			if _, err := r.Open(tr.dir, "dir", flags, 0, true); err != unix.EINVAL {
				t.Errorf("%s flags %#x: %v, want EINVAL", r.name, flags, err)
			}
		}
		if _, err := r.Readlink(tr.dir, "link", nil); err != unix.EINVAL {
			t.Errorf("%s readlink into nothing: %v", r.name, err)
		}
		for target, want := range map[string]error{"": unix.ENOENT, "a\x00b": unix.EINVAL, strings.Repeat("t", 4096): unix.ENAMETOOLONG} {
			if err := r.Symlink(target, tr.dir, "new"); err != want {
				t.Errorf("%s symlink to %.10q: %v, want %v", r.name, target, err, want)
			}
		}
		omit := [2]Time{{Nsec: TimeOmit}, {Nsec: TimeOmit}}
		if err := r.Utimes(tr.dir, "missing", false, omit); err != unix.ENOENT {
			t.Errorf("%s omitted times of a missing file: %v", r.name, err)
		}
		if err := r.Utimes(tr.dir, "out-file", true, omit); err != ErrEscape {
			t.Errorf("%s omitted times outside: %v", r.name, err)
		}
	}
}
