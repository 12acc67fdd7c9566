package linmem

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// mapping is reserved address space. Its first bytes can be committed, which
// makes them readable, writable and zero. All sizes are whole WebAssembly
// pages, which are whole pages of every Linux system too.
type mapping []byte

// reserve takes address space but no memory.
func reserve(size uint64) (mapping, error) {
	return mapFile(-1, size, unix.PROT_NONE, unix.MAP_ANONYMOUS)
}

// mapFile maps a file, or none if fd is -1.
func mapFile(fd int, size uint64, prot, flags int) (mapping, error) {
	if size != uint64(int(size)) {
		return nil, unix.ENOMEM // more than a 32-bit host can address
	}
	at, err := unix.MmapPtr(fd, 0, nil, uintptr(size), prot, flags|unix.MAP_PRIVATE|unix.MAP_NORESERVE)
	if err != nil {
		return nil, err
	}
	return unsafe.Slice((*byte)(at), size), nil
}

// commit makes bytes readable and writable.
func (m mapping) commit(from, to uint64) error {
	return unix.Mprotect(m[from:to], unix.PROT_READ|unix.PROT_WRITE)
}

// reset gives the pages of committed bytes back to the system. The bytes then
// have their initial content again: the image's, or zero.
func (m mapping) reset(from, to uint64) error {
	return unix.Madvise(m[from:to], unix.MADV_DONTNEED)
}

// release unmaps the bytes. They may be the end of a mapping only.
func (m mapping) release() error {
	return unix.MunmapPtr(unsafe.Pointer(unsafe.SliceData(m)), uintptr(len(m)))
}
