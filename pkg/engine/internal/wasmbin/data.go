package wasmbin

import (
	"fmt"
	"iter"
)

// Segment is one segment of the data section. Its slices share the binary.
type Segment struct {
	Active bool   // written at instantiation; else by memory.init
	Memory uint32 // index of the memory, of an active segment
	Offset []byte // constant expression without its end, of an active segment
	Init   []byte
	End    int // offset in the binary of what follows the segment
}

// Segments iterates over a data section. An error ends the iteration.
func Segments(binary []byte, data Section) iter.Seq2[Segment, error] {
	return func(yield func(Segment, error) bool) {
		r := reader{data: binary[:data.Offset+data.Size], pos: data.Offset}
		for i := range r.count() {
			s := r.segment()
			if r.err != nil {
				yield(Segment{}, fmt.Errorf("data segment %d: %w", i, r.err))
				return
			}
			s.End = r.pos
			if !yield(s, nil) {
				return
			}
		}
		if r.err != nil {
			yield(Segment{}, fmt.Errorf("data section: %w", r.err))
		}
	}
}

func (r *reader) segment() Segment {
	const active, passive, indexed = 0, 1, 2
	var s Segment
	switch mode := r.u32(); mode {
	case active, indexed:
		s.Active = true
		if mode == indexed {
			s.Memory = r.u32()
		}
		s.Offset = r.expression()
	case passive:
	default:
		r.fail(fmt.Errorf("at offset %#x: unknown mode %d", r.pos, mode))
	}
	s.Init = r.bytes(r.u32())
	return s
}

// The instructions that a constant expression may have.
const (
	opEnd       = 0x0b
	opGlobalGet = 0x23
	opI32Const  = 0x41
	opI64Const  = 0x42
	opF32Const  = 0x43
	opF64Const  = 0x44
	opI32Add    = 0x6a
	opI32Sub    = 0x6b
	opI32Mul    = 0x6c
	opI64Add    = 0x7c
	opI64Sub    = 0x7d
	opI64Mul    = 0x7e
	opRefNull   = 0xd0
	opRefFunc   = 0xd2
	opVector    = 0xfd
	opV128Const = 12
)

// expression reads a constant expression, and returns it without its end.
func (r *reader) expression() []byte {
	start := r.pos
	for r.err == nil {
		switch op := r.byte(); op {
		case opEnd:
			if r.err != nil {
				return nil
			}
			return r.data[start : r.pos-1]
		case opI32Const, opI64Const, opRefNull:
			r.s64()
		case opGlobalGet, opRefFunc:
			r.u32()
		case opF32Const:
			r.bytes(4)
		case opF64Const:
			r.bytes(8)
		case opI32Add, opI32Sub, opI32Mul, opI64Add, opI64Sub, opI64Mul:
		case opVector:
			if sub := r.u32(); sub != opV128Const {
				r.fail(fmt.Errorf("at offset %#x: vector instruction %d is not constant", r.pos, sub))
			}
			r.bytes(16)
		default:
			r.fail(fmt.Errorf("at offset %#x: instruction %#x is not constant", r.pos, op))
		}
	}
	return nil
}

// I32Const returns the value of an offset that is one i32.const, as nearly all
// are. Its encoding has five bytes at most.
func I32Const(expression []byte) (value int32, ok bool) {
	r := reader{data: expression}
	if r.byte() != opI32Const || len(expression) > 1+5 {
		return 0, false
	}
	v := r.s64()
	return int32(v), r.err == nil && r.done() && int64(int32(v)) == v
}
