package report

import (
	"fmt"

	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/guestheap"
)

// guestHeap writes the figures of the guest's allocator, the lost blocks, and
// the errors.
func (d *document) guestHeap(h *guestheap.Report) {
	if h == nil {
		return
	}
	d.section("The guest's heap", func() {
		var rows [][]htmlCell
		for _, f := range heapFacts(h) {
			rows = append(rows, []htmlCell{word(f.label), word(f.value)})
		}
		for _, k := range h.Kinds {
			c := word(amount(k.Blocks, k.Bytes))
			if k.Kind == guestheap.DefinitelyLost && k.Blocks > 0 {
				c.tone = bad
			}
			rows = append(rows, []htmlCell{word(kindLabel(k.Kind)), c})
		}
		if s := h.Suppressed; s != nil {
			rows = append(rows, []htmlCell{word("suppressed"), word(amount(s.Blocks, s.Bytes))})
		}
		d.table("the guest's heap", []htmlCell{word("figure"), word("value")}, rows, nil)
		for _, n := range h.Notes {
			d.element("p", "class=\"soft\"", n)
		}
		d.heapErrors(h)
		d.heapLeaks(h)
		d.heapSizes(h)
		d.heapPeak(h)
		d.heapLargest(h)
	})
}

func (d *document) heapSizes(h *guestheap.Report) {
	if len(h.Sizes) == 0 {
		return
	}
	var rows [][]htmlCell
	for _, c := range h.Sizes {
		rows = append(rows, []htmlCell{word(sizeRange(c)), figure(memstat.Grouped(c.Allocs)), figure(shareOf(c.Allocs, h.Allocs))})
	}
	d.heading("Allocations by size")
	d.table("allocations by size", []htmlCell{word("bytes of an allocation"), figure("allocations"), figure("share")}, rows, nil)
}

func (d *document) heapPeak(h *guestheap.Report) {
	if len(h.Peak) == 0 {
		return
	}
	var rows [][]htmlCell
	for _, s := range h.Peak {
		rows = append(rows, []htmlCell{word(shareOf(s.Bytes, h.PeakBytes)), figure(memstat.Grouped(s.Blocks)), figure(memstat.Grouped(s.Bytes))})
	}
	d.heading("Live blocks at the peak, by place")
	d.table("live blocks at the peak", []htmlCell{word("share of the peak"), figure("blocks"), figure("bytes")}, rows, func(i int) {
		d.heapStack(3, h.Peak[i].Stack)
	})
}

func (d *document) heapLargest(h *guestheap.Report) {
	if len(h.Largest) == 0 {
		return
	}
	var rows [][]htmlCell
	for _, s := range h.Largest {
		rows = append(rows, []htmlCell{
			word(shareOf(s.Bytes, h.AllocatedBytes)), figure(memstat.Grouped(s.Allocs)), figure(memstat.Grouped(s.Bytes)),
			figure(memstat.Grouped(s.LiveBlocks)), figure(memstat.Grouped(s.LiveBytes)),
		})
	}
	heads := []htmlCell{word("share of all bytes"), figure("allocations"), figure("bytes"), figure("live blocks"), figure("live bytes")}
	d.heading("Allocations by place")
	d.table("allocations by place", heads, rows, func(i int) { d.heapStack(5, h.Largest[i].Stack) })
}

// heapStack writes the stack of an allocation beneath a row of so many cells.
func (d *document) heapStack(cells int, frames []memstat.Frame) {
	d.raw(fmt.Sprintf("<tr><td colspan=\"%d\">", cells))
	if len(frames) == 0 {
		d.text(outsideCall)
	}
	d.stack("allocated at", frames)
	d.raw("</td></tr>\n")
}

func (d *document) heapErrors(h *guestheap.Report) {
	if len(h.Errors) == 0 {
		return
	}
	var rows [][]htmlCell
	for _, e := range h.Errors {
		rows = append(rows, []htmlCell{{text: e.Message, tone: bad}, figure(memstat.Grouped(e.Count))})
	}
	d.heading("Heap errors")
	d.table("heap errors", []htmlCell{word("error"), figure("times")}, rows, func(i int) {
		d.raw("<tr><td colspan=\"2\">")
		e := h.Errors[i]
		d.stack("at", e.Stack)
		d.stack("the block was freed at", e.Freed)
		d.stack("the block was allocated at", e.Allocated)
		d.raw("</td></tr>\n")
	})
}

// heapLeaks writes the leaks of all kinds but still_reachable, which the table of
// kinds sums up.
func (d *document) heapLeaks(h *guestheap.Report) {
	var lost []guestheap.Leak
	var rows [][]htmlCell
	for _, l := range h.Leaks {
		if l.Kind == guestheap.StillReachable {
			continue
		}
		lost = append(lost, l)
		rows = append(rows, []htmlCell{word(kindLabel(l.Kind)), figure(memstat.Grouped(l.Blocks)), figure(memstat.Grouped(l.Bytes))})
	}
	if lost == nil {
		return
	}
	d.heading("Lost blocks")
	d.table("lost blocks", []htmlCell{word("kind"), figure("blocks"), figure("bytes")}, rows, func(i int) {
		d.heapStack(3, lost[i].Stack)
	})
}
