package linmem

import "iter"

// Segment is a run of bytes of a memory's initial content. Later segments
// overwrite earlier ones.
type Segment struct {
	Offset uint64
	Bytes  []byte // must not change while an image or a pool uses them
}

// coalesced iterates over the bytes that the segments write, in order, with
// neighbours merged into one run: a Go program has thousands of segments with
// short runs of zeros between them, and each run costs a system call. A run is
// valid until the next one.
func coalesced(segments iter.Seq[Segment]) iter.Seq2[uint64, []byte] {
	const (
		maxGap = uint64(len(zeros)) // zeros that cost less to write than a run
		maxRun = 1 << 20
	)
	return func(yield func(uint64, []byte) bool) {
		var run []byte
		var at, written uint64 // offset of run; end of everything yielded so far
		flush := func() bool {
			if len(run) == 0 {
				return true
			}
			written = max(written, at+uint64(len(run)))
			return yield(at, run)
		}
		for s := range segments {
			end := at + uint64(len(run))
			// Zeros must not overwrite an earlier segment, hence end >= written.
			next := s.Offset >= end && s.Offset-end <= maxGap && end >= written
			if len(run) == 0 || !next || uint64(len(run))+s.Offset-end+uint64(len(s.Bytes)) > maxRun {
				if !flush() {
					return
				}
				at, run = s.Offset, append(run[:0], s.Bytes...)
				continue
			}
			run = append(append(run, zeros[:s.Offset-end]...), s.Bytes...)
		}
		flush()
	}
}

var zeros [4 << 10]byte // fills the gaps between segments
