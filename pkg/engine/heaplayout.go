package engine

import (
	"cmp"
	"slices"
	"sync"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/instrument"
	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
	"github.com/wamr-go/wamr-go/pkg/memstat/guestheap"
)

// heapLayout is where LLVM's linker puts a guest's data and its stack.
type heapLayout struct {
	hasStack bool
	pointer  uint32 // index of the global that is the stack pointer
	top      uint32 // of the stack, which grows down
	first    bool   // the stack comes before the data
	statics  instrument.Statics
	data     []guestheap.Data // the data segments, by address
	dataEnd  uint32           // their end, without the data that begins as zeros
}

// defaultStack is the size that LLVM's linker gives a stack that follows the data,
// in bytes. (With newer linkers, and for Rust, the stack comes first.)
const defaultStack = 64 << 10

// layout finds the layout once.
func (c *heapCode) layout() (*heapLayout, error) { return c.find() }

// newLayout returns the function that finds a module's layout, once.
func newLayout(c *heapCode) func() (*heapLayout, error) {
	return sync.OnceValues(func() (*heapLayout, error) {
		l := &heapLayout{}
		l.pointer, l.top, l.hasStack = stackPointerOf(c.guest)
		var err error
		if l.statics, err = c.plan.Statics(); err != nil {
			return nil, err
		}
		segments := 0
		for s := range c.guest.DataSegments() {
			if address, ok := s.Address(); ok && s.Active {
				end := uint32(address) + uint32(len(s.Init))
				l.dataEnd = max(l.dataEnd, end)
				l.data = append(l.data, guestheap.Data{Start: uint32(address), Bytes: s.Init})
				l.first = uint32(address) >= l.top && (l.first || segments == 0)
				segments++
			}
		}
		slices.SortStableFunc(l.data, func(a, b guestheap.Data) int { return cmp.Compare(a.Start, b.Start) })
		return l, nil
	})
}

// stackPointerOf finds the stack pointer: the global of that name, or else the
// first one if it can be it. All guests of LLVM's linker have it first.
func stackPointerOf(m *wasmbin.Module) (index, top uint32, ok bool) {
	if index, top, ok := m.StackPointer(); ok {
		return index, uint32(top), true
	}
	globals, err := m.Globals()
	if err != nil || len(globals) == 0 || m.Imported(wasmbin.ImportGlobal) > 0 {
		return 0, 0, false
	}
	const i32 = 0x7f
	value, constant := wasmbin.I32Const(globals[0].Init)
	if !constant || !globals[0].Mutable || globals[0].Type.Kind != i32 || value < 1024 || value%16 != 0 {
		return 0, 0, false
	}
	return 0, uint32(value), true
}

// unused returns the part of the stack that no function uses: pointers in it belong to
// functions that returned. The beginning of the stack is known if it comes before the
// data. Otherwise it has the linker's default size, unless there is data in that range;
// then only the part that was seen in use is known.
func (l *heapLayout) unused(sp, lowest uint32) guestheap.Range {
	start := uint32(0)
	if !l.first {
		start = l.top - min(l.top, defaultStack)
		if l.dataEnd > start || l.statics.LastVariable(l.top) >= start {
			start = min(lowest, sp)
		}
	}
	return guestheap.Range{Start: start, End: max(sp, start)}
}
