package linmem

import (
	"slices"
	"sync"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

// PageMap finds the pages of the process that belong to one mapping alone. Its
// source is proc_pid_pagemap(5). It is safe for concurrent use. Its owner
// closes it, after the pools that use it. A nil PageMap has no answers.
type PageMap struct {
	mu sync.RWMutex // Close holds it for writing, so that no other file is read
	fd int          // -1 where there is no page map
	// checked and wrong are for the first question: a process that asks nothing
	// is spared the system calls of truthful.
	checked sync.Once
	wrong   bool
	// noScan is set if the kernel has no PAGEMAP_SCAN.
	noScan atomic.Bool
}

// OpenPageMap opens the page map of the process. If /proc is missing or the map
// is wrong, the PageMap has no answers, and slots are discarded instead of
// restored.
func OpenPageMap() *PageMap {
	fd, err := unix.Open("/proc/self/pagemap", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		fd = -1
	}
	return &PageMap{fd: fd}
}

// truthful reports whether the page map shows a page that was just written to, between
// two pages that never are. QEMU's user mode opens the map of its own process, in which
// the guest's memory has other addresses.
func (p *PageMap) truthful() bool {
	m, err := reserve(3 * hostPage)
	if err != nil {
		return false
	}
	defer func() { _ = m.release() }() // a page that nobody else uses
	if m.commit(hostPage, 2*hostPage) != nil {
		return false
	}
	m[hostPage] = 1
	runs, ok := p.ask(nil, m, uint64(len(m)))
	return ok && slices.Equal(runs, []Run{{hostPage, 2 * hostPage}})
}

// Close closes the file. Pools that still use the page map go on without. A
// second Close does nothing.
func (p *PageMap) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fd < 0 {
		return nil
	}
	err := unix.Close(p.fd)
	p.fd = -1
	return err
}

// private appends to runs the pages among the mapping's first n bytes that
// belong to it alone: those it has written to and, if it maps no image, also
// those it has read. It returns false if the system does not report them.
func (p *PageMap) private(runs []Run, m mapping, n uint64) ([]Run, bool) {
	if p == nil {
		return runs, false
	}
	p.mu.RLock()
	defer p.mu.RUnlock()
	p.checked.Do(func() { p.wrong = p.fd >= 0 && !p.truthful() })
	return p.ask(runs, m, n)
}

// ask is private of a page map that is open and need not be true. The caller
// holds the lock.
func (p *PageMap) ask(runs []Run, m mapping, n uint64) ([]Run, bool) {
	if p.fd < 0 || p.wrong || n == 0 {
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

// region is the kernel's struct page_region: one run of pages.
type region struct {
	start, end uint64
	_          uint64 // categories
}

const regions = 64 // read at once

// The kernel gets the address of a buffer as a number, so a buffer must not be
// on a goroutine's stack, which can move.
var regionBuffers = sync.Pool{New: func() any { return new([regions]region) }}

// scan uses the PAGEMAP_SCAN ioctl of Linux 6.7, which skips empty ranges. Names
// and numbers are those of linux/fs.h.
func (p *PageMap) scan(runs []Run, start, n uint64) ([]Run, error) {
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

// appendRun adds a run behind the others, and merges it with the last one if
// they touch.
func appendRun(runs []Run, from, to uint64) []Run {
	if last := len(runs) - 1; last >= 0 && runs[last].To == from {
		runs[last].To = to
		return runs
	}
	return append(runs, Run{from, to})
}

// The file has an entry of 8 bytes for each page.
const (
	pagemapPresent = 1 << 63
	pagemapSwapped = 1 << 62
	pagemapFile    = 1 << 61 // a page of a file: of the image
	pagemapEntries = 4096    // read at once: 16 MiB
)

var pagemapBuffers = sync.Pool{New: func() any { return new([pagemapEntries]uint64) }}

// read looks at the entry of each page.
func (p *PageMap) read(runs []Run, start, n uint64) ([]Run, bool) {
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
