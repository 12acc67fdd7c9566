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
	// Peak are the sites with the most bytes when the heap had its peak.
	Peak []SiteReport `json:"peak,omitempty"`
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

// SiteReport is the live bytes of one place.
type SiteReport struct {
	Blocks uint64          `json:"blocks"`
	Bytes  uint64          `json:"bytes"`
	Stack  []memstat.Frame `json:"stack"`
}

// Stacks resolves the numbers of stacks to frames, innermost first.
type Stacks interface{ Frames(StackID) []memstat.Frame }

// Options select the parts of a report besides totals and errors.
type Options struct {
	// Memory and Roots are scanned for leaks; a nil Memory means no scan.
	Memory       Memory
	Roots        Roots
	Suppressions Suppressions
	PeakSites    int // the most sites of Peak
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
	r.Peak = h.peakSites(stacks, o.PeakSites)
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
		l.Stack = stacks.Frames(k.stack)
		key := groupKey{k.kind, placeOf(l.Stack)}
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
			cmp.Compare(b.Blocks, a.Blocks), strings.Compare(placeOf(a.Stack), placeOf(b.Stack)))
	})
	return all
}

// placeOf returns a text that is the same for stacks of the same functions and
// lines. A frame without a line counts by its offset.
func placeOf(stack []memstat.Frame) string {
	var b strings.Builder
	for _, f := range stack {
		if f.Line > 0 {
			fmt.Fprintf(&b, "%q %q %d\n", f.Function, f.File, f.Line)
		} else {
			fmt.Fprintf(&b, "%q %#x\n", f.Function, f.WasmOffset)
		}
	}
	return b.String()
}

func (h *Heap) peakSites(stacks Stacks, n int) []SiteReport {
	sites := slices.DeleteFunc(h.Sites(), func(s Site) bool { return s.AtPeak == 0 })
	slices.SortStableFunc(sites, func(a, b Site) int { return cmp.Compare(b.AtPeak, a.AtPeak) })
	var all []SiteReport
	for _, s := range sites[:min(n, len(sites))] {
		all = append(all, SiteReport{s.PeakBlocks, s.AtPeak, stacks.Frames(s.Stack)})
	}
	return all
}

func (e *heapError) report(stacks Stacks) Error {
	out := Error{
		Kind: e.kind.String(), Message: e.message(), Count: e.count, Address: e.addr,
		BlockAddress: e.block.addr, BlockBytes: e.block.size, Stack: stacks.Frames(e.stack),
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
