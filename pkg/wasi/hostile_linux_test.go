//go:build linux && (amd64 || arm64)

package wasi_test

import (
	"context"
	"testing"

	"github.com/tetratelabs/wazero/experimental"
	"golang.org/x/sys/unix"

	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// mapped is a linear memory whose pages cost nothing until they are touched.
type mapped []byte

func (m mapped) Reallocate(size uint64) []byte {
	if size > uint64(len(m)) {
		return nil
	}
	return m[:size]
}

func (m mapped) Free() { _ = unix.Munmap(m) }

// A guest of all 65536 pages: a sum of pointer and length cannot wrap, and
// neither can the memory's size.
func TestHostileGreatestMemory(t *testing.T) {
	const size = 1 << 32
	m, err := unix.Mmap(-1, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON|unix.MAP_NORESERVE)
	if err != nil {
		t.Skip("no room for 4 GiB of addresses: ", err)
	}
	allocate := experimental.MemoryAllocatorFunc(func(uint64, uint64) experimental.LinearMemory { return mapped(m) })
	ctx := experimental.WithMemoryAllocator(context.Background(), allocate)
	p := newProxy(t, wasi.Config{Args: []string{"guest"}}, withPages(1<<16), withContext(ctx))

	copy(m[size-20:], "12345678")
	p.must("clock_time_get", 0, 0, size-9) // the last place: the very last byte is never reached
	if m[size-9] == 0 && m[size-8] == 0 && m[size-7] == 0 {
		t.Error("nothing was written at the end")
	}
	if m[size-1] != 0 || m[0] != 0 {
		t.Error("the write wrapped")
	}
	for _, at := range []uint64{size - 7, size - 4, size - 1} {
		p.want(wasi.EFAULT, "clock_time_get", 0, 0, at)
	}
	p.want(wasi.EFAULT, "random_get", 1<<31, 1<<31+1)
	p.want(wasi.EFAULT, "random_get", size-1, size-1)
	p.want(wasi.EFAULT, "args_get", size-3, 0)
	p.want(wasi.EFAULT, "args_get", 0, size-3)
	p.want(wasi.EFAULT, "fd_write", 1, size-7, 1, 0)
	p.want(wasi.EFAULT, "poll_oneoff", size-47, 0, 1, 0)
	p.want(wasi.EFAULT, "poll_oneoff", 0, size-31, 1, 0)
	for i := range m[:8] {
		if m[i] != 0 {
			t.Fatal("a refused call wrote at the start of memory")
		}
	}
}
