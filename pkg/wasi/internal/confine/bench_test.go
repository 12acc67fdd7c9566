//go:build linux

package confine

import (
	"testing"

	"golang.org/x/sys/unix"
)

func Benchmark(b *testing.B) {
	tr := newTree(b, "file = text", "a/b/", "a/b/file = text", "link -> a/b/file")
	apis := []struct {
		name string
		api
	}{{"plain", plainCalls{}}, {"kernel", Resolver{}}, {"walker", Portable()}}
	for _, path := range []struct{ name, path string }{{"1", "file"}, {"3", "a/b/file"}, {"link", "link"}} {
		for _, a := range apis {
			b.Run("open/depth="+path.name+"/"+a.name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					fd, err := a.Open(tr.dir, path.path, unix.O_RDONLY, 0, true)
					must(b, err)
					_ = unix.Close(fd)
				}
			})
			b.Run("stat/depth="+path.name+"/"+a.name, func(b *testing.B) {
				b.ReportAllocs()
				var st Attr
				for b.Loop() {
					must(b, a.Stat(tr.dir, path.path, true, &st))
				}
			})
		}
	}
}

// TestNoAllocation: the kernel's resolver works without the heap, for paths
// that fit its buffer.
func TestNoAllocation(t *testing.T) {
	needKernel(t)
	tr := newTree(t, "file = text", "a/b/", "a/b/file = text", "link -> a/b/file")
	var st Attr
	var buf [64]byte
	for name, call := range map[string]func() error{
		"stat":      func() error { return Stat(tr.dir, "file", true, &st) },
		"stat deep": func() error { return Stat(tr.dir, "a/b/file", true, &st) },
		"open": func() error {
			fd, err := Open(tr.dir, "a/b/file", unix.O_RDONLY, 0, true)
			_ = unix.Close(fd)
			return err
		},
		"readlink":      func() error { _, err := Readlink(tr.dir, "link", buf[:]); return err },
		"rename":        func() error { return Rename(tr.dir, "a/b/file", tr.dir, "a/b/file") },
		"utimes":        func() error { return Utimes(tr.dir, "a/b/file", true, [2]Time{}) },
		"mkdir, rmdir":  func() error { _ = Mkdir(tr.dir, "a/new", 0o755); return Rmdir(tr.dir, "a/new") },
		"link, unlink":  func() error { _ = Link(tr.dir, "file", false, tr.dir, "a/l"); return Unlink(tr.dir, "a/l") },
		"symlink":       func() error { _ = Symlink("x", tr.dir, "a/s"); return Unlink(tr.dir, "a/s") },
		"missing files": func() error { _ = Stat(tr.dir, "a/missing", true, &st); return nil },
	} {
		must(t, call())
		if n := testing.AllocsPerRun(20, func() { _ = call() }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
