package guestheap

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// Report is the final description of a heap.
type Report struct {
	Totals
	// Collector is the language of a guest that collects its garbage, such as
	// "Go". Its allocations cannot be seen: all figures but Growth are 0.
	Collector string `json:"collector,omitempty"`
	Growth    Growth `json:"growth"`
	// HeapBytes is the heap that is committed: the linear memory from the first
	// block on. LiveShare and PeakShare are LiveBytes and PeakBytes divided by it,
	// 0 if there was no block.
	HeapBytes uint64  `json:"heap_bytes"`
	LiveShare float64 `json:"live_share"`
	PeakShare float64 `json:"peak_share"`
	// Allocators are the functions that were watched, each as "role: name".
	Allocators []string `json:"allocators"`
	// Notes describe gaps and guesses of the report.
	Notes []string    `json:"notes,omitempty"`
	Sizes []SizeClass `json:"sizes,omitempty"`
	// Kinds are the live blocks by kind; nil without a scan. Blocks in suppressed leaks
	// count in Suppressed, not in their kind.
	Kinds      []KindTotal `json:"kinds,omitempty"`
	Suppressed *KindTotal  `json:"suppressed,omitempty"`
	Leaks      []Leak      `json:"leaks"`  // the most bytes first, by kind
	Errors     []Error     `json:"errors"` // in the order of their first time
	// ErrorTotal counts all errors, including those that are not in Errors.
	ErrorTotal uint64 `json:"error_total"`
	// Peak are the sites of the most bytes when the heap had its peak, and Largest
	// those that allocated the most bytes in all.
	Peak    []SiteReport `json:"peak,omitempty"`
	Largest []SiteTotal  `json:"largest,omitempty"`
	// Sites are all places; nil without Options.AllSites.
	Sites []SiteTotal `json:"-"`
}

// Growth says how the linear memory grew. It never shrinks.
type Growth struct {
	InitialBytes uint64 `json:"initial_bytes"`
	Bytes        uint64 `json:"bytes"` // at the end
	Grows        uint64 `json:"grows"` // successful memory.grow instructions
}

// KindTotal sums up the blocks of a kind.
type KindTotal struct {
	Kind   LeakKind `json:"kind"`
	Blocks uint64   `json:"blocks"`
	Bytes  uint64   `json:"bytes"`
}

// Leak is a group of live blocks of one kind that were allocated at one place.
type Leak struct {
	Kind   LeakKind `json:"kind"`
	Blocks uint64   `json:"blocks"`
	Bytes  uint64   `json:"bytes"`
	// IndirectBlocks and IndirectBytes count the blocks that only these blocks
	// lead to. Only definitely lost blocks have them.
	IndirectBlocks uint64          `json:"indirect_blocks,omitempty"`
	IndirectBytes  uint64          `json:"indirect_bytes,omitempty"`
	Stack          []memstat.Frame `json:"stack"`
}

// Error is an error of the guest, at one place.
type Error struct {
	Kind    string `json:"kind"`
	Message string `json:"message"`
	Count   uint64 `json:"count"`
	Address uint32 `json:"address,omitempty"`
	// BlockAddress and BlockBytes describe the block that was freed before, or
	// that contains Address; 0 if none is known.
	BlockAddress uint32          `json:"block_address,omitempty"`
	BlockBytes   uint32          `json:"block_bytes,omitempty"`
	Stack        []memstat.Frame `json:"stack"`
	Allocated    []memstat.Frame `json:"allocated,omitempty"`
	Freed        []memstat.Frame `json:"freed,omitempty"`
}

// Stacks resolves the numbers of stacks to frames, innermost first.
type Stacks interface{ Frames(StackID) []memstat.Frame }

// Options select the parts of a report besides totals and errors.
type Options struct {
	// Memory and Roots are scanned for leaks; a nil Memory means no scan.
	Memory       Memory
	Roots        Roots
	Suppressions Suppressions
	Sites        int // the most of Peak, and of Largest
	AllSites     bool
	Growth       Growth
}

// Report makes a report of the present state of the heap.
func (h *Heap) Report(stacks Stacks, o Options) *Report {
	r := &Report{Totals: h.totals, Sizes: h.Sizes(), ErrorTotal: h.errors.total, Leaks: []Leak{}, Errors: []Error{}}
	suppressed := KindTotal{Kind: DefinitelyLost}
	for _, e := range h.errors.all {
		out := e.report(stacks)
		if o.Suppressions.match(out.Kind, out.Stack) {
			r.ErrorTotal -= e.count
			continue
		}
		r.Errors = append(r.Errors, out)
	}
	places := h.places(stacks)
	r.Peak, r.Largest = atPeak(places, o.Sites, stacks), largest(places, o.Sites, stacks)
	if o.AllSites {
		r.Sites = most(places, len(places), stacks, func(s placeTotal) uint64 { return s.Allocs })
	}
	r.Growth = o.Growth
	r.shares(h.lowest)
	if o.Memory == nil {
		return r
	}
	for _, k := range LeakKinds() {
		r.Kinds = append(r.Kinds, KindTotal{Kind: k})
	}
	for _, l := range group(h.scan(o.Memory, o.Roots), stacks) {
		if o.Suppressions.match(l.Kind.String(), l.Stack) {
			suppressed.Blocks += l.Blocks
			suppressed.Bytes += l.Bytes
			continue
		}
		r.Kinds[l.Kind].Blocks += l.Blocks
		r.Kinds[l.Kind].Bytes += l.Bytes
		r.Leaks = append(r.Leaks, l)
	}
	if suppressed.Blocks > 0 {
		r.Suppressed = &suppressed
	}
	return r
}

// groupKey is the identity of a leak.
type groupKey struct {
	kind  LeakKind
	place string
}

// group sums blocks up by kind and place, and sorts them by kind, with the most
// bytes first.
func group(blocks []scanned, stacks Stacks) []Leak {
	type byStack struct {
		kind  LeakKind
		stack StackID
	}
	sums := map[byStack]*Leak{}
	var order []byStack
	for _, b := range blocks {
		k := byStack{b.kind, b.alloc}
		l := sums[k]
		if l == nil {
			l = &Leak{Kind: b.kind}
			sums[k] = l
			order = append(order, k)
		}
		l.Blocks++
		l.Bytes += uint64(b.size)
		l.IndirectBlocks += b.blocks
		l.IndirectBytes += b.bytes
	}
	index := map[groupKey]int{}
	var all []Leak
	for _, k := range order {
		l := *sums[k]
		l.Stack = frames(stacks, k.stack)
		key := groupKey{k.kind, Place(l.Stack)}
		i, known := index[key]
		if !known {
			index[key] = len(all)
			all = append(all, l)
			continue
		}
		g := &all[i]
		g.Blocks += l.Blocks
		g.Bytes += l.Bytes
		g.IndirectBlocks += l.IndirectBlocks
		g.IndirectBytes += l.IndirectBytes
	}
	slices.SortStableFunc(all, func(a, b Leak) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(b.Bytes+b.IndirectBytes, a.Bytes+a.IndirectBytes),
			cmp.Compare(b.Blocks, a.Blocks), strings.Compare(Place(a.Stack), Place(b.Stack)))
	})
	return all
}

func (e *heapError) report(stacks Stacks) Error {
	out := Error{
		Kind: e.kind.String(), Message: e.message(), Count: e.count, Address: e.addr,
		BlockAddress: e.block.addr, BlockBytes: e.block.size, Stack: frames(stacks, e.stack),
	}
	if e.block.addr != 0 {
		out.Allocated = stacks.Frames(e.block.alloc)
		if e.block.freed != live {
			out.Freed = stacks.Frames(e.block.freed)
		}
	}
	return out
}

// message describes the error in one line.
func (e *heapError) message() string {
	call := "free"
	if e.kind >= ReallocOfFreed {
		call = "realloc"
	}
	switch e.kind {
	case DoubleFree, ReallocOfFreed:
		return fmt.Sprintf("%s of %#x, a block of %d bytes that was freed before", call, e.addr, e.block.size)
	case InteriorFree, InteriorRealloc:
		return fmt.Sprintf("%s of %#x, %d bytes inside a block of %d bytes", call, e.addr, e.addr-e.block.addr, e.block.size)
	case CallocOverflow:
		return fmt.Sprintf("calloc of %d elements of %d bytes: the size overflows", e.elements, e.size)
	default:
		return fmt.Sprintf("%s of %#x, where no block is known", call, e.addr)
	}
}
