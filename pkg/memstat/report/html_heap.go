package report

import (
	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/guestheap"
)

// guestHeap writes what the guest's allocator did, what is lost, and what went
// wrong.
func (d *document) guestHeap(h *guestheap.Report) {
	if h == nil {
		return
	}
	d.section("The guest's heap", func() {
		rows := [][]htmlCell{
			{word("allocated"), word(amount(h.Allocs, h.AllocatedBytes))},
			{word("freed"), word(blocks(h.Frees))},
			{word("live"), word(amount(h.LiveBlocks, h.LiveBytes))},
			{word("peak"), word(amount(h.PeakBlocks, h.PeakBytes))},
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
		d.table("the guest's heap", []htmlCell{word("what"), word("how much")}, rows, nil)
		for _, n := range h.Notes {
			d.element("p", "class=\"soft\"", n)
		}
		d.heapErrors(h)
		d.heapLeaks(h)
	})
}

func (d *document) heapErrors(h *guestheap.Report) {
	if len(h.Errors) == 0 {
		return
	}
	var rows [][]htmlCell
	for _, e := range h.Errors {
		rows = append(rows, []htmlCell{{text: e.Message, tone: bad}, figure(memstat.Grouped(e.Count))})
	}
	d.table("heap errors", []htmlCell{word("heap error"), figure("times")}, rows, func(i int) {
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
	d.table("lost blocks", []htmlCell{word("kind"), figure("blocks"), figure("bytes")}, rows, func(i int) {
		d.raw("<tr><td colspan=\"3\">")
		d.stack("allocated at", lost[i].Stack)
		d.raw("</td></tr>\n")
	})
}
