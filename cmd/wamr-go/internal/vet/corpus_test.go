package vet

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// layout makes files, and directories where a name ends with a slash.
func layout(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		dir := filepath.Dir(name)
		if strings.HasSuffix(name, "/") {
			dir = name
		}
		if err := os.MkdirAll(dir, 0o777); err != nil {
			t.Fatal(err)
		}
		if dir != name {
			if err := os.WriteFile(name, nil, 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestFind(t *testing.T) {
	t.Chdir(t.TempDir())
	layout(t, "all/b.wasm", "all/deep/er/a.wasm", "all/deep/notes.txt", "all/dir.wasm/c.wasm", "all/b.WASM", "more/b.wasm", "plain", "empty/")
	for _, tc := range []struct {
		name  string
		paths string // separated by spaces
		stdin string
		root  string
		want  []string // name = path
	}{
		{
			"one directory", "all", "", "all",
			[]string{"b.wasm = all/b.wasm", "deep/er/a.wasm = all/deep/er/a.wasm", "dir.wasm/c.wasm = all/dir.wasm/c.wasm"},
		},
		{
			"with a slash and dots", "./all/", "", "./all/",
			[]string{"b.wasm = all/b.wasm", "deep/er/a.wasm = all/deep/er/a.wasm", "dir.wasm/c.wasm = all/dir.wasm/c.wasm"},
		},
		{"nothing in it", "empty", "", "empty", nil},
		{"a file, whatever its name", "plain", "", "", []string{"plain = plain"}},
		{"a missing file", "none.wasm", "", "", []string{"none.wasm = none.wasm"}},
		{"the same file twice", "more/b.wasm ./more/b.wasm more", "", "", []string{"more/b.wasm = more/b.wasm"}},
		{
			"two directories", "more all/deep", "", "",
			[]string{"more/b.wasm = more/b.wasm", "all/deep/er/a.wasm = all/deep/er/a.wasm"},
		},
		{"a list", "-", "plain\n\nmore\r\nx y.wasm", "", []string{"plain = plain", "more/b.wasm = more/b.wasm", "x y.wasm = x y.wasm"}},
		{"a list separated by NUL", "-", "plain\x00a\nb.wasm\x00", "", []string{"plain = plain", "a\nb.wasm = a\nb.wasm"}},
	} {
		c, err := Find(strings.Fields(tc.paths), strings.NewReader(tc.stdin))
		if err != nil {
			t.Errorf("%s: %v", tc.name, err)
			continue
		}
		var got []string
		for _, m := range c.Modules {
			got = append(got, m.Name+" = "+filepath.ToSlash(m.Path))
			if m.Err != nil {
				t.Errorf("%s: %s: %v", tc.name, m.Name, m.Err)
			}
		}
		if diff := cmp.Diff(tc.want, got); diff != "" || c.Root != tc.root {
			t.Errorf("%s: root %q, modules (-want +got):\n%s", tc.name, c.Root, diff)
		}
	}
	if _, err := Find([]string{"-"}, iotest.ErrReader(errors.ErrUnsupported)); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("a list that cannot be read: %v", err)
	}
}

func TestFindLinks(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links need a privilege there")
	}
	t.Chdir(t.TempDir())
	layout(t, "all/a.wasm", "other/b.wasm")
	for link, target := range map[string]string{
		"all/to-file.wasm": "../other/b.wasm", "all/nowhere.wasm": "x", "all/to-dir.wasm": "../other", "root": "all",
	} {
		if err := os.Symlink(target, link); err != nil {
			t.Fatal(err)
		}
	}
	c, err := Find([]string{"root"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range c.Modules {
		got = append(got, m.Name)
	}
	if diff := cmp.Diff([]string{"a.wasm", "nowhere.wasm", "to-file.wasm"}, got); diff != "" {
		t.Errorf("modules (-want +got):\n%s", diff)
	}
}

func TestFindTellsOfWhatItCannotRead(t *testing.T) {
	if runtime.GOOS == "windows" || os.Getuid() == 0 {
		t.Skip("this user can read every directory")
	}
	t.Chdir(t.TempDir())
	layout(t, "all/a.wasm", "all/closed/b.wasm")
	if err := os.Chmod("all/closed", 0); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = os.Chmod("all/closed", 0o700) }()
	c, err := Find([]string{"all"}, nil)
	if err != nil || len(c.Modules) != 2 || c.Modules[1].Name != "closed" || !errors.Is(c.Modules[1].Err, os.ErrPermission) {
		t.Errorf("%+v, %v", c, err)
	}
}
