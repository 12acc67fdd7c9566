//go:build linux

package confine

import (
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestRenameRace swaps a directory, and a link to the outside, under the feet
// of every operation: none may see or touch the outside.
func TestRenameRace(t *testing.T) {
	for _, r := range resolvers {
		t.Run(r.name, func(t *testing.T) {
			checkDescriptors(t)
			tr := newTree(t, "d/", "d/file = inner", "d/sub/", "trap -> ../out", "keep/", "keep/file = kept")
			outside := tr.list(t, "out")
			var st Attr
			must(t, unix.Stat(tr.base+"/out/file", &st))
			secretInode := st.Ino

			stop := make(chan struct{})
			var swapper sync.WaitGroup
			swapper.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
						_ = unix.Renameat2(tr.dir, "d", tr.dir, "trap", unix.RENAME_EXCHANGE)
					}
				}
			})
			outcomes := map[string]int{}
			for end := time.Now().Add(700 * time.Millisecond); time.Now().Before(end); {
				raceOnce(t, r.Resolver, tr.dir, secretInode, outcomes)
			}
			close(stop)
			swapper.Wait()

			if got := tr.list(t, "out"); got != outside {
				t.Errorf("the outside was touched:\n%s", got)
			}
			if outcomes["nil"] == 0 || outcomes["escape"] == 0 {
				t.Errorf("no race took place: %v", outcomes)
			}
			t.Log(outcomes)
		})
	}
}

func raceOnce(t *testing.T, r Resolver, dir int, secretInode uint64, outcomes map[string]int) {
	seen := func(err error) {
		switch err {
		case nil:
			outcomes["nil"]++
		case ErrEscape:
			outcomes["escape"]++
		default:
			outcomes[err.Error()]++
		}
	}
	for _, path := range []string{"d/file", "d/sub/../file", "d/../d/file", "keep/../d/file"} {
		fd, err := r.Open(dir, path, unix.O_RDWR, 0, true)
		seen(err)
		if err == nil {
			buf := make([]byte, 64)
			n, _ := unix.Read(fd, buf)
			if string(buf[:n]) == secret {
				t.Fatalf("open %s read the outside", path)
			}
			unix.Close(fd)
		}
		var st Attr
		err = r.Stat(dir, path, true, &st)
		seen(err)
		if err == nil && st.Ino == secretInode {
			t.Fatalf("stat %s saw the outside", path)
		}
	}
	fd, err := r.Open(dir, "d/new", unix.O_RDWR|unix.O_CREAT, 0o600, true)
	seen(err)
	if err == nil {
		unix.Close(fd)
	}
	seen(r.Unlink(dir, "d/new"))
	seen(r.Mkdir(dir, "d/made", 0o700))
	seen(r.Rmdir(dir, "d/made"))
	seen(r.Symlink("x", dir, "d/link"))
	seen(r.Rename(dir, "d/link", dir, "d/link2"))
	seen(r.Unlink(dir, "d/link2"))
	seen(r.Link(dir, "keep/file", true, dir, "d/linked"))
	seen(r.Unlink(dir, "d/linked"))
	seen(r.Utimes(dir, "d/file", true, [2]Time{{Sec: 1}, {Sec: 1}}))
}

// TestDeep goes deeper than a walk keeps descriptors, up again, and down.
func TestDeep(t *testing.T) {
	const depth = 3*maxOpen + 5
	down := strings.TrimSuffix(strings.Repeat("d/", depth), "/")
	for _, r := range resolvers {
		t.Run(r.name, func(t *testing.T) {
			checkDescriptors(t)
			tr := newTree(t, down+"/", down+"/file = deep", "d/d/file = high")
			for up, want := range map[int]error{0: nil, depth - 2: nil, 1: unix.ENOENT, depth - 3: unix.ENOENT, depth + 1: ErrEscape} {
				var st Attr
				path := down + strings.Repeat("/..", up) + "/file"
				if err := r.Stat(tr.dir, path, true, &st); err != want {
					t.Errorf("%d up: %v, want %v", up, err, want)
				}
			}
			before := openDescriptors(t)
			if err := r.Mkdir(tr.dir, down+"/new", 0o755); err != nil {
				t.Error(err)
			}
			if after := openDescriptors(t); after != before {
				t.Errorf("%d descriptors, before %d", after, before)
			}
		})
	}
}

// TestMagicLinks: links of /proc that no text describes are refused, while its
// ordinary links work.
func TestMagicLinks(t *testing.T) {
	checkDescriptors(t)
	proc, err := unix.Open("/proc", unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Skip("no /proc")
	}
	defer unix.Close(proc)
	reader, writer, err := os.Pipe()
	must(t, err)
	defer reader.Close()
	defer writer.Close()
	pipe := "self/fd/" + strconv.Itoa(int(reader.Fd()))
	for _, r := range resolvers {
		for path, want := range map[string]error{
			"self/exe": ErrEscape, "self/cwd": ErrEscape, "self/cwd/": ErrEscape, "self/root/etc/passwd": ErrEscape, "self/cwd/doc.go": ErrEscape,
			pipe: ErrEscape, "self/ns/mnt": ErrEscape, "self/status": nil, "mounts": nil, "self/../version": nil, pipe + "/x": ErrEscape,
		} {
			var st Attr
			if err := r.Stat(proc, path, true, &st); err != want {
				t.Errorf("%s stat %s: %v, want %v", r.name, path, err, want)
			}
			fd, err := r.Open(proc, path, unix.O_RDONLY, 0, true)
			if err != want {
				t.Errorf("%s open %s: %v, want %v", r.name, path, err, want)
			}
			if err == nil {
				unix.Close(fd)
			}
		}
		var st Attr
		if err := r.Stat(proc, "self/exe", false, &st); err != nil || !isLink(&st) {
			t.Errorf("%s: a magic link itself: %v", r.name, err)
		}
	}
}
