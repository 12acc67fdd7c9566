package census

import (
	"math"
	"sort"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// Series records the largest count of an object so far, over a whole run. It is for
// counts that grow in larger steps than a window can be sure to see: a guest's
// allocator takes whole pages of its linear memory, or doubles it. The zero Series is
// empty. It serves one goroutine at a time, and holds 16 bytes for each count that was
// larger than all before.
type Series struct{ peaks []peak }

// peak is a count that is larger than all before, and the cycle at whose end it
// was seen.
type peak struct {
	cycle uint64
	count int64
}

// Observe adds the count at the end of a cycle. Cycles must not descend.
func (s *Series) Observe(cycle uint64, count int64) {
	if n := len(s.peaks); n == 0 || count > s.peaks[n-1].count {
		s.peaks = append(s.peaks, peak{cycle, count})
	}
}

// at returns the largest count up to the end of a cycle.
func (s *Series) at(cycle uint64) int64 {
	i := sort.Search(len(s.peaks), func(i int) bool { return s.peaks[i].cycle > cycle })
	if i == 0 {
		return 0
	}
	return s.peaks[i-1].count
}

// Judge reports whether the count grew with the cycles of a run, and how. limit
// is the largest possible count: once it is reached, nothing grows any more, so
// only the cycles before that are judged. size is the size of one object in
// bytes.
//
// The first quarter of the run is a warm-up. It is a leak if the count grew in
// each of the other quarters, by similar amounts, or if it grew with each of the
// last three doublings of the number of cycles, by more each time.
func (s *Series) Judge(kind Kind, identity string, cycles uint64, limit, size int64) (f Finding, leaks bool) {
	if cycles = s.growing(cycles, limit); cycles < LeastCycles {
		return Finding{}, false
	}
	quarters := s.counts(cycles/4, cycles/2, cycles-cycles/4, cycles)
	doublings := s.counts(cycles/8, cycles/4, cycles/2, cycles)
	switch _, even := steady(quarters, 1); {
	case even:
		f.Counts = quarters
	case accelerates(doublings):
		f.Counts = doublings
	default:
		return Finding{}, false
	}
	f.Kind, f.Identity, f.Verdict = kind, identity, memstat.Leaking
	for _, n := range f.Counts {
		f.Bytes = append(f.Bytes, n*size)
	}
	f.PerCycle = float64(s.at(cycles)-s.at(cycles/4)) / float64(cycles-cycles/4)
	f.BytesPer = f.PerCycle * float64(size)
	f.Since = s.peaks[1].cycle
	return f, true
}

// Bound returns the smallest leak that Judge is certain to find, in objects per
// cycle: one object in each quarter. It is infinite if the count ran out of
// room after too few cycles.
func (s *Series) Bound(cycles uint64, limit int64) float64 {
	if cycles = s.growing(cycles, limit); cycles < LeastCycles {
		return math.Inf(1)
	}
	return 1 / float64(cycles/4)
}

// growing returns the number of cycles before the count ran out of room for
// another step as large as the last one.
func (s *Series) growing(cycles uint64, limit int64) uint64 {
	n := len(s.peaks)
	if n == 0 {
		return cycles
	}
	last, step := s.peaks[n-1], int64(1)
	if n > 1 {
		step = last.count - s.peaks[n-2].count
	}
	if last.count+step > limit {
		return last.cycle
	}
	return cycles
}

func (s *Series) counts(cycles ...uint64) []int64 {
	counts := make([]int64, len(cycles))
	for i, cycle := range cycles {
		counts[i] = s.at(cycle)
	}
	return counts
}

// accelerates reports whether each rise is at least one and a half times the
// rise before it.
func accelerates(counts []int64) bool {
	for i := 1; i < len(counts); i++ {
		rise := counts[i] - counts[i-1]
		if rise < 1 || i > 1 && 2*rise < 3*(counts[i-1]-counts[i-2]) {
			return false
		}
	}
	return true
}
