package wasmbin

// instruction is one instruction of a function's code, with those of its
// immediates that limits and edits look at.
type instruction struct {
	op     byte
	sub    uint32 // what follows opMisc, opVector or opAtomic
	index  uint32 // the first index or label
	labels uint32 // number of labels of a br_table, with the default one, or of a try_table
	block  int64  // block type: the index of a type; negative where it is a value type or empty
}

// The instructions that limits and edits look at, and the prefixes of others.
const (
	opBlock              = 0x02
	opLoop               = 0x03
	opIf                 = 0x04
	opElse               = 0x05
	opBr                 = 0x0c
	opBrIf               = 0x0d
	opBrTable            = 0x0e
	opReturn             = 0x0f
	opCall               = 0x10
	opCallIndirect       = 0x11
	opReturnCall         = 0x12
	opReturnCallIndirect = 0x13
	opCallRef            = 0x14
	opReturnCallRef      = 0x15
	opTryTable           = 0x1f
	opBrOnNull           = 0xd5
	opBrOnNonNull        = 0xd6
	opMisc               = 0xfc
	opAtomic             = 0xfe
)

// instruction reads an instruction: one of the core specification, or of the
// proposals for threads, tail calls, exceptions and typed function references.
func (r *reader) instruction() (in instruction) {
	in.op = r.byte()
	switch op := in.op; {
	case op >= 0x45 && op <= 0xc4: // comparisons, arithmetic, conversions
		return in
	case op >= 0x28 && op <= 0x3e: // loads and stores
		r.memoryArgument()
		return in
	}
	switch in.op {
	case 0x20, 0x21, 0x22, opGlobalGet, 0x24, 0x25, 0x26, // variables and tables
		opBr, opBrIf, opCall, opReturnCall, opCallRef, opReturnCallRef,
		0x08,       // throw
		0x3f, 0x40, // memory.size, memory.grow
		opRefFunc, opBrOnNull, opBrOnNonNull:
		in.index = r.u32()
	case 0x00, 0x01, opElse, 0x0a, opEnd, opReturn, 0x1a, 0x1b, // unreachable, nop, throw_ref, drop, select
		0xd1, 0xd3, 0xd4: // ref.is_null, ref.eq, ref.as_non_null
	case opI32Const, opI64Const, opRefNull:
		r.s64()
	case opF32Const:
		r.bytes(4)
	case opF64Const:
		r.bytes(8)
	case opBlock, opLoop, opIf:
		in.block = r.blockType()
	case opCallIndirect, opReturnCallIndirect:
		in.index = r.u32()
		r.u32()
	case opBrTable:
		in.labels = r.count() + 1
		for range in.labels {
			if r.u32(); r.err != nil {
				break
			}
		}
	case 0x1c: // select with types
		r.skipValueTypes()
	case opTryTable:
		in.block = r.blockType()
		in.labels = r.catches()
	case opMisc:
		in.sub = r.u32()
		in.index = r.miscellaneous(in.sub)
	case opVector:
		in.sub = r.u32()
		r.vector(in.sub)
	case opAtomic:
		const fence = 3
		if in.sub = r.u32(); in.sub == fence {
			r.byte()
		} else {
			r.memoryArgument()
		}
	default:
		r.failf("unknown instruction %#x", in.op)
	}
	return in
}

// memoryArgument reads the alignment and the offset of a memory instruction.
func (r *reader) memoryArgument() {
	const withIndex = 0x40 // of the multi-memory proposal
	if r.u32()&withIndex != 0 {
		r.u32()
	}
	r.s64() // unsigned; only its length matters
}

// blockType reads the index of a type, or a negative number that stands for one
// value or none.
func (r *reader) blockType() int64 {
	if b := r.peek(); b == ref || b == refNull {
		r.valueType()
		return -1
	}
	return r.s64()
}

// catches reads the clauses of a try_table, and returns their number.
func (r *reader) catches() uint32 {
	const catchAll = 2
	n := r.count()
	for range n {
		if kind := r.byte(); kind < catchAll {
			r.u32() // tag
		}
		r.u32() // label
		if r.err != nil {
			break
		}
	}
	return n
}

// miscellaneous reads the immediates of an instruction with prefix opMisc, and
// returns the first.
func (r *reader) miscellaneous(sub uint32) (index uint32) {
	const lastTruncation, tableFill = 7, 17
	switch sub {
	case 8, 10, 12, 14: // memory.init, memory.copy, table.init, table.copy
		index = r.u32()
		r.u32()
	case 9, 11, 13, subTableGrow, 16, tableFill: // data.drop, memory.fill, elem.drop, table.grow, table.size, table.fill
		index = r.u32()
	default:
		if sub > lastTruncation {
			r.failf("unknown instruction %#x %d", opMisc, sub)
		}
	}
	return index
}

const subTableGrow = 15

// vector reads the immediates of a vector instruction.
func (r *reader) vector(sub uint32) {
	switch {
	case sub <= 11, sub == 92, sub == 93: // loads and stores
		r.memoryArgument()
	case sub == opV128Const, sub == 13: // and i8x16.shuffle
		r.bytes(16)
	case sub >= 21 && sub <= 34: // lanes
		r.byte()
	case sub >= 84 && sub <= 91: // loads and stores of lanes
		r.memoryArgument()
		r.byte()
	}
}
