//go:build linux

package confine

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// TestPermissionsAsLinux: a directory that may not be searched is refused
// where Linux refuses it, "." and ".." included.
func TestPermissionsAsLinux(t *testing.T) {
	needKernel(t)
	tr := newTree(t, "file = text", "shut/", "shut/file = inner", "shut/sub/", "link -> shut", "link-up -> shut/..", "blind/", "blind/file = x")
	for name, mode := range map[string]fs.FileMode{"shut": 0o600, "blind": 0o300} {
		path := filepath.Join(tr.base, "in", name)
		must(t, os.Chmod(path, mode))
		t.Cleanup(func() { _ = os.Chmod(path, 0o700) })
	}
	if os.Geteuid() == 0 {
		const nobody = 65534
		must(t, filepath.WalkDir(tr.base, func(path string, _ fs.DirEntry, err error) error {
			if err == nil {
				err = os.Lchown(path, nobody, nobody)
			}
			return err
		}))
		// Only this thread becomes nobody, and it ends with the goroutine.
		runtime.LockOSThread()
		_, err := unix.SetfsuidRetUid(nobody)
		must(t, err)
		t.Cleanup(func() { _ = unix.Setfsuid(0) })
	}
	denied := 0
	for _, path := range []string{
		"shut", "shut/", "shut/.", "shut/./", "shut/..", "shut/../", "shut/../file", "shut/../shut/..", "shut/file", "shut/missing", "shut/sub/..",
		"shut/file/", "link", "link/", "link/.", "link/..", "link/file", "link-up", "link-up/", "link-up/file", "blind/..", "blind/file", "blind/.", "blind/",
	} {
		for _, op := range operations {
			if op.name == "rename" || op.name == "rename-to" {
				continue // these would move shut itself
			}
			_, _, want := op.run(plainCalls{}, tr.dir, path, "missing/x")
			if want == nil && !readOnly(op) {
				continue // the tree has changed
			}
			if want == unix.EACCES {
				denied++
			}
			for _, r := range resolvers {
				if _, _, err := op.run(r.Resolver, tr.dir, path, "missing/x"); err != want {
					t.Errorf("%s %s %s: %v; Linux: %v", r.name, op.name, path, err, want)
				}
			}
		}
	}
	if denied == 0 {
		t.Error("nothing was denied")
	}
}

// readOnly reports whether an operation, done twice, answers the same.
func readOnly(op operation) bool {
	switch op.name {
	case "mkdir", "rmdir", "unlink", "symlink", "link", "link-follow", "link-to", "open-exclusive", "open-exclusive-nofollow":
		return false
	}
	return true
}
