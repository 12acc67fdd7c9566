package allocator

import (
	"slices"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
)

// A module without names may still have dlmalloc. Nearly all guests in C, C++
// and Rust have it, and its functions look alike in all of them.

// The properties of dlmalloc's functions, in bytes of code and in common
// addresses.
const (
	leastMalloc     = 800 // bytes
	leastFree       = 200
	leastShared     = 4 // addresses of variables that both use
	growDepth       = 2 // calls from malloc to memory.grow, at most
	firstAddress    = 1024
	chunkOfBlock    = -8 // a block's header is 8 bytes before it
	opMemoryGrow    = 0x40
	firstAccess     = 0x28 // i32.load
	lastAccess      = 0x3e // i64.store32
	guessedName     = "guessed by its code"
	addressesAtMost = 4096 // of one function, so that a huge one costs little
)

// looked holds the properties of a function that a fingerprint needs.
type looked struct {
	index     uint32
	size      int
	grows     bool
	header    bool // it has the constant chunkOfBlock
	calls     []uint32
	addresses map[uint32]bool
}

// guess finds the malloc and the free of dlmalloc by the properties of their code. It
// finds nothing if more than one pair matches.
func (s *search) guess() ([]Function, error) {
	functions := make(map[uint32]*looked)
	for body, err := range s.module.FunctionBodies() {
		if err != nil {
			return nil, err
		}
		f, err := s.look(body)
		if err != nil {
			return nil, err
		}
		functions[body.Index] = f
	}
	var pairs [][2]uint32
	for _, m := range functions {
		if t, ok := s.typeOf(m.index); !ok || m.size < leastMalloc || !shapeMalloc.fits(t) || !grows(functions, m, growDepth) {
			continue
		}
		for _, f := range functions {
			t, ok := s.typeOf(f.index)
			if ok && f.size >= leastFree && f.header && shapeFree.fits(t) && shared(m, f) >= leastShared {
				pairs = append(pairs, [2]uint32{m.index, f.index})
			}
		}
	}
	if len(pairs) != 1 {
		return nil, nil
	}
	list := []Function{{shapeMalloc, pairs[0][0], guessedName}, {shapeFree, pairs[0][1], guessedName}}
	if r, ok := s.guessRealloc(functions, pairs[0][0], pairs[0][1]); ok {
		list = append(list, Function{shapeRealloc, r, guessedName})
	}
	return list, nil
}

// guessRealloc finds the one realloc that goes with a malloc and a free: it calls
// both, and reads the header of a block and the allocator's variables itself.
func (s *search) guessRealloc(functions map[uint32]*looked, malloc, free uint32) (index uint32, ok bool) {
	found := 0
	for _, f := range functions {
		t, defined := s.typeOf(f.index)
		if defined && f.header && shapeRealloc.fits(t) && slices.Contains(f.calls, malloc) && slices.Contains(f.calls, free) &&
			shared(functions[malloc], f) >= leastShared {
			index, found = f.index, found+1
		}
	}
	return index, found == 1
}

// look reads a function.
func (s *search) look(body wasmbin.FunctionBody) (*looked, error) {
	f := &looked{index: body.Index, size: body.Size, addresses: map[uint32]bool{}}
	in, _ := s.module.Instructions(body)
	for in.Next() {
		switch {
		case in.Op == opMemoryGrow:
			f.grows = true
		case in.Op == wasmbin.OpCall || in.Op == wasmbin.OpReturnCall:
			f.calls = append(f.calls, in.Index)
		case in.Op == wasmbin.OpI32Const:
			v, _ := wasmbin.I32Const(s.module.Binary[in.Start:in.End])
			f.header = f.header || v == chunkOfBlock
			f.note(uint32(v))
		case in.Op >= firstAccess && in.Op <= lastAccess:
			f.note(offsetOf(s.module.Binary[in.Start+1 : in.End]))
		}
	}
	return f, in.Err()
}

func (f *looked) note(address uint32) {
	if address >= firstAddress && int32(address) > 0 && len(f.addresses) < addressesAtMost {
		f.addresses[address] = true
	}
}

// offsetOf returns the offset of a load or a store, which follows the alignment.
func offsetOf(immediates []byte) uint32 {
	for len(immediates) > 0 && immediates[0] >= 0x80 {
		immediates = immediates[1:]
	}
	var v, shift uint32
	for _, b := range immediates[min(1, len(immediates)):] {
		v |= uint32(b&0x7f) << shift
		shift += 7
	}
	return v
}

// grows reports whether a function grows the memory, itself or through at most
// that many calls.
func grows(functions map[uint32]*looked, f *looked, calls int) bool {
	if f.grows {
		return true
	}
	for _, c := range f.calls {
		if called := functions[c]; calls > 0 && called != nil && grows(functions, called, calls-1) {
			return true
		}
	}
	return false
}

// shared counts the addresses that both use.
func shared(a, b *looked) int {
	n := 0
	for address := range b.addresses {
		if a.addresses[address] {
			n++
		}
	}
	return n
}
