package guestheap

import (
	"cmp"
	"crypto/sha256"
	"slices"
	"strconv"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// SiteReport has the live blocks of one place.
type SiteReport struct {
	Blocks uint64          `json:"blocks"`
	Bytes  uint64          `json:"bytes"`
	Stack  []memstat.Frame `json:"stack"`
}

// SiteTotal has all allocations of one place, the live ones among them, and those that
// were live when the heap had its peak.
type SiteTotal struct {
	Allocs     uint64          `json:"allocs"`
	Bytes      uint64          `json:"bytes"`
	LiveBlocks uint64          `json:"live_blocks"`
	LiveBytes  uint64          `json:"live_bytes"`
	PeakBlocks uint64          `json:"peak_blocks"`
	PeakBytes  uint64          `json:"peak_bytes"`
	Stack      []memstat.Frame `json:"stack"`
}

// placeTotal is a SiteTotal whose stack is only known by its number: there may be
// a million places.
type placeTotal struct {
	SiteTotal
	stack StackID
}

// places sums sites up by place: stacks of the same functions and lines are one.
func (h *Heap) places(stacks Stacks) []placeTotal {
	index := map[[sha256.Size]byte]int{}
	var all []placeTotal
	for _, s := range h.Sites() {
		place := sha256.Sum256([]byte(Place(frames(stacks, s.Stack))))
		i, known := index[place]
		if !known {
			i = len(all)
			index[place] = i
			all = append(all, placeTotal{stack: s.Stack})
		}
		t := &all[i]
		t.Allocs += s.Allocs
		t.Bytes += s.Bytes
		t.LiveBlocks += s.LiveBlocks
		t.LiveBytes += s.Live
		t.PeakBlocks += s.PeakBlocks
		t.PeakBytes += s.AtPeak
	}
	return all
}

// atPeak returns at most n places that had the most bytes at the peak.
func atPeak(places []placeTotal, n int, stacks Stacks) []SiteReport {
	var all []SiteReport
	for _, s := range most(places, n, stacks, func(s placeTotal) uint64 { return s.PeakBytes }) {
		all = append(all, SiteReport{s.PeakBlocks, s.PeakBytes, s.Stack})
	}
	return all
}

// largest returns at most n places that allocated the most bytes.
func largest(places []placeTotal, n int, stacks Stacks) []SiteTotal {
	return most(places, n, stacks, func(s placeTotal) uint64 { return s.Bytes })
}

// most returns at most n places of the largest figure, without those of 0.
func most(places []placeTotal, n int, stacks Stacks, figure func(placeTotal) uint64) []SiteTotal {
	places = slices.DeleteFunc(slices.Clone(places), func(s placeTotal) bool { return figure(s) == 0 })
	slices.SortStableFunc(places, func(a, b placeTotal) int { return cmp.Compare(figure(b), figure(a)) })
	var all []SiteTotal
	for _, p := range places[:min(n, len(places))] {
		p.Stack = frames(stacks, p.stack)
		all = append(all, p.SiteTotal)
	}
	return all
}

// shares sets the figures about the committed heap, whose first block was at an
// address.
func (r *Report) shares(first uint32) {
	if first == 0 || uint64(first) >= r.Growth.Bytes {
		return
	}
	r.HeapBytes = r.Growth.Bytes - uint64(first)
	r.LiveShare = float64(r.LiveBytes) / float64(r.HeapBytes)
	r.PeakShare = float64(r.PeakBytes) / float64(r.HeapBytes)
}

// LiveSites calls yield with each call stack that has live blocks, until it returns
// false. PeakBlocks and AtPeak of the sites are not set.
func (h *Heap) LiveSites(yield func(Site) bool) {
	for i := range h.sites {
		if h.sites[i].LiveBlocks > 0 && !yield(h.sites[i]) {
			return
		}
	}
}

// Place returns a text that is the same for stacks of the same functions and
// lines. A frame without a line counts by its offset.
func Place(stack []memstat.Frame) string {
	var b []byte
	for _, f := range stack {
		b = strconv.AppendQuote(b, f.Function)
		if f.Line > 0 {
			b = strconv.AppendQuote(b, f.File)
			b = strconv.AppendInt(b, int64(f.Line), 10)
		} else {
			b = append(b, '@')
			b = strconv.AppendUint(b, uint64(f.WasmOffset), 16)
		}
		b = append(b, '\n')
	}
	return string(b)
}

// frames resolves a stack, to an empty list if it has no frames.
func frames(stacks Stacks, id StackID) []memstat.Frame {
	if f := stacks.Frames(id); f != nil {
		return f
	}
	return []memstat.Frame{}
}
