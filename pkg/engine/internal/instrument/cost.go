package instrument

import "github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"

// A coarse unit stands for this many instructions, or for the bytes and table
// elements of a bulk operation that take about as long.
const (
	unitInstructions  = 32
	unitByteShift     = 7 // 128 bytes
	unitElementShift  = 3 // 8 elements
	fuelByteShift     = 4 // 16 bytes cost as much as an instruction
	fuelElementShift  = 0
	callInstructions  = 8  // the charge for a call, since small leaves are not charged
	leafInstructions  = 32 // of the largest function that is a small leaf
	checkInstructions = 1024
)

// byteShift returns the number of bytes of a bulk operation per unit, as the
// exponent of a power of two.
func (p *Plan) byteShift() int32 {
	if p.mode == Fuel {
		return fuelByteShift
	}
	return unitByteShift
}

// elementShift is byteShift for elements of tables.
func (p *Plan) elementShift() int32 {
	if p.mode == Fuel {
		return fuelElementShift
	}
	return unitElementShift
}

// isFree reports whether an instruction costs no fuel: the markers of blocks
// and instructions without machine code. They are the same as wasmtime's.
func isFree(op wasmbin.Opcode) bool {
	switch op {
	case wasmbin.OpUnreachable, opNop, wasmbin.OpBlock, wasmbin.OpLoop, wasmbin.OpElse, wasmbin.OpEnd, wasmbin.OpReturn, opDrop:
		return true
	default:
		return false
	}
}

const opNop, opDrop = 0x01, 0x1a

// isCall reports whether an instruction calls a function.
func isCall(op wasmbin.Opcode) bool {
	return op >= wasmbin.OpCall && op <= wasmbin.OpReturnCallRef
}
