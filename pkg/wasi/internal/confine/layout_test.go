//go:build linux

package confine

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// resolvers are the two that must give the same answers.
var resolvers = []struct {
	name string
	Resolver
}{{"kernel", Resolver{}}, {"walker", Portable()}}

// tree is a directory "in" that is confined to, beside "out" that must stay
// untouched.
type tree struct {
	base string
	dir  int // the descriptor of in
}

const secret = "secret"

// newTree makes a tree of one entry a line: "name/" is a directory, "name =
// text" a file, "name -> target" a symbolic link, "name" an empty file, "name |" a FIFO.
// BASE in a target stands for the directory that holds in and out.
func newTree(t testing.TB, lines ...string) tree {
	t.Helper()
	parent := t.TempDir()
	if unix.Access("/dev/shm", unix.W_OK) == nil {
		parent = "/dev/shm" // in memory: there are thousands of trees
	}
	outer, err := os.MkdirTemp(parent, "confine") //nolint:usetesting // not where tests' temporary files are
	must(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(outer) })
	// No test path climbs above outer, so a bug in the tested code destroys
	// nothing but the tree.
	base := outer + "/a/b"
	must(t, os.MkdirAll(base, 0o755))
	all := append([]string{"out/", "out/file = " + secret, "out/sub/", "in/"}, lines...)
	for i, line := range all {
		if i >= 4 {
			line = "in/" + line
		}
		must(t, makeEntry(base, line))
	}
	dir, err := unix.Open(base+"/in", unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	must(t, err)
	t.Cleanup(func() { _ = unix.Close(dir) })
	return tree{base, dir}
}

func makeEntry(base, line string) error {
	if name, target, ok := strings.Cut(line, " -> "); ok {
		return os.Symlink(strings.ReplaceAll(target, "BASE", base), base+"/"+name)
	}
	if name, text, ok := strings.Cut(line, " = "); ok {
		return os.WriteFile(base+"/"+name, []byte(text), 0o644)
	}
	if name, ok := strings.CutSuffix(line, "/"); ok {
		return os.MkdirAll(base+"/"+name, 0o755)
	}
	if name, ok := strings.CutSuffix(line, " |"); ok {
		return unix.Mkfifo(base+"/"+name, 0o644)
	}
	return os.WriteFile(base+"/"+line, nil, 0o644)
}

// list shows everything below name, with file texts and link targets.
func (tr tree) list(t testing.TB, name string) string {
	t.Helper()
	var b strings.Builder
	root := filepath.Join(tr.base, name)
	must(t, filepath.Walk(root, func(path string, info os.FileInfo, err error) error {
		if err != nil {
			return err
		}
		text := ""
		switch {
		case info.Mode().IsRegular():
			bytes, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			text = fmt.Sprintf(" %q n=%d", bytes, info.Sys().(*syscall.Stat_t).Nlink)
		case info.Mode()&os.ModeSymlink != 0:
			target, err := os.Readlink(path)
			if err != nil {
				return err
			}
			text = " -> " + strings.ReplaceAll(target, tr.base, "BASE")
		}
		fmt.Fprintf(&b, "%q %v%s\n", strings.TrimPrefix(path, root), info.Mode(), text)
		return nil
	}))
	return b.String()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// openDescriptors counts the descriptors of this process.
func openDescriptors(t testing.TB) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	must(t, err)
	return len(entries)
}

// checkDescriptors fails if the test leaves more descriptors open than it
// found. It must be called before those of the test itself are opened.
func checkDescriptors(t testing.TB) {
	t.Helper()
	r, w, err := os.Pipe() // the first one makes Go's poller open its own
	must(t, err)
	_, _ = r.Close(), w.Close()
	before := openDescriptors(t)
	t.Cleanup(func() {
		if after := openDescriptors(t); after != before {
			t.Errorf("%d descriptors open, before %d", after, before)
		}
	})
}

// needKernel skips where the two resolvers would be the same one.
func needKernel(t testing.TB) {
	t.Helper()
	if !hasBeneath() {
		t.Skip("this kernel has no openat2")
	}
}
