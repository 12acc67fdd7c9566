package wasi_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/tetratelabs/wazero/sys"

	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// overOnceCalled is a context that is done, but not yet when the function is
// called: then only the System's own context counts.
type overOnceCalled struct{ context.Context }

func (overOnceCalled) Err() error { return context.Canceled }

type longCall struct {
	function string
	call     func(p *proxy, fd uint64) error
	check    func(p *proxy, dir string) error // that only the beginning was done; may be nil
}

// A call that moves, lists or allocates as much as the guest asks ends in the
// middle if its context does. No time decides: the call finds the context done
// when it first looks at it.
func TestContextEndsLongCalls(t *testing.T) {
	const (
		long    = 64 << 20 // bytes
		buffers = 1024     // of the same memory
	)
	size := func(dir, name string) int64 {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	moves := func(function string, extra ...uint64) func(p *proxy, fd uint64) error {
		return func(p *proxy, fd uint64) error {
			at, n := p.iovecs(slices.Repeat([]span{{atData, long / buffers}}, buffers)...)
			_, err := p.try(function, append(append([]uint64{fd, at, n}, extra...), atResult)...)
			return err
		}
	}
	written := func(_ *proxy, dir string) error {
		if n := size(dir, "file"); n != long+16<<20 {
			return fmt.Errorf("the file has %d bytes", n)
		}
		return nil
	}
	tests := []longCall{
		{"fd_read", moves("fd_read"), nil},
		{"fd_pread", moves("fd_pread", 0), nil},
		{"fd_write", func(p *proxy, fd uint64) error {
			p.seek(fd, 0, seekEnd)
			return moves("fd_write")(p, fd)
		}, written},
		{"fd_pwrite", moves("fd_pwrite", long), written},
		{"fd_allocate", func(p *proxy, fd uint64) error {
			_, err := p.try("fd_allocate", fd, 0, 3*long)
			return err
		}, func(_ *proxy, dir string) error {
			if n := size(dir, "file"); n != long {
				return fmt.Errorf("the file has %d bytes", n)
			}
			return nil
		}},
		{"fd_readdir", func(p *proxy, _ uint64) error {
			_, err := p.try("fd_readdir", root, atData, dataSize, 0, atResult)
			return err
		}, nil},
		{"random_get", func(p *proxy, _ uint64) error {
			_, err := p.try("random_get", 0, uint64(p.pages*pageSize))
			return err
		}, func(p *proxy, _ string) error {
			m := p.memory()
			if slices.Max(m[:1<<10]) == 0 || slices.Max(m[2<<20:]) != 0 {
				return fmt.Errorf("not the first piece was filled, or more")
			}
			return nil
		}},
	}
	for _, f := range wasi.Modules()[0].Functions {
		if f.Wait == wasi.WaitLength && !slices.ContainsFunc(tests, func(t longCall) bool { return t.function == f.Name }) {
			t.Errorf("%s takes as long as a length asks, and is not tested", f.Name)
		}
	}
	for _, test := range tests {
		t.Run(test.function, func(t *testing.T) {
			p, dir := oneDir(t, withPages(64))
			fd := p.openRW("file")
			if err := os.Truncate(filepath.Join(dir, "file"), long); err != nil {
				t.Fatal(err)
			}
			if test.function == "fd_readdir" {
				for i := range 1100 {
					writeFile(t, filepath.Join(dir, fmt.Sprint(i)), "")
				}
			}
			p.ctx = overOnceCalled{wasi.WithSystem(context.Background(), p.system)}
			wantExit(t, test.call(p, fd), sys.ExitCodeContextCanceled)
			if test.check != nil {
				if err := test.check(p, dir); err != nil {
					t.Error(err)
				}
			}
			p.ctx = wasi.WithSystem(context.Background(), p.system)
			p.must("fd_close", fd)
		})
	}
}

// An allocation in pieces that fails leaves the file unchanged.
func TestAllocateTooMuch(t *testing.T) {
	p, dir := oneDir(t)
	fd := p.openRW("file")
	p.write(fd, "0123456789")
	const largest = 1<<44 - 4096 // of ext4 with pages of 4 KiB
	switch errno := p.call("fd_allocate", fd, largest-100<<20, 200<<20); errno {
	case wasi.EFBIG, wasi.ENOSPC:
	default:
		t.Skipf("a file of 16 TiB: %v", errno)
	}
	if st, _ := p.stat(fd); st.size != 10 {
		t.Errorf("the file has %d bytes", st.size)
	}
	p.must("fd_allocate", fd, 0, 100<<20)
	if got, err := os.ReadFile(filepath.Join(dir, "file")); err != nil || len(got) != 100<<20 || string(got[:10]) != "0123456789" {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}
