//go:build unix

package codecache

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// TestUntrusted has somebody else own a part of a cache, or able to write to it.
func TestUntrusted(t *testing.T) {
	const somebody = 12345
	p := returning(t, 1)
	chmod := func(mode os.FileMode) func(string) error {
		return func(path string) error { return os.Chmod(path, mode) }
	}
	chown := func(path string) error { return os.Chown(path, somebody, somebody) }
	for _, tc := range []struct {
		name   string
		part   string // above, dir, room, module, version, entry
		change func(path string) error
		root   bool // only root can make the change
		opens  bool // the directory
		found  bool // the code
	}{
		{"unchanged", "dir", chmod(0o755), false, true, true},
		{"readable", "entry", chmod(0o644), false, true, true},
		{"directory 0777", "dir", chmod(0o777), false, false, false},
		{"directory 0775", "dir", chmod(0o775), false, false, false},
		{"directory 0702", "dir", chmod(0o702), false, false, false},
		{"directory 1777", "dir", chmod(0o777 | os.ModeSticky), false, false, false},
		{"directory of somebody", "dir", chown, true, false, false},
		{"parent 0777", "above", chmod(0o777), false, false, false},
		{"parent 1777", "above", chmod(0o777 | os.ModeSticky), false, true, true},
		{"parent of somebody", "above", chown, true, false, false},
		{"room 0770", "room", chmod(0o770), false, false, false},
		{"room of somebody", "room", chown, true, false, false},
		{"module's folder 0777", "module", chmod(0o777), false, true, false},
		{"module's folder of somebody", "module", chown, true, true, false},
		{"version's folder 0777", "version", chmod(0o777), false, true, false},
		{"version's folder of somebody", "version", chown, true, true, false},
		{"entry 0666", "entry", chmod(0o666), false, true, false},
		{"entry 0620", "entry", chmod(0o620), false, true, false},
		{"entry of somebody", "entry", chown, true, true, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if tc.root && os.Geteuid() != 0 {
				t.Skip("needs root")
			}
			above := t.TempDir()
			dir := filepath.Join(above, "cache")
			c := open(t, dir, unlimited)
			if err := p.put(t, c); err != nil {
				t.Fatal(err)
			}
			entry := onlyPath(t, c)
			parts := map[string]string{
				"above": above, "dir": dir, "room": c.room, "entry": entry,
				"version": filepath.Dir(entry), "module": filepath.Dir(filepath.Dir(entry)),
			}
			if err := tc.change(parts[tc.part]); err != nil {
				t.Fatal(err)
			}
			c, err := Open(dir, unlimited)
			if !tc.opens {
				var untrusted *UntrustedError
				if !errors.As(err, &untrusted) || untrusted.Path != parts[tc.part] {
					t.Errorf("opened with %v, want an error about %s", err, parts[tc.part])
				}
				for name, look := range map[string]func(string) (Use, error){"Usage": Usage, "Clean": Clean} {
					if _, err := look(dir); !errors.As(err, &untrusted) {
						t.Errorf("%s: %v", name, err)
					}
				}
				if _, err := os.Stat(entry); err != nil {
					t.Errorf("the entry: %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var untrusted *UntrustedError
			if found, err := p.get(t, c); found != tc.found || !found && !errors.As(err, &untrusted) {
				t.Errorf("found %v, %v; want %v", found, err, tc.found)
			}
		})
	}
}

// TestLinks reaches a cache through symbolic links, and has one in the room's
// place.
func TestLinks(t *testing.T) {
	base := t.TempDir()
	real, link, open := filepath.Join(base, "real"), filepath.Join(base, "link"), filepath.Join(base, "open")
	if err := errors.Join(os.Mkdir(real, 0o700), os.Symlink(real, link), os.Mkdir(open, 0o777), os.Chmod(open, 0o777)); err != nil {
		t.Fatal(err)
	}
	c, err := Open(filepath.Join(link, "cache"), unlimited)
	if err != nil || c.room != filepath.Join(mustResolve(t, real), "cache", roomName) {
		t.Fatalf("through a link: %+v, %v", c, err)
	}
	// The link is safe, its target is not.
	if err := errors.Join(os.Remove(link), os.Symlink(open, link)); err != nil {
		t.Fatal(err)
	}
	var untrusted *UntrustedError
	if _, err := Open(filepath.Join(link, "cache"), unlimited); !errors.As(err, &untrusted) {
		t.Errorf("through a link into a directory of all: %v", err)
	}
	if err := errors.Join(os.RemoveAll(c.room), os.Symlink(base, c.room)); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(filepath.Join(real, "cache"), unlimited); err == nil {
		t.Error("a link in the room's place was followed")
	}
}

func mustResolve(t *testing.T, path string) string {
	t.Helper()
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		t.Fatal(err)
	}
	return real
}

func TestIsPrivateGroup(t *testing.T) {
	const passwd = "root:x:0:0:root:/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\nbob:x:1001:1001::/:/bin/sh\n\nbroken\n"
	for _, tc := range []struct {
		name, passwd, groups string
		gid                  int
		want                 bool
	}{
		{"own", passwd, "root:x:0:\nann:x:1000:\n", 1000, true},
		{"own, named as member", passwd, "ann:x:1000:ann\n", 1000, true},
		{"another member", passwd, "ann:x:1000:bob\n", 1000, false},
		{"another member beside", passwd, "ann:x:1000:ann,bob\n", 1000, false},
		{"another user's primary group", passwd + "eve:x:1002:1000::/:/bin/sh\n", "ann:x:1000:\n", 1000, false},
		{"another's group", passwd, "bob:x:1001:\n", 1001, false},
		{"group of another name", passwd, "staff:x:1000:\n", 1000, false},
		{"unknown group", passwd, "root:x:0:\n", 1000, false},
		{"unknown user", "root:x:0:0::/:/bin/sh\n", "ann:x:1000:\n", 1000, false},
		{"nothing known", "", "", 1000, false},
	} {
		if got := isPrivateGroup(tc.passwd, tc.groups, 1000, tc.gid); got != tc.want {
			t.Errorf("%s: %v, want %v", tc.name, got, tc.want)
		}
	}
}
