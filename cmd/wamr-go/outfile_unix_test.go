//go:build unix

package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// writeTo opens the place and writes a report there; between runs in the
// meantime, in place of the guest.
func writeTo(t *testing.T, path string, between func()) error {
	t.Helper()
	r, err := openOutFile(path, &bytes.Buffer{}, nil)
	if err != nil {
		return err
	}
	if between != nil {
		between()
	}
	err = r.write([]byte("report"))
	if closeErr := r.close(); closeErr != nil {
		t.Errorf("close: %v", closeErr)
	}
	return err
}

func mustWrite(t *testing.T, path, text string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

func content(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Whatever the guest does to the directory while it runs, the report goes to
// the file that its name meant before.
func TestOutFileAgainstGuest(t *testing.T) {
	tests := []struct {
		name   string
		change func(t *testing.T, out, outside string)
	}{
		{"the folder becomes a link", func(t *testing.T, out, outside string) {
			if err := os.Rename(out, out+".old"); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(filepath.Dir(outside), out); err != nil {
				t.Fatal(err)
			}
		}},
		{"the file becomes a link", func(t *testing.T, out, outside string) {
			if err := os.Symlink(outside, filepath.Join(out, "report.txt")); err != nil {
				t.Fatal(err)
			}
		}},
		{"the file becomes a link to a FIFO", func(t *testing.T, out, outside string) {
			fifo := filepath.Join(out, "fifo")
			if err := unix.Mkfifo(fifo, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink("fifo", filepath.Join(out, "report.txt")); err != nil {
				t.Fatal(err)
			}
		}},
		{"the temporary name is a link", func(t *testing.T, out, outside string) {
			name := fmt.Sprintf("report.txt.%d.tmp", os.Getpid())
			if err := os.Symlink(outside, filepath.Join(out, name)); err != nil {
				t.Fatal(err)
			}
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			out, outside := filepath.Join(dir, "d", "out"), filepath.Join(dir, "report.txt")
			if err := os.MkdirAll(out, 0o700); err != nil {
				t.Fatal(err)
			}
			mustWrite(t, outside, "precious", 0o600)
			err := writeTo(t, filepath.Join(out, "report.txt"), func() { tt.change(t, out, outside) })
			if got := content(t, outside); got != "precious" {
				t.Fatalf("the file outside now holds %q", got)
			}
			if err != nil {
				return // refused: the caller prints the report elsewhere
			}
			folder := out
			if _, err := os.Stat(out + ".old"); err == nil {
				folder += ".old"
			}
			info, err := os.Lstat(filepath.Join(folder, "report.txt"))
			if err != nil || !info.Mode().IsRegular() {
				t.Fatalf("report.txt: %v, %v; want a regular file", info, err)
			}
			if got := content(t, filepath.Join(folder, "report.txt")); got != "report" {
				t.Errorf("the report holds %q", got)
			}
		})
	}
}

func TestOutFileKeeps(t *testing.T) {
	dir := t.TempDir()
	t.Run("mode", func(t *testing.T) {
		path := filepath.Join(dir, "private")
		mustWrite(t, path, "old", 0o600)
		if err := writeTo(t, path, nil); err != nil {
			t.Fatal(err)
		}
		if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 || content(t, path) != "report" {
			t.Errorf("mode %v, content %q", info.Mode(), content(t, path))
		}
	})
	t.Run("the user's link", func(t *testing.T) {
		mustWrite(t, filepath.Join(dir, "real"), "old", 0o644)
		for _, target := range []string{"real", "later"} {
			link := filepath.Join(dir, "link-"+target)
			if err := os.Symlink(target, link); err != nil {
				t.Fatal(err)
			}
			if err := writeTo(t, link, nil); err != nil {
				t.Fatal(err)
			}
			if info, _ := os.Lstat(link); info.Mode()&os.ModeSymlink == 0 || content(t, filepath.Join(dir, target)) != "report" {
				t.Errorf("%s: %v", target, info.Mode())
			}
		}
	})
	t.Run("a descriptor", func(t *testing.T) {
		f, err := os.Create(filepath.Join(dir, "open"))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if _, err := f.WriteString("before "); err != nil {
			t.Fatal(err)
		}
		if err := writeTo(t, fmt.Sprintf("/dev/fd/%d", f.Fd()), nil); err != nil {
			t.Fatal(err)
		}
		if got := content(t, f.Name()); got != "before report" {
			t.Errorf("the file holds %q", got)
		}
	})
}

func TestOutFileRefuses(t *testing.T) {
	dir := t.TempDir()
	module := filepath.Join(dir, "app.wasm")
	mustWrite(t, module, "wasm", 0o644)
	known := filepath.Join(dir, "known.supp")
	mustWrite(t, known, "name: x", 0o644)
	o := &options{module: module, leak: leakOptions{suppressions: []string{"/missing", known}}}
	fifo := filepath.Join(dir, "fifo")
	if err := unix.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	loop := filepath.Join(dir, "loop")
	if err := os.Symlink("loop", loop); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink("app.wasm", link); err != nil {
		t.Fatal(err)
	}
	readOnly, err := os.Open(module)
	if err != nil {
		t.Fatal(err)
	}
	defer readOnly.Close()
	for name, path := range map[string]string{
		"the module":               module,
		"the module by a link":     link,
		"a file of suppressions":   known,
		"a directory":              dir,
		"a directory's own name":   dir + "/.",
		"a missing folder":         filepath.Join(dir, "missing", "r.txt"),
		"a FIFO that nobody reads": fifo,
		"a loop of links":          loop,
		"a descriptor to read":     fmt.Sprintf("/dev/fd/%d", readOnly.Fd()),
		"a closed descriptor":      "/dev/fd/987654",
	} {
		if r, err := openOutFile(path, nil, o.inputs()); err == nil {
			_ = r.close()
			t.Errorf("%s (%s) is not refused", name, path)
		}
	}
	if got := content(t, module); got != "wasm" {
		t.Errorf("the module now holds %q", got)
	}
	if got := content(t, known); got != "name: x" {
		t.Errorf("the suppressions are now %q", got)
	}
}
