package engine

import (
	"encoding/binary"
	"os"
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

// touched counts the bytes, among the first n, of pages that the instance has
// for itself: written to, or read where no image is. Pages of the image that
// were only read are shared by all. The source is proc_pid_pagemap(5).
func (m mapping) touched(n uint64) (uint64, bool) {
	const (
		entry   = 8 // bytes for each page
		present = 1 << 63
		swapped = 1 << 62
		shared  = 1 << 61 // of a file: the image
	)
	pagemap, err := os.Open("/proc/self/pagemap")
	if err != nil {
		return 0, false
	}
	defer pagemap.Close()
	buf := make([]byte, 32<<10)
	first := uint64(uintptr(unsafe.Pointer(&m[0]))) / hostPage
	var pages uint64
	for at, end := first, first+n/hostPage; at < end; {
		part := buf[:min(uint64(len(buf)), (end-at)*entry)]
		if _, err := pagemap.ReadAt(part, int64(at*entry)); err != nil {
			return 0, false
		}
		for ; len(part) > 0; part = part[entry:] {
			e := binary.NativeEndian.Uint64(part)
			if e&present != 0 && e&shared == 0 || e&swapped != 0 {
				pages++
			}
			at++
		}
	}
	return pages * hostPage, true
}
