//go:build linux

package wasi_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"

	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

func TestOpenPreopenErrors(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "file"), "")
	if err := errors.Join(
		os.Symlink("loop", filepath.Join(dir, "loop")),
		os.Symlink("file", filepath.Join(dir, "link")),
		syscall.Mkfifo(filepath.Join(dir, "fifo"), 0o600),
	); err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]error{
		"":                                  fs.ErrNotExist,
		filepath.Join(dir, "missing"):       fs.ErrNotExist,
		filepath.Join(dir, "file"):          syscall.ENOTDIR,
		filepath.Join(dir, "file", "x"):     syscall.ENOTDIR,
		filepath.Join(dir, "link"):          syscall.ENOTDIR,
		filepath.Join(dir, "fifo"):          syscall.ENOTDIR,
		filepath.Join(dir, "loop"):          syscall.ELOOP,
		filepath.Join(dir, "nul\x00inside"): syscall.EINVAL,
	} {
		p, err := wasi.OpenPreopen(host, "/", wasi.ReadWrite)
		var failed *wasi.PreopenError
		if p != nil || !errors.As(err, &failed) || failed.Host != host || !errors.Is(err, want) {
			t.Errorf("%q: %v %v, want a PreopenError of %v", host, p, err, want)
		}
	}
}

// A Preopen that cannot be used makes no System, and leaves nothing behind.
func TestUnusablePreopens(t *testing.T) {
	open := preopen(t, t.TempDir(), "/", wasi.ReadWrite)
	closed := preopen(t, t.TempDir(), "/closed", wasi.ReadWrite)
	if err := errors.Join(closed.Close(), closed.Close()); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		cfg  wasi.Config
		want error
	}{
		{"closed", wasi.Config{Preopens: []*wasi.Preopen{open, closed}}, os.ErrClosed},
		{"nil", wasi.Config{Preopens: []*wasi.Preopen{open, nil}}, os.ErrInvalid},
		{"too many", wasi.Config{Preopens: []*wasi.Preopen{open, open}, Limits: wasi.Limits{FDs: 4}}, wasi.EMFILE},
	} {
		scope := memstat.NewLedger(memstat.SitesAlways).Open(1)
		s, err := wasi.NewSystem(test.cfg, scope)
		var failed *wasi.PreopenError
		if s != nil || !errors.As(err, &failed) || !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want a PreopenError of %v", test.name, err, test.want)
		}
		if err := scope.Close(); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

// Guests that share a Preopen share no position: each lists the directory from
// its start.
func TestPreopenSharesNoPosition(t *testing.T) {
	cfg := wasi.Config{Preopens: asRoot(t, rightsTree(t))}
	first, second := newProxy(t, cfg), newProxy(t, cfg)
	all, _, errno := first.readdir(root, 1000, 0)
	if errno != wasi.ESUCCESS || len(all) != 5 { // with . and ..
		t.Fatalf("%v %v", all, errno)
	}
	again, _, errno := second.readdir(root, 1000, 0)
	if errno != wasi.ESUCCESS || len(again) != len(all) {
		t.Errorf("the second guest lists %v (%v), the first %v", again, errno, all)
	}
}

// A guest that can change the path of another preopen, because that one lies
// within its own, leads no later guest elsewhere.
func TestPreopenIsResolvedOnce(t *testing.T) {
	for _, change := range []struct {
		name string
		do   func(p *proxy) []wasi.Errno
	}{
		{"a link in its place", func(p *proxy) []wasi.Errno {
			return []wasi.Errno{p.rename(root, "sub/deep", root, "moved"), p.symlink("../../outside/deep", root, "sub/deep")}
		}},
		{"a link in its parent's place", func(p *proxy) []wasi.Errno {
			return []wasi.Errno{p.rename(root, "sub", root, "moved"), p.symlink("../outside", root, "sub")}
		}},
		{"another directory in its place", func(p *proxy) []wasi.Errno {
			return []wasi.Errno{p.rename(root, "sub/deep", root, "moved"), p.on("path_create_directory", root, "sub/deep")}
		}},
		{"moved", func(p *proxy) []wasi.Errno { return []wasi.Errno{p.rename(root, "sub", root, "moved")} }},
		{"removed", func(p *proxy) []wasi.Errno {
			return []wasi.Errno{p.on("path_unlink_file", root, "sub/deep/mine"), p.on("path_remove_directory", root, "sub/deep")}
		}},
	} {
		for _, access := range []wasi.Access{wasi.ReadWrite, wasi.ReadOnly} {
			t.Run(change.name, func(t *testing.T) { resolvedOnce(t, change.do, access) })
		}
	}
}

func resolvedOnce(t *testing.T, change func(*proxy) []wasi.Errno, access wasi.Access) {
	dir := t.TempDir()
	if err := errors.Join(
		os.MkdirAll(filepath.Join(dir, "box", "sub", "deep"), 0o755),
		os.MkdirAll(filepath.Join(dir, "outside", "deep"), 0o755),
	); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(dir, "box", "sub", "deep", "mine"), "mine")
	writeFile(t, filepath.Join(dir, "outside", "deep", "secret"), "secret")
	cfg := wasi.Config{Preopens: []*wasi.Preopen{
		preopen(t, filepath.Join(dir, "box"), "/a", wasi.ReadWrite),
		preopen(t, filepath.Join(dir, "box", "sub", "deep"), "/b", access),
	}}
	const nested = root + 1
	first := newProxy(t, cfg)
	before, errno := first.pathStat(nested, ".", 0)
	if errno != wasi.ESUCCESS {
		t.Fatal(errno)
	}
	for i, errno := range change(first) {
		if errno != wasi.ESUCCESS {
			t.Fatalf("change %d: %v", i, errno)
		}
	}
	first.destroy()
	outside := snapshotTree(t, filepath.Join(dir, "outside"))

	for range 2 {
		later := newProxy(t, cfg)
		if after, errno := later.pathStat(nested, ".", 0); errno != wasi.ESUCCESS || after.ino != before.ino {
			t.Errorf("it is the directory %d (%v), was %d", after.ino, errno, before.ino)
		}
		if _, errno := later.open(openParams{dir: nested, path: "secret", base: readRights}); errno != wasi.ENOENT {
			t.Errorf("a file outside: %v, want ENOENT", errno)
		}
		_, _ = later.open(openParams{dir: nested, path: "new", oflags: oCreat, base: fileRights})
		later.destroy()
	}
	if after := snapshotTree(t, filepath.Join(dir, "outside")); len(after) != len(outside) {
		t.Errorf("outside were %v, are %v", outside, after)
	}
}

// Systems are made of one Config at once, while it is closed.
func TestPreopenConcurrently(t *testing.T) {
	p, err := wasi.OpenPreopen(t.TempDir(), "/", wasi.ReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	ledger := memstat.NewLedger(memstat.SitesNever)
	var wg sync.WaitGroup
	for worker := range 4 {
		wg.Go(func() {
			for i := range 100 {
				if worker == 0 && i == 50 {
					if err := p.Close(); err != nil {
						t.Error(err)
					}
				}
				scope := ledger.Open(uint64(i))
				s, err := wasi.NewSystem(wasi.Config{Preopens: []*wasi.Preopen{p}}, scope)
				switch {
				case err == nil:
					err = s.Close()
				case errors.Is(err, os.ErrClosed):
					err = nil
				}
				if err := errors.Join(err, scope.Close()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}
