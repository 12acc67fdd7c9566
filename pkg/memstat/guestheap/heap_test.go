package guestheap

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// numbered resolves a stack to one frame with its number.
type numbered struct{}

func (numbered) Frames(s StackID) []memstat.Frame {
	if s == 0 {
		return nil
	}
	return []memstat.Frame{{Function: fmt.Sprintf("f%d", s)}}
}

func TestTotals(t *testing.T) {
	h := NewHeap(0)
	h.Alloc(16, 100, 1)
	h.Alloc(128, 50, 2)
	h.Free(16, 3)
	h.Alloc(16, 20, 1)
	h.Alloc(0, 1<<31, 1) // failed
	h.Free(0, 3)
	want := Totals{Allocs: 3, Frees: 1, AllocatedBytes: 170, LiveBlocks: 2, LiveBytes: 70, PeakBytes: 150, PeakBlocks: 2, PeakAlloc: 2}
	if d := cmp.Diff(want, h.Totals()); d != "" {
		t.Error(d)
	}
	r := h.Report(numbered{}, Options{Sites: 5})
	peak := []SiteReport{{1, 100, numbered{}.Frames(1)}, {1, 50, numbered{}.Frames(2)}}
	if d := cmp.Diff(peak, r.Peak); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]SizeClass{{16, 31, 1}, {32, 63, 1}, {64, 127, 1}}, r.Sizes); d != "" {
		t.Error(d)
	}
	if r.Kinds != nil || r.ErrorTotal != 0 {
		t.Errorf("kinds %v, errors %d", r.Kinds, r.ErrorTotal)
	}
}

// A block that is resized where it is counts as a free and an allocation, and an
// unknown one as what it is: a wrong free.
func TestResize(t *testing.T) {
	resized, freed := NewHeap(0), NewHeap(0)
	for _, h := range []*Heap{resized, freed} {
		h.Alloc(16, 100, 1)
		h.Alloc(128, 50, 2)
		h.Free(128, 2)
	}
	for _, r := range []struct {
		addr, size uint32
		stack      StackID
	}{{16, 200, 3}, {16, 20, 1}, {128, 10, 4}, {512, 10, 4}} {
		resized.Resize(r.addr, r.size, r.stack)
		freed.Free(r.addr, r.stack)
		freed.Alloc(r.addr, r.size, r.stack)
	}
	o := Options{Sites: 5}
	if d := cmp.Diff(freed.Report(numbered{}, o), resized.Report(numbered{}, o)); d != "" {
		t.Error(d)
	}
	if n := resized.Errors(); n != 2 {
		t.Errorf("%d errors, want 2", n)
	}
}

// A peak lies between the times that the caller told.
func TestPeakTime(t *testing.T) {
	h := NewHeap(0)
	h.Until(5)
	h.Alloc(16, 100, 1)
	h.Until(9)
	h.Alloc(256, 100, 1)
	h.Until(12)
	h.Free(16, 1)
	h.Alloc(16, 100, 1)
	if got := h.Totals(); got.PeakAfterNS != 5 || got.PeakByNS != 9 || got.PeakAlloc != 2 {
		t.Errorf("got %+v", got)
	}
}

// twoLines resolves stacks 1 and 2 to calls in one line, and 0 to nothing.
type twoLines struct{}

func (twoLines) Frames(s StackID) []memstat.Frame {
	if s == 0 {
		return nil
	}
	return []memstat.Frame{{Function: "f", File: "a.c", Line: max(int(s), 2), WasmOffset: uint64(s)}}
}

func TestSitesOfAReport(t *testing.T) {
	h := NewHeap(0)
	for i := range uint32(10) {
		h.Alloc(1024+64*i, 32, 1+StackID(i%3))
	}
	h.Free(1024, 1)
	h.Alloc(4096, 8, 0)
	at := func(line int) []memstat.Frame { return twoLines{}.Frames(StackID(line)) }
	at12 := []memstat.Frame{{Function: "f", File: "a.c", Line: 2, WasmOffset: 1}}
	r := h.Report(twoLines{}, Options{Sites: 2, Growth: Growth{InitialBytes: 4096, Bytes: 1024 + 4096, Grows: 1}})
	want := []SiteTotal{
		{Allocs: 7, Bytes: 224, LiveBlocks: 6, LiveBytes: 192, PeakBlocks: 7, PeakBytes: 224, Stack: at12},
		{Allocs: 3, Bytes: 96, LiveBlocks: 3, LiveBytes: 96, PeakBlocks: 3, PeakBytes: 96, Stack: at(3)},
	}
	if d := cmp.Diff(want, r.Largest); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]SiteReport{{7, 224, at12}, {3, 96, at(3)}}, r.Peak); d != "" {
		t.Error(d)
	}
	if r.HeapBytes != 4096 || r.LiveShare != 296./4096 || r.PeakShare != 320./4096 {
		t.Errorf("heap %d, shares %g and %g", r.HeapBytes, r.LiveShare, r.PeakShare)
	}
	if all := h.Report(twoLines{}, Options{Sites: 10}).Largest; len(all) != 3 || all[2].Stack == nil {
		t.Errorf("got %+v", all)
	}
	if r := h.Report(twoLines{}, Options{}); r.HeapBytes != 0 || r.LiveShare != 0 || r.Peak != nil {
		t.Errorf("without a memory: %+v", r)
	}
}

func TestErrors(t *testing.T) {
	freed := func(h *Heap) { h.Alloc(64, 24, 1); h.Free(64, 2) }
	for _, c := range []struct {
		name    string
		do      func(*Heap)
		kind    string
		message string
		block   uint32
		frames  [2]bool // allocated, freed
	}{
		{"double free", func(h *Heap) { freed(h); h.Free(64, 3) }, "double_free", "free of 0x40, a block of 24 bytes that was freed before", 64, [2]bool{true, true}},
		{"unknown", func(h *Heap) { freed(h); h.Free(68, 3) }, "invalid_free", "free of 0x44, where no block is known", 0, [2]bool{}},
		{"interior", func(h *Heap) { h.Alloc(64, 24, 1); h.Free(68, 3) }, "interior_free", "free of 0x44, 4 bytes inside a block of 24 bytes", 64, [2]bool{true, false}},
		{"realloc", func(h *Heap) { freed(h); h.Check(CallRealloc, 64, 3) }, "realloc_of_freed", "realloc of 0x40, a block of 24 bytes that was freed before", 64, [2]bool{true, true}},
		{"realloc unknown", func(h *Heap) { h.Check(CallRealloc, 64, 3) }, "invalid_realloc", "realloc of 0x40, where no block is known", 0, [2]bool{}},
		{"realloc interior", func(h *Heap) { h.Alloc(64, 24, 1); h.Check(CallRealloc, 87, 3) }, "interior_realloc", "realloc of 0x57, 23 bytes inside a block of 24 bytes", 64, [2]bool{true, false}},
		{"calloc", func(h *Heap) { h.Overflow(1<<16, 1<<16, 3) }, "calloc_overflow", "calloc of 65536 elements of 65536 bytes: the size overflows", 0, [2]bool{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := NewHeap(0)
			c.do(h)
			r := h.Report(numbered{}, Options{})
			if len(r.Errors) != 1 {
				t.Fatalf("errors: %v", r.Errors)
			}
			e := r.Errors[0]
			got := [2]bool{e.Allocated != nil, e.Freed != nil}
			if e.Kind != c.kind || e.Message != c.message || e.BlockAddress != c.block || got != c.frames || e.Stack[0].Function != "f3" || e.Count != 1 {
				t.Errorf("got %+v", e)
			}
		})
	}
}

func TestErrorsAreBounded(t *testing.T) {
	h := NewHeap(2)
	for i := range 10 {
		h.Free(4, StackID(i%5+1))
	}
	r := h.Report(numbered{}, Options{})
	if len(r.Errors) != 2 || r.ErrorTotal != 10 || r.Errors[0].Count != 2 {
		t.Errorf("%d errors of %d, the first %d times", len(r.Errors), r.ErrorTotal, r.Errors[0].Count)
	}
}

// An allocator that calls another one counts once, as the outer one has it.
func TestNestedAllocatorsCountOnce(t *testing.T) {
	h := NewHeap(0)
	h.Alloc(64, 40, 1)
	h.Alloc(64, 32, 2)
	want := Totals{Allocs: 1, AllocatedBytes: 32, LiveBlocks: 1, LiveBytes: 32, PeakBytes: 40, PeakBlocks: 1, PeakAlloc: 1}
	if d := cmp.Diff(want, h.Totals()); d != "" {
		t.Error(d)
	}
	if !h.Free(64, 3) || h.Totals().LiveBlocks != 0 || h.table.live != 0 {
		t.Errorf("after free: %+v, %d in the table", h.Totals(), h.table.live)
	}
}

// modelBlock is a block of the model.
type modelBlock struct {
	size  uint32
	stack StackID
}

// TestModel compares a heap with a map, over random sequences of calls.
func TestModel(t *testing.T) {
	for seed := range uint64(20) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		addresses := uint32(1) << (4 + seed) // few, so that they are reused, to many
		runModel(t, rnd, addresses, 40_000)
	}
}

func runModel(t *testing.T, rnd *rand.Rand, addresses uint32, calls int) {
	t.Helper()
	h, model := NewHeap(0), map[uint32]modelBlock{}
	var liveBytes, peak, errs uint64
	perSite, atPeak := map[StackID]uint64{}, map[StackID]uint64{}
	for range calls {
		addr := (rnd.Uint32N(addresses) + 1) * 16
		stack := StackID(rnd.Uint32N(40) + 1)
		b, isLive := model[addr]
		if rnd.Uint32N(2) == 0 && !isLive {
			size := rnd.Uint32N(16)
			h.Alloc(addr, size, stack)
			model[addr] = modelBlock{size, stack}
			liveBytes += uint64(size)
			perSite[stack] += uint64(size)
			if liveBytes > peak {
				peak = liveBytes
				clear(atPeak)
				for s, n := range perSite {
					if n > 0 {
						atPeak[s] = n
					}
				}
			}
			continue
		}
		if ok := h.Free(addr, stack); ok != isLive {
			t.Fatalf("free of %#x: %v, want %v", addr, ok, isLive)
		}
		if !isLive {
			errs++
			continue
		}
		delete(model, addr)
		liveBytes -= uint64(b.size)
		perSite[b.stack] -= uint64(b.size)
	}
	got := h.Totals()
	if got.LiveBlocks != uint64(len(model)) || got.LiveBytes != liveBytes || got.PeakBytes != peak || h.Errors() != errs {
		t.Fatalf("got %+v and %d errors, want %d blocks, %d bytes, peak %d, %d errors", got, h.Errors(), len(model), liveBytes, peak, errs)
	}
	seen := map[uint32]modelBlock{}
	for b := range h.table.blocks {
		seen[b.addr] = modelBlock{b.size, b.alloc}
	}
	if d := cmp.Diff(model, seen, cmp.AllowUnexported(modelBlock{})); d != "" {
		t.Fatal(d)
	}
	sites := map[StackID]uint64{}
	for _, s := range h.Sites() {
		if s.AtPeak > 0 {
			sites[s.Stack] = s.AtPeak
		}
	}
	if d := cmp.Diff(atPeak, sites); d != "" {
		t.Fatal(d)
	}
}

// The table stays small, however many blocks come and go.
func TestTableIsBounded(t *testing.T) {
	h := NewHeap(0)
	for i := range uint32(1_000_000) {
		h.Alloc((i+1)*16, 8, 1)
		h.Free((i+1)*16, 1)
	}
	if n := len(h.table.slots); n > minSlots {
		t.Errorf("%d slots for no live block", n)
	}
	for i := range uint32(100_000) {
		h.Alloc((i+1)*16, 8, 1)
	}
	if n := len(h.table.slots) * 16; n > 64*100_000 {
		t.Errorf("%d bytes for 100,000 live blocks", n)
	}
}

// memory is a guest's memory.
type memory []byte

func (m memory) Read(addr, length uint32) ([]byte, bool) {
	if uint64(addr)+uint64(length) > uint64(len(m)) {
		return nil, false
	}
	return m[addr : addr+length], true
}

func (m memory) set(addr, value uint32) { binary.LittleEndian.PutUint32(m[addr:], value) }

func TestKinds(t *testing.T) {
	const a, b, c, d = 0x1000, 0x1100, 0x1200, 0x1300 // each of 0x20 bytes
	const data = 0x100
	for _, tt := range []struct {
		name  string
		write map[uint32]uint32
		roots Roots
		keep  uint32
		want  [4]LeakKind
	}{
		{"nothing", nil, Roots{}, 0, [4]LeakKind{DefinitelyLost, DefinitelyLost, DefinitelyLost, DefinitelyLost}},
		{"global", nil, Roots{Words: []uint32{a}}, 0, [4]LeakKind{StillReachable, DefinitelyLost, DefinitelyLost, DefinitelyLost}},
		{"data", map[uint32]uint32{data: b}, Roots{}, 0, [4]LeakKind{DefinitelyLost, StillReachable, DefinitelyLost, DefinitelyLost}},
		{"not aligned", map[uint32]uint32{data + 2: b}, Roots{}, 0, [4]LeakKind{DefinitelyLost, DefinitelyLost, DefinitelyLost, DefinitelyLost}},
		{"excluded", map[uint32]uint32{data: b, data + 4: c}, Roots{Not: []Range{{data, data + 4}}}, 0, [4]LeakKind{DefinitelyLost, DefinitelyLost, StillReachable, DefinitelyLost}},
		{"interior", map[uint32]uint32{data: b + 0x1f}, Roots{}, 0, [4]LeakKind{DefinitelyLost, PossiblyLost, DefinitelyLost, DefinitelyLost}},
		{"past the end", map[uint32]uint32{data: b + 0x20}, Roots{}, 0, [4]LeakKind{DefinitelyLost, DefinitelyLost, DefinitelyLost, DefinitelyLost}},
		{"kept", nil, Roots{}, d, [4]LeakKind{DefinitelyLost, DefinitelyLost, DefinitelyLost, StillReachable}},
		{"chain", map[uint32]uint32{data: a, a: b, b + 4: c}, Roots{}, 0, [4]LeakKind{StillReachable, StillReachable, StillReachable, DefinitelyLost}},
		{"chain with an interior pointer", map[uint32]uint32{data: a, a: b + 8, b: c}, Roots{}, 0, [4]LeakKind{StillReachable, PossiblyLost, PossiblyLost, DefinitelyLost}},
		{"interior, and later the beginning", map[uint32]uint32{data: b + 8, data + 4: a, a: b, b: c}, Roots{}, 0, [4]LeakKind{StillReachable, StillReachable, StillReachable, DefinitelyLost}},
		{"lost list", map[uint32]uint32{a: b, b: c, c: d}, Roots{}, 0, [4]LeakKind{DefinitelyLost, IndirectlyLost, IndirectlyLost, IndirectlyLost}},
		{"lost list from its end", map[uint32]uint32{d: c, c: b, b: a}, Roots{}, 0, [4]LeakKind{IndirectlyLost, IndirectlyLost, IndirectlyLost, DefinitelyLost}},
		{"lost ring", map[uint32]uint32{a: b, b: c, c: a}, Roots{}, 0, [4]LeakKind{DefinitelyLost, IndirectlyLost, IndirectlyLost, DefinitelyLost}},
		{"two lists with one tail", map[uint32]uint32{a: c, b: c, c: d}, Roots{}, 0, [4]LeakKind{DefinitelyLost, DefinitelyLost, IndirectlyLost, IndirectlyLost}},
		{"itself", map[uint32]uint32{a: a}, Roots{}, 0, [4]LeakKind{DefinitelyLost, DefinitelyLost, DefinitelyLost, DefinitelyLost}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h, m := NewHeap(0), make(memory, 1<<16)
			for i, addr := range []uint32{a, b, c, d} {
				h.Alloc(addr, 0x20, StackID(i+1))
			}
			for addr, value := range tt.write {
				m.set(addr, value)
			}
			if tt.keep != 0 {
				h.Keep(tt.keep)
			}
			tt.roots.Ranges = append(tt.roots.Ranges, Range{data, data + 0x10})
			var got [4]LeakKind
			for i, b := range h.scan(m, tt.roots) {
				got[i] = b.kind
			}
			if got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestReportOfLeaks(t *testing.T) {
	h, m := NewHeap(0), make(memory, 1<<16)
	h.Alloc(0x1000, 16, 1) // a lost list of three
	h.Alloc(0x1020, 16, 2)
	h.Alloc(0x1040, 16, 2)
	m.set(0x1000, 0x1020)
	m.set(0x1020, 0x1040)
	for i := range uint32(3) {
		h.Alloc(0x2000+i*32, 8, 3)
	}
	h.Alloc(0x3000, 0, 4) // of no bytes
	h.Alloc(0x4000, 5, 5)
	suppressions := Suppressions{{Kind: "definitely_lost", Frames: []string{"*5"}}}
	r := h.Report(numbered{}, Options{Memory: m, Roots: Roots{Words: []uint32{0x3000}}, Suppressions: suppressions})
	want := []Leak{
		{Kind: DefinitelyLost, Blocks: 1, Bytes: 16, IndirectBlocks: 2, IndirectBytes: 32, Stack: numbered{}.Frames(1)},
		{Kind: DefinitelyLost, Blocks: 3, Bytes: 24, Stack: numbered{}.Frames(3)},
		{Kind: IndirectlyLost, Blocks: 2, Bytes: 32, Stack: numbered{}.Frames(2)},
		{Kind: StillReachable, Blocks: 1, Stack: numbered{}.Frames(4)},
	}
	if d := cmp.Diff(want, r.Leaks); d != "" {
		t.Error(d)
	}
	kinds := []KindTotal{{DefinitelyLost, 4, 40}, {IndirectlyLost, 2, 32}, {PossiblyLost, 0, 0}, {StillReachable, 1, 0}}
	if d := cmp.Diff(kinds, r.Kinds); d != "" {
		t.Error(d)
	}
	if r.Suppressed == nil || r.Suppressed.Bytes != 5 || r.Suppressed.Blocks != 1 {
		t.Errorf("suppressed: %+v", r.Suppressed)
	}
}

// lines resolves stacks 1 and 2 to the same line.
type lines struct{}

func (lines) Frames(s StackID) []memstat.Frame {
	return []memstat.Frame{{Function: "f", File: "f.c", Line: int(s+1) / 2, WasmOffset: uint64(s)}}
}

func TestLeaksAreGroupedByLine(t *testing.T) {
	h := NewHeap(0)
	for i := range uint32(4) {
		h.Alloc(16*(i+1), 1, StackID(i+1))
	}
	r := h.Report(lines{}, Options{Memory: memory{}})
	if len(r.Leaks) != 2 || r.Leaks[0].Blocks != 2 || r.Leaks[1].Blocks != 2 {
		t.Errorf("leaks: %+v", r.Leaks)
	}
}

// TestDanglingPointers: an alignment that cabi_realloc or __wbindgen_malloc returns
// for a block of no bytes is no block: it is neither lost nor freed twice.
func TestDanglingPointers(t *testing.T) {
	h := NewHeap(0)
	for range 2 {
		for _, align := range []uint32{1, 2, 4, 8} {
			h.Alloc(align, 0, 1)
			if !h.Check(CallRealloc, align, 2) || !h.Free(align, 2) || !h.Free(align, 2) || h.Live(align) {
				t.Errorf("alignment %d is a block", align)
			}
		}
	}
	if h.Totals() != (Totals{}) || h.Lowest() != 0 {
		t.Errorf("%+v", h.Totals())
	}
	if h.Free(3, 1) || h.Free(32, 1) {
		t.Error("an address that was never returned can be freed")
	}
	h.Alloc(32, 0, 1) // as C's malloc(0)
	if !h.Live(32) || h.Totals().LiveBlocks != 1 {
		t.Errorf("%+v", h.Totals())
	}
}
