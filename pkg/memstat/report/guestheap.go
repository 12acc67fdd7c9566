package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/guestheap"
)

// WriteGuestHeap writes the part of the text report on the guest's heap alone.
// It writes nothing for nil.
func WriteGuestHeap(w io.Writer, h *guestheap.Report, o Options) error {
	if h == nil {
		return nil
	}
	p := newPage(o)
	p.guestHeap(h, o.LeakKinds)
	if _, err := w.Write(p.out.Bytes()); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// guestHeap writes the figures of the guest's allocator. It lists the leaks of
// kinds.
func (p *page) guestHeap(h *guestheap.Report, kinds []guestheap.LeakKind) {
	p.heapErrors(h)
	p.heapLeaks(h, kinds)
	p.section("Guest heap")
	for _, f := range heapFacts(h) {
		p.text(f.label, plain, f.value)
	}
	for _, n := range h.Notes {
		p.text("note", unsure, memstat.Printable(n))
	}
	if h.Kinds == nil {
		return
	}
	p.section("Guest leaks")
	for _, k := range h.Kinds {
		t := plain
		if k.Kind == guestheap.DefinitelyLost && k.Blocks > 0 {
			t = bad
		}
		p.text(strings.TrimPrefix(strings.TrimSuffix(kindLabel(k.Kind), " lost"), "still "), t, amount(k.Blocks, k.Bytes))
	}
	if s := h.Suppressed; s != nil {
		p.text("suppressed", plain, amount(s.Blocks, s.Bytes))
	}
	t := plain
	if h.ErrorTotal > 0 {
		t = bad
	}
	p.text("heap errors", t, fmt.Sprintf("%s in %s", memstat.Grouped(h.ErrorTotal), counted(uint64(len(h.Errors)), "place")))
}

func (p *page) heapErrors(h *guestheap.Report) {
	for _, e := range h.Errors {
		p.section("Heap error: " + memstat.Printable(e.Message))
		if e.Count > 1 {
			p.note(plain, memstat.Grouped(e.Count)+" times")
		}
		p.stack("", e.Stack)
		p.stack("the block was freed at", e.Freed)
		p.stack("the block was allocated at", e.Allocated)
	}
}

func (p *page) heapLeaks(h *guestheap.Report, kinds []guestheap.LeakKind) {
	for _, l := range h.Leaks {
		if !slices.Contains(kinds, l.Kind) {
			continue
		}
		p.section(leakTitle(l))
		p.stack("", l.Stack)
	}
}

// leakTitle tells of a leak in one line.
func leakTitle(l guestheap.Leak) string {
	title := fmt.Sprintf("%s are %s", amount(l.Blocks, l.Bytes), kindLabel(l.Kind))
	if l.IndirectBlocks > 0 {
		title += fmt.Sprintf(", with %s that only these lead to", amount(l.IndirectBlocks, l.IndirectBytes))
	}
	return title
}

// stack writes frames, innermost first, below a title.
func (p *page) stack(title string, frames []memstat.Frame) {
	if title != "" {
		if len(frames) == 0 {
			return
		}
		p.note(faint, title)
	}
	for i, f := range frames {
		lead := "   by "
		if i == 0 {
			lead = "   at "
		}
		const further = "        "
		for _, line := range p.wrap(heapFrame(f), p.width-len(further)) {
			p.out.WriteString(lead + line + "\n")
			lead = further
		}
	}
	if len(frames) == 0 {
		p.note(faint, outsideCall)
	}
}

// heapFrame returns a frame with its place in the code if that in the source is
// not known.
func heapFrame(f memstat.Frame) string {
	s := f.String()
	if f.File == "" && f.WasmFunction != nil {
		s += fmt.Sprintf(" [function %d, offset %#x]", *f.WasmFunction, f.WasmOffset)
	}
	return s
}

// kindLabel is a kind in words.
func kindLabel(k guestheap.LeakKind) string { return strings.ReplaceAll(k.String(), "_", " ") }

func blocks(n uint64) string { return counted(n, "block") }

// counted returns a number of things.
func counted(n uint64, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return memstat.Grouped(n) + " " + thing
}

func amount(n, bytes uint64) string { return counted(bytes, "byte") + " in " + blocks(n) }
