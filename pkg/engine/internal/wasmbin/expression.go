package wasmbin

import "fmt"

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

// expression reads a constant expression and returns it without its end.
func (r *reader) expression() []byte {
	start := r.pos
	if r.peek() == opI32Const {
		r.pos++
		r.s64()
		if r.peek() == opEnd && r.err == nil { // nearly always
			r.pos++
			return r.data[start : r.pos-1]
		}
	}
	for r.err == nil {
		switch op := r.byte(); op {
		case opEnd:
			if r.err != nil {
				return nil
			}
			return r.data[start : r.pos-1]
		case opI32Const, opI64Const:
			r.s64()
		case opRefNull:
			r.heapType()
		case opGlobalGet:
			r.globalIndex()
		case opRefFunc:
			r.functionIndex()
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
			r.seen.add(EncodedInstruction, uint32(op))
			r.fail(fmt.Errorf("at offset %#x: instruction %#x is not constant", r.pos, op))
		}
	}
	return nil
}

// I32Const returns the value of an expression that is one i32.const, as nearly
// all offsets are. Its number has at most five bytes, as the specification
// demands.
func I32Const(expression []byte) (value int32, ok bool) {
	r := reader{data: expression}
	if r.byte() != opI32Const || len(expression) > 1+5 {
		return 0, false
	}
	v := r.s64()
	return int32(v), r.err == nil && r.done() && int64(int32(v)) == v
}
