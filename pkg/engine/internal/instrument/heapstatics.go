package instrument

import (
	"slices"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
)

// Statics are the addresses of data that appear in the code.
type Statics struct {
	// Allocator are the parts that only the allocator addresses, each from its
	// beginning to its end: its own variables, which point behind the header of a
	// block.
	Allocator [][2]uint32
	others    []uint32 // possible addresses in other code, in order
	variables []uint32 // almost certain addresses of variables, in order
}

// LastVariable returns the last address before a limit that is probably a variable's,
// or 0.
func (s Statics) LastVariable(limit uint32) uint32 { return last(s.variables, limit) }

// last returns the last of the numbers before a limit, or 0.
func last(sorted []uint32, limit uint32) uint32 {
	i, _ := slices.BinarySearch(sorted, limit)
	if i == 0 {
		return 0
	}
	return sorted[i-1]
}

// The lowest address of data: linkers keep the addresses below free, for null.
const firstStatic = 1024

// Statics reads the addresses in the code. It walks all code. Where a linker has
// put the allocator's addresses, it has put all others, too, and no other number
// counts.
func (h *Heap) Statics() (Statics, error) {
	var own, others []static
	linked := false
	for body, err := range h.module.FunctionBodies() {
		if err != nil {
			return Statics{}, err
		}
		list := &others
		f := h.graph.function(body.Index)
		inner := f != nil && f.inner
		if inner {
			list = &own
		}
		in, _ := h.module.Instructions(body)
		for in.Next() {
			if a, ok := h.static(in); ok {
				*list = append(*list, a)
				linked = linked || inner && a.linked
			}
		}
		if err := in.Err(); err != nil {
			return Statics{}, err
		}
	}
	var s Statics
	for _, a := range others {
		if a.linked || !linked {
			s.others = append(s.others, a.address)
			if a.variable {
				s.variables = append(s.variables, a.address)
			}
		}
	}
	slices.Sort(s.others)
	slices.Sort(s.variables)
	var starts []uint32
	for _, a := range own {
		if a.linked || !linked {
			starts = append(starts, a.address)
		}
	}
	slices.Sort(starts)
	s.Allocator = s.runs(slices.Compact(starts))
	return s, nil
}

// static is a number in the code that may be the address of data.
type static struct {
	address  uint32
	linked   bool // it has all five bytes, which linkers write so that they can change it
	variable bool // it hardly is anything but the address of a variable
}

// static returns the number of an i32.const, or the offset of a load or a store,
// if it may be an address.
func (h *Heap) static(in *wasmbin.Instructions) (s static, ok bool) {
	const firstLoad, lastStore, most = 0x28, 0x3e, 5
	bytes := h.module.Binary[in.Start+1 : in.End]
	switch {
	case in.Op == wasmbin.OpI32Const:
		v, ok := wasmbin.I32Const(h.module.Binary[in.Start:in.End])
		// Sizes and masks are constants, too, and have one bit, or end in ones.
		s = static{uint32(v), len(bytes) == most, v%4 == 0 && v&(v-1) != 0}
		return s, ok && v >= firstStatic
	case in.Op >= firstLoad && in.Op <= lastStore:
		for bytes[0] >= 0x80 { // the alignment
			bytes = bytes[1:]
		}
		bytes = bytes[1:]
		s = static{0, len(bytes) == most, true}
		for i, b := range bytes {
			s.address |= uint32(b&0x7f) << (7 * i)
		}
		return s, s.address >= firstStatic
	}
	return static{}, false
}

// runs joins neighbouring addresses to parts within which no other code
// addresses anything.
func (s Statics) runs(own []uint32) [][2]uint32 {
	const gap = 1024
	var parts [][2]uint32
	for _, a := range own {
		end := a + 4
		if n := len(parts); n > 0 && a-parts[n-1][1] <= gap && last(s.others, a+1) < parts[n-1][0] {
			parts[n-1][1] = end
		} else if last(s.others, a+1) != a {
			parts = append(parts, [2]uint32{a, end})
		}
	}
	return parts
}
