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

// Statics reads the addresses in the code. It walks all code.
func (h *Heap) Statics() (Statics, error) {
	var own []uint32
	var s Statics
	for body, err := range h.module.FunctionBodies() {
		if err != nil {
			return Statics{}, err
		}
		list := &s.others
		if f := h.graph.function(body.Index); f != nil && f.inner {
			list = &own
		}
		in, _ := h.module.Instructions(body)
		for in.Next() {
			a, ok := h.address(in)
			if !ok || a < firstStatic {
				continue
			}
			*list = append(*list, a)
			// Sizes and masks are constants, too, and have one bit, or end in ones.
			if in.Op != wasmbin.OpI32Const || a%4 == 0 && a&(a-1) != 0 {
				s.variables = append(s.variables, a)
			}
		}
		if err := in.Err(); err != nil {
			return Statics{}, err
		}
	}
	slices.Sort(own)
	slices.Sort(s.others)
	slices.Sort(s.variables)
	s.Allocator = s.runs(slices.Compact(own))
	return s, nil
}

// address returns the number of an i32.const, or the offset of a load or a store.
func (h *Heap) address(in *wasmbin.Instructions) (uint32, bool) {
	const firstLoad, lastStore = 0x28, 0x3e
	bytes := h.module.Binary[in.Start+1 : in.End]
	switch {
	case in.Op == wasmbin.OpI32Const:
		v, ok := wasmbin.I32Const(h.module.Binary[in.Start:in.End])
		return uint32(v), ok && v > 0
	case in.Op >= firstLoad && in.Op <= lastStore:
		for len(bytes) > 0 && bytes[0] >= 0x80 { // the alignment
			bytes = bytes[1:]
		}
		var v, shift uint32
		for _, b := range bytes[1:] {
			v |= uint32(b&0x7f) << shift
			shift += 7
		}
		return v, true
	}
	return 0, false
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
