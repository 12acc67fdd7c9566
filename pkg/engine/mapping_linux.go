package engine

import (
	"golang.org/x/sys/unix"
)

// mapping is reserved address space, of which a part from its start is
// committed: readable, writable and zero until written. All sizes are whole
// wasm pages, and so whole pages of any Linux system.
type mapping []byte

// reserve takes address space and no memory.
func reserve(size uint64) (mapping, error) {
	if size != uint64(int(size)) { // of a 32-bit host
		return nil, unix.ENOMEM
	}
	return unix.Mmap(-1, 0, int(size), unix.PROT_NONE,
		unix.MAP_PRIVATE|unix.MAP_ANONYMOUS|unix.MAP_NORESERVE)
}

// commit makes the bytes usable.
func (m mapping) commit(from, to uint64) error {
	return unix.Mprotect(m[from:to], unix.PROT_READ|unix.PROT_WRITE)
}

// reset gives the memory of the bytes back; they read as zero again.
func (m mapping) reset(from, to uint64) error {
	return unix.Madvise(m[from:to], unix.MADV_DONTNEED)
}

func (m mapping) release() error { return unix.Munmap(m) }
