package linmem

import "github.com/wamr-go/wamr-go/pkg/memstat"

// slot is a mapping that serves one memory after another. The package comment
// draws it.
//
// Invariants, where every offset counts bytes from the start of the mapping:
//
//	image.size, used, resident ≤ committed ≤ reserved ≤ len(mapping)
//
// Bytes from used to committed have the image's content, and zeros behind it.
// So a slot is clean when used is 0. Bytes from committed to reserved have no
// access, and those from reserved on no longer belong to the slot.
//
// The holder of the slot owns it, except committed and reserved, which change
// under the pool's lock.
type slot struct {
	mapping
	image     *Image // mapped at the start; nil for none
	reserved  uint64 // end of the address space
	committed uint64 // end of the readable and writable bytes
	used      uint64 // end of the bytes that the last memory may have written to
	resident  uint64 // end of the pages that may remain from an earlier use
	runs      []Run  // of the last clean; kept only to reuse the array
	handle    memstat.Handle
}

// resize commits size bytes, unless as many are committed. They must be
// reserved. The caller holds the pool's lock.
func (s *slot) resize(size uint64) error {
	if size <= s.committed {
		return nil
	}
	if err := s.commit(s.committed, size); err != nil {
		return err
	}
	s.committed = size
	return nil
}

// shrink gives up the address space that is reserved but not committed. The
// caller holds the pool's lock.
func (s *slot) shrink() error {
	if s.reserved == s.committed {
		return nil
	}
	if err := s.mapping[s.committed:s.reserved].release(); err != nil {
		return err
	}
	s.reserved = s.committed
	return nil
}

// release unmaps the slot. The caller holds the pool's lock.
func (s *slot) release() error { return s.mapping[:s.reserved].release() }

// prepare cleans the slot. A fresh one has no resident pages afterwards.
func (s *slot) prepare(fresh bool, pages *PageMap, keepResident uint64) error {
	if fresh {
		return s.discard()
	}
	return s.clean(pages, keepResident)
}

const (
	// wholeBytes bounds the memories that clean restores as a whole: a query
	// for their pages would take as long.
	wholeBytes = 256 << 10
	// scannedBytes bounds the part of a memory whose pages clean queries. It
	// discards the rest.
	scannedBytes = 64 << 20
)

// clean restores the initial content of the pages that were written to. If
// these are more than keepResident bytes, or unknown, it discards them instead.
func (s *slot) clean(pages *PageMap, keepResident uint64) error {
	if s.used == 0 {
		return nil
	}
	used := max(s.used, s.resident)
	known := true
	if used <= wholeBytes {
		s.runs = append(s.runs[:0], Run{0, used})
	} else {
		s.runs, known = pages.private(s.runs[:0], s.mapping, min(used, scannedBytes))
	}
	if !known || sizeOf(s.runs) > keepResident {
		return s.discard()
	}
	resident := uint64(0)
	for _, r := range s.runs {
		if !s.image.restore(s.mapping[r.From:r.To], r.From) {
			return s.discard()
		}
		resident = r.To
	}
	if used > scannedBytes {
		if err := s.reset(scannedBytes, used); err != nil {
			return err
		}
	}
	s.used, s.resident = 0, resident
	return nil
}

// discard cleans the slot by giving all its pages back to the system.
func (s *slot) discard() error {
	if n := max(s.used, s.resident); n > 0 {
		if err := s.reset(0, n); err != nil {
			return err
		}
	}
	s.used, s.resident = 0, 0
	return nil
}

// copyTo copies the first n bytes to a clean slot with the same image: only the
// private pages if these are known, because the others are equal in both.
func (s *slot) copyTo(to *slot, n uint64, pages *PageMap) {
	runs, known := pages.private(s.runs[:0], s.mapping, n)
	if !known {
		runs = append(s.runs[:0], Run{0, n})
	}
	for _, r := range runs {
		copy(to.mapping[r.From:r.To], s.mapping[r.From:r.To])
	}
}
