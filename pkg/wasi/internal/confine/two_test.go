//go:build linux

package confine

import (
	"testing"

	"golang.org/x/sys/unix"
)

// TestTwoDirectories: each path has a directory of its own and is confined to
// it.
func TestTwoDirectories(t *testing.T) {
	for _, r := range resolvers {
		checkDescriptors(t)
		a := newTree(t, "d/", "d/file = text", "out -> ../out")
		b := newTree(t, "d/", "out -> ../out")
		steps := []struct {
			name      string
			err, want error
		}{
			{"link", r.Link(a.dir, "d/file", false, b.dir, "d/linked"), nil},
			{"rename", r.Rename(a.dir, "d/file", b.dir, "d/moved"), nil},
			{"rename out of the first", r.Rename(a.dir, "out/file", b.dir, "x"), ErrEscape},
			{"rename out of the second", r.Rename(b.dir, "d/moved", a.dir, "out/x"), ErrEscape},
			{"link out of the first", r.Link(a.dir, "../out/file", false, b.dir, "x"), ErrEscape},
			{"link out of the second", r.Link(b.dir, "d/moved", false, a.dir, "d/../../x"), ErrEscape},
			{"bad second directory", r.Rename(b.dir, "d/moved", -1, "x"), unix.EBADF},
		}
		for _, s := range steps {
			if s.err != s.want {
				t.Errorf("%s %s: %v, want %v", r.name, s.name, s.err, s.want)
			}
		}
		var st Attr
		must(t, r.Stat(b.dir, "d/moved", false, &st))
		if st.Nlink != 2 {
			t.Errorf("%s: %d links, want 2", r.name, st.Nlink)
		}
	}
}

// TestOtherFileSystem: EXDEV is no escape where Linux itself says it.
func TestOtherFileSystem(t *testing.T) {
	tr := newTree(t, "d/", "d/file = text")
	elsewhere, err := unix.Open(t.TempDir(), unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	must(t, err)
	defer unix.Close(elsewhere)
	var here, there Attr
	must(t, unix.Fstat(tr.dir, &here))
	must(t, unix.Fstat(elsewhere, &there))
	if here.Dev == there.Dev {
		t.Skip("one file system only")
	}
	for _, r := range resolvers {
		if err := r.Rename(tr.dir, "d/file", elsewhere, "file"); err != unix.EXDEV {
			t.Errorf("%s rename: %v, want EXDEV", r.name, err)
		}
		if err := r.Link(tr.dir, "d/file", true, elsewhere, "file"); err != unix.EXDEV {
			t.Errorf("%s link: %v, want EXDEV", r.name, err)
		}
	}
}
