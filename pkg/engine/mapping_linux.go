package engine

import (
	"unsafe"

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

// decommit makes the bytes, which were reset, unusable.
func (m mapping) decommit(from, to uint64) error {
	return unix.Mprotect(m[from:to], unix.PROT_NONE)
}

// reset gives the memory of the bytes back; they read as zero again.
func (m mapping) reset(from, to uint64) error {
	return unix.Madvise(m[from:to], unix.MADV_DONTNEED)
}

func (m mapping) release() error { return unix.Munmap(m) }

// touched counts the bytes, among the first n, of pages that are in memory:
// those that were touched, unless the system has swapped them out since.
func (m mapping) touched(n uint64) (uint64, bool) {
	const chunk = 64 << 20
	page := uint64(unix.Getpagesize())
	vec := make([]byte, min(n, chunk)/page)
	var pages uint64
	for from := uint64(0); from < n; from += chunk {
		part := m[from:min(from+chunk, n)]
		_, _, errno := unix.Syscall(unix.SYS_MINCORE, uintptr(unsafe.Pointer(&part[0])),
			uintptr(len(part)), uintptr(unsafe.Pointer(&vec[0])))
		if errno != 0 {
			return 0, false
		}
		for _, b := range vec[:uint64(len(part))/page] {
			pages += uint64(b & 1)
		}
	}
	return pages * page, true
}
