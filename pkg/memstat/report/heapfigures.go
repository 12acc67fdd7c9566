package report

import (
	"fmt"
	"math"

	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/guestheap"
)

// heapFact is a figure of a guest's heap, in the text and in HTML.
type heapFact struct{ label, value string }

// heapFacts returns the figures that can be known of a heap.
func heapFacts(h *guestheap.Report) []heapFact {
	g := h.Growth
	memory := heapFact{"memory", counted(g.Bytes, "byte")}
	if g.Grows > 0 {
		memory.value = fmt.Sprintf("%s bytes at the start, %s at the end: grew %s", memstat.Grouped(g.InitialBytes), memstat.Grouped(g.Bytes), counted(g.Grows, "time"))
	}
	if h.Collector != "" {
		return []heapFact{memory}
	}
	facts := []heapFact{
		{"allocated", amount(h.Allocs, h.AllocatedBytes)},
		{"freed", blocks(h.Frees)},
		{"live", amount(h.LiveBlocks, h.LiveBytes)},
		{"peak", peakText(&h.Totals)},
	}
	if h.HeapBytes > 0 {
		facts = append(facts, heapFact{"heap", fmt.Sprintf("%s bytes, in use %s at the peak, %s at the end",
			memstat.Grouped(h.HeapBytes), percent(h.PeakShare), percent(h.LiveShare))})
	}
	return append(facts, memory)
}

// peakText tells the peak, and its time as far as it is known.
func peakText(t *guestheap.Totals) string {
	s := amount(t.PeakBlocks, t.PeakBytes)
	if t.PeakAlloc == 0 {
		return s
	}
	s += ", at allocation " + memstat.Grouped(t.PeakAlloc)
	switch after, by := duration(t.PeakAfterNS), duration(t.PeakByNS); {
	case t.PeakByNS == 0:
		return s
	case t.PeakAfterNS == 0:
		return s + ", in the first " + by
	case after == by:
		return s + ", " + by + " after the start"
	default:
		return s + ", between " + after + " and " + by + " after the start"
	}
}

// percent spells a share: "0 %", "0.012 %", "57 %".
func percent(share float64) string {
	p := 100 * share
	if p == 0 || p >= 10 {
		return fmt.Sprintf("%.0f %%", math.RoundToEven(p))
	}
	return fmt.Sprintf("%.2g %%", p)
}

// sizeRange spells a class of sizes: "64 to 127".
func sizeRange(c guestheap.SizeClass) string {
	if c.MinBytes == c.MaxBytes {
		return memstat.Grouped(c.MinBytes)
	}
	return memstat.Grouped(c.MinBytes) + " to " + memstat.Grouped(c.MaxBytes)
}

// shareOf spells a part of a whole.
func shareOf(part, whole uint64) string {
	if whole == 0 {
		return percent(0)
	}
	return percent(float64(part) / float64(whole))
}

// heapFigures writes the tables about a guest's heap: its sizes, and the places
// that allocate the most. Their stacks are whole, or end after one frame.
func (p *page) heapFigures(h *guestheap.Report, whole bool) {
	if len(h.Sizes) > 0 {
		p.section("Guest allocations by size")
		var rows []row
		for _, c := range h.Sizes {
			rows = append(rows, row{cells: []cell{text(sizeRange(c)), text(memstat.Grouped(c.Allocs)), text(shareOf(c.Allocs, h.Allocs))}})
		}
		p.table([]string{"bytes", "allocations", "share"}, rows)
	}
	below := func(frames []memstat.Frame) []string {
		if len(frames) == 0 {
			return []string{outsideCall}
		}
		if !whole {
			frames = frames[:1]
		}
		return frameTexts(frames)
	}
	if len(h.Peak) > 0 {
		p.section("Guest heap at its peak")
		var rows []row
		for _, s := range h.Peak {
			rows = append(rows, row{
				cells: []cell{text(memstat.Grouped(s.Bytes)), text(memstat.Grouped(s.Blocks)), text(shareOf(s.Bytes, h.PeakBytes))},
				below: below(s.Stack),
			})
		}
		p.table([]string{"bytes", "blocks", "share"}, rows)
	}
	if len(h.Largest) > 0 {
		p.section("Guest allocations by place")
		var rows []row
		for _, s := range h.Largest {
			rows = append(rows, row{
				cells: []cell{
					text(memstat.Grouped(s.Bytes)), text(memstat.Grouped(s.Allocs)), text(shareOf(s.Bytes, h.AllocatedBytes)),
					text(memstat.Grouped(s.LiveBytes)), text(memstat.Grouped(s.LiveBlocks)),
				},
				below: below(s.Stack),
			})
		}
		p.table([]string{"bytes", "allocations", "share", "live bytes", "blocks"}, rows)
	}
}

// outsideCall stands for a stack without a frame of the guest.
const outsideCall = "a call from outside of the guest"
