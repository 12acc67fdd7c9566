package linmem

import "golang.org/x/sys/unix"

// mapping is reserved address space. Its first bytes can be committed, which
// makes them readable, writable and zero. All sizes are whole WebAssembly
// pages, which are whole pages of every Linux system too.
type mapping []byte

// reserve takes address space but no memory.
func reserve(size uint64) (mapping, error) {
	if size != uint64(int(size)) {
		return nil, unix.ENOMEM // more than a 32-bit host can address
	}
	return unix.Mmap(-1, 0, int(size), unix.PROT_NONE,
		unix.MAP_PRIVATE|unix.MAP_ANONYMOUS|unix.MAP_NORESERVE)
}

// commit makes bytes readable and writable.
func (m mapping) commit(from, to uint64) error {
	return unix.Mprotect(m[from:to], unix.PROT_READ|unix.PROT_WRITE)
}

// reset gives the pages of committed bytes back to the system. The bytes then
// read as they did at first: as the image, or as zero.
func (m mapping) reset(from, to uint64) error {
	return unix.Madvise(m[from:to], unix.MADV_DONTNEED)
}

func (m mapping) release() error { return unix.Munmap(m) }
