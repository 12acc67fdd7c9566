package wasmbin

import (
	"errors"
	"fmt"
)

// Instructions reads the instructions of a function body, one after the other:
//
//	for in := m.Instructions(body); in.Next(); {
//		... in.Op ...
//	}
//
// It knows all instructions that wazero v1.12.0 runs, and finds the end of each
// like wazero. Bytes that wazero could read in another way are an error, so
// rewritten code keeps its meaning.
type Instructions struct {
	Op            Opcode
	Start, End    int    // offsets of the instruction in the binary
	Index, Second uint32 // its first two immediates, where they are unsigned numbers
	Labels        uint32 // of a br_table, with the default one, or of a try_table
	Type          int64  // of a block: the index of a type; negative for one value or none
	Depth         int    // blocks around the instruction; else and end have the depth of their block

	r     reader
	body  int // offset of the body
	open  int // blocks that are open after the instruction
	ended bool
}

// Locals describes the local variables that a function body declares.
type Locals struct {
	Runs       uint32 // groups of the same type
	Count      uint64 // without parameters
	Start, End int    // offsets of the groups; their number stands before Start
}

// Instructions returns a reader of a function body, whose locals it has read.
func (m *Module) Instructions(b FunctionBody) (*Instructions, Locals) {
	in := &Instructions{r: reader{data: m.Binary[:b.Offset+b.Size], pos: b.Offset}, body: b.Offset}
	var l Locals
	l.Runs = in.r.count()
	l.Start = in.r.pos
	for range l.Runs {
		l.Count += uint64(in.r.u32())
		in.r.valueType()
		if in.r.err != nil {
			break
		}
	}
	l.End = in.r.pos
	in.End = l.End
	return in, l
}

var (
	errAfterEnd  = errors.New("bytes after the end of the function")
	errNoEnd     = errors.New("the function has no end")
	errTypedRef  = errors.New("select of a typed reference, which wazero v1.12.0 reads in two ways")
	errTwoTypes  = errors.New("select of more than one type")
	errBadCatch  = errors.New("unknown catch clause")
	errAlignment = errors.New("alignment out of range")
)

// Err returns the reason why Next returned false before the end of the
// function, or nil.
func (in *Instructions) Err() error {
	if in.r.err == nil {
		return nil
	}
	return fmt.Errorf("instruction at offset %#x: %w", in.Start, in.r.err)
}

// Next reads the next instruction. It returns false after the last one, which
// ends the function, and for bytes that are no instruction: see Err.
func (in *Instructions) Next() bool {
	r := &in.r
	in.Start = r.pos
	if in.ended || r.err != nil {
		if in.ended && !r.done() {
			r.fail(errAfterEnd)
		}
		return false
	}
	if r.done() {
		r.fail(errNoEnd)
		return false
	}
	in.Depth = in.open
	op := r.data[r.pos]
	r.pos++
	in.Op = Opcode(op)
	switch imm := plainOpcodes[op]; imm {
	case immNone:
		switch in.Op {
		case OpEnd:
			in.open--
			in.Depth = in.open
			in.ended = in.open < 0
		case OpElse:
			in.Depth--
		}
	case immIndex:
		in.Index = r.u32()
		in.note()
	case immMemory:
		in.memory()
	default:
		in.operands(imm)
	}
	in.End = r.pos
	return r.err == nil
}

// note notes the index of a type, a function or a global.
func (in *Instructions) note() {
	switch in.Op {
	case OpCall, OpReturnCall, OpRefFunc:
		in.r.used.function(in.Index)
	case OpCallIndirect, OpReturnCallIndirect, OpCallRef, OpReturnCallRef:
		in.r.used.typ(int64(in.Index))
	case OpRefNull:
		if in.r.pos-in.Start > 2 || in.Index != heapExn && in.Index != heapExtern && in.Index != heapFunc {
			in.r.used.typ(int64(in.Index))
		}
	case OpGlobalGet, OpGlobalSet:
		in.r.used.global(in.Index)
	}
}

// The heap types after ref.null that are not an index.
const heapExn, heapExtern, heapFunc = 0x69, 0x6f, 0x70

// Extent returns the extent of the instructions up to here, and of the local variables.
func (in *Instructions) Extent() Extent { return in.r.used }

// operands reads immediates.
func (in *Instructions) operands(imm immediates) {
	r := &in.r
	switch imm {
	case immNone:
	case immIndex:
		in.Index = r.u32()
	case immTwo:
		in.Index, in.Second = r.u32(), r.u32()
		in.note()
	case immBlock:
		in.Type = in.blockType()
		in.open++
	case immTryTable:
		in.Type = in.blockType()
		in.catches()
		in.open++
	case immLabels:
		in.Labels = r.count() + 1
		for range in.Labels {
			r.u32()
		}
	case immSigned:
		r.s64()
	case imm4:
		r.bytes(4)
	case imm8:
		r.bytes(8)
	case imm16:
		r.bytes(16)
	case immLane:
		r.byte()
	case immMemory:
		in.memory()
	case immMemoryLane:
		in.memory()
		r.byte()
	case immSelect:
		in.selectType()
	case immMisc:
		in.prefixed(prefixMisc, r.u32(), &miscOpcodes)
	case immVector:
		in.prefixed(prefixVector, in.vector(), &vectorOpcodes)
	case immAtomic:
		in.prefixed(prefixAtomic, uint32(r.byte()), &atomicOpcodes)
	default:
		r.fail(fmt.Errorf("unknown instruction %#x", in.Op))
	}
}

// prefixed reads the immediates of the instruction with a number after a prefix.
func (in *Instructions) prefixed(prefix Opcode, number uint32, table *[256]immediates) {
	if number > 0xff || table[number] == immUnknown {
		in.r.fail(fmt.Errorf("unknown instruction %#x %#x", prefix, number))
		return
	}
	in.Op = prefix<<8 | Opcode(number)
	in.operands(table[number])
}

// vector reads the number of a vector instruction. wazero reads one byte, and
// takes the second byte of a number from 128 for an instruction: 1, nop. So no
// other second byte may follow.
func (in *Instructions) vector() uint32 {
	number := uint32(in.r.byte())
	if number >= 0x80 {
		if second := in.r.byte(); second != 1 {
			in.r.fail(fmt.Errorf("unknown vector instruction %#x %#x", number, second))
		}
	}
	return number
}

// memory reads a memory access.
func (in *Instructions) memory() {
	if in.r.u32() >= 32 { // wazero's limit; 64 would mean the index of a memory
		in.r.fail(errAlignment)
	}
	in.r.u32()
}

func (in *Instructions) blockType() int64 {
	t := in.r.heapType()
	if t == refNull-0x80 || t == ref-0x80 {
		in.r.heapType()
	}
	return t
}

func (in *Instructions) selectType() {
	if in.r.byte() != 1 {
		in.r.fail(errTwoTypes)
	}
	// wazero's validator reads the heap type after such a type, but its compilers
	// do not: they take it for an instruction.
	if t := in.r.byte(); t == ref || t == refNull {
		in.r.fail(errTypedRef)
	}
}

func (in *Instructions) catches() {
	in.Labels = in.r.count()
	for range in.Labels {
		switch in.r.byte() {
		case 0, 1: // catch, catch_ref: a tag and a label
			in.r.u32()
			in.r.u32()
		case 2, 3: // catch_all, catch_all_ref
			in.r.u32()
		default:
			in.r.fail(errBadCatch)
		}
		if in.r.err != nil {
			return
		}
	}
}
