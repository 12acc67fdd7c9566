package linmem

import (
	"errors"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// slot is a mapping that serves one memory after another. The package comment
// draws it.
//
// Invariants, where every offset counts bytes from the start of the mapping:
//
//	image.size, used, resident ≤ committed ≤ len(mapping)
//
// Bytes from used to committed read as the image says, and as zero behind it.
// So a slot is clean when used is 0. Bytes from committed on have no access.
type slot struct {
	mapping
	image     *Image    // mapped at the start; nil for none
	committed uint64    // end of the readable and writable bytes
	used      uint64    // end of the bytes that the last memory may have written to
	resident  uint64    // end of the pages that may remain from an earlier use
	runs      []pageRun // of the last clean; kept only to reuse the array
	handle    memstat.Handle
}

// prepare cleans the slot and commits size bytes of it. A fresh slot has no
// resident pages afterwards.
func (s *slot) prepare(size uint64, fresh bool, pages *PageMap, keepResident uint64) error {
	var err error
	if fresh {
		err = s.discard()
	} else {
		err = s.clean(pages, keepResident)
	}
	if err != nil {
		return err
	}
	return s.resize(size)
}

// resize commits size bytes, unless as many are committed.
func (s *slot) resize(size uint64) error {
	if size > uint64(len(s.mapping)) {
		return errors.New("the reservation is too small")
	}
	if size <= s.committed {
		return nil
	}
	if err := s.commit(s.committed, size); err != nil {
		return err
	}
	s.committed = size
	return nil
}

const (
	// wholeBytes bounds the memories that clean restores as a whole: to ask for
	// their pages would take as long.
	wholeBytes = 256 << 10
	// scannedBytes bounds the part of a memory whose pages clean asks for. It
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
		s.runs = append(s.runs[:0], pageRun{0, used})
	} else {
		s.runs, known = pages.private(s.runs[:0], s.mapping, min(used, scannedBytes))
	}
	if !known || sizeOf(s.runs) > keepResident {
		return s.discard()
	}
	resident := uint64(0)
	for _, r := range s.runs {
		if !s.image.restore(s.mapping[r.from:r.to], r.from) {
			return s.discard()
		}
		resident = r.to
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
