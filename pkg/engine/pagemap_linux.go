package engine

import (
	"sync"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

// pagemap tells which pages of the process are its own. The source is
// proc_pid_pagemap(5). It is safe for concurrent use.
type pagemap struct {
	mu sync.RWMutex // held for writing by close, so that no other file is read
	fd int          // -1 where there is none
	// noScan is set where the kernel has no PAGEMAP_SCAN.
	noScan atomic.Bool
}

func openPagemap() *pagemap {
	fd, err := unix.Open("/proc/self/pagemap", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		fd = -1
	}
	return &pagemap{fd: fd}
}

func (p *pagemap) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fd < 0 {
		return nil
	}
	err := unix.Close(p.fd)
	p.fd = -1
	return err
}

// private appends to runs which of the mapping's first n bytes lie in pages
// that the mapping has for itself: written to or, where it maps no image,
// read. It returns false where the system does not tell.
func (p *pagemap) private(runs []pageRun, m mapping, n uint64) ([]pageRun, bool) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if p.fd < 0 || n == 0 {
		return runs, n == 0
	}
	start := addressOf(m)
	if !p.noScan.Load() {
		found, err := p.scan(runs, start, n)
		if err == nil {
			return found, true
		}
		p.noScan.Store(true) // before Linux 6.7
	}
	return p.read(runs, start, n)
}

func addressOf(m mapping) uint64 { return uint64(uintptr(unsafe.Pointer(&m[0]))) }

// region is what a scan returns, regions of them at once.
type region struct {
	start, end uint64
	_          uint64 // categories
}

const regions = 64

// The kernel writes to where a number says: not on a stack, which can move.
var regionBuffers = sync.Pool{New: func() any { return new([regions]region) }}

// scan asks with the PAGEMAP_SCAN ioctl, which passes over what is empty.
// Its names and numbers are those of linux/fs.h.
func (p *pagemap) scan(runs []pageRun, start, n uint64) ([]pageRun, error) {
	const (
		pagemapScan   = 0xc0606610
		pageIsFile    = 1 << 2
		pageIsPresent = 1 << 3
		pageIsSwapped = 1 << 4
	)
	vec := regionBuffers.Get().(*[regions]region)
	defer regionBuffers.Put(vec)
	arg := struct {
		size, flags, start, end, walkEnd, vec, vecLen, maxPages uint64
		inverted, mask, anyOf, returned                         uint64
	}{
		start: start, end: start + n,
		vec: uint64(uintptr(unsafe.Pointer(vec))), vecLen: regions,
		inverted: pageIsFile, mask: pageIsFile, anyOf: pageIsPresent | pageIsSwapped,
		returned: pageIsPresent,
	}
	arg.size = uint64(unsafe.Sizeof(arg))
	for {
		count, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(p.fd), pagemapScan, uintptr(unsafe.Pointer(&arg)))
		if errno == unix.EINTR {
			continue
		}
		if errno != 0 {
			return runs, errno
		}
		for _, r := range vec[:count] {
			runs = appendRun(runs, r.start-start, r.end-start)
		}
		if arg.walkEnd >= arg.end {
			return runs, nil
		}
		arg.start = arg.walkEnd
	}
}

// appendRun adds a run behind the others, to the last of which it may be next.
func appendRun(runs []pageRun, from, to uint64) []pageRun {
	if last := len(runs) - 1; last >= 0 && runs[last].to == from {
		runs[last].to = to
		return runs
	}
	return append(runs, pageRun{from, to})
}

// An entry of the file has 8 bytes for each page.
const (
	pagemapPresent = 1 << 63
	pagemapSwapped = 1 << 62
	pagemapFile    = 1 << 61 // a page of a file, here of an image
	pagemapEntries = 4096    // read at once: of 16 MiB
)

var pagemapBuffers = sync.Pool{New: func() any { return new([pagemapEntries]uint64) }}

// read looks at each page's entry.
func (p *pagemap) read(runs []pageRun, start, n uint64) ([]pageRun, bool) {
	buf := pagemapBuffers.Get().(*[pagemapEntries]uint64)
	defer pagemapBuffers.Put(buf)
	first, pages := start/hostPage, n/hostPage
	for at := uint64(0); at < pages; {
		part := buf[:min(pagemapEntries, pages-at)]
		raw := unsafe.Slice((*byte)(unsafe.Pointer(&part[0])), len(part)*8)
		if got, err := unix.Pread(p.fd, raw, int64((first+at)*8)); err != nil || got != len(raw) {
			return runs, false
		}
		for _, e := range part {
			if e&pagemapPresent != 0 && e&pagemapFile == 0 || e&pagemapSwapped != 0 {
				runs = appendRun(runs, at*hostPage, (at+1)*hostPage)
			}
			at++
		}
	}
	return runs, true
}
