package wasmbin

// Opcode is an instruction's number: one byte, or a prefix and, below it, the
// number after the prefix, such as 0xfc0b for memory.fill.
type Opcode uint16

// The instructions that the rewriter handles specially.
const (
	OpUnreachable        Opcode = 0x00
	OpBlock              Opcode = 0x02
	OpLoop               Opcode = 0x03
	OpIf                 Opcode = 0x04
	OpElse               Opcode = 0x05
	OpThrow              Opcode = 0x08
	OpThrowRef           Opcode = 0x0a
	OpEnd                Opcode = 0x0b
	OpBr                 Opcode = 0x0c
	OpBrIf               Opcode = 0x0d
	OpBrTable            Opcode = 0x0e
	OpReturn             Opcode = 0x0f
	OpCall               Opcode = 0x10
	OpCallIndirect       Opcode = 0x11
	OpReturnCall         Opcode = 0x12
	OpReturnCallIndirect Opcode = 0x13
	OpCallRef            Opcode = 0x14
	OpReturnCallRef      Opcode = 0x15
	OpTryTable           Opcode = 0x1f
	OpSelect             Opcode = 0x1b
	OpLocalGet           Opcode = 0x20
	OpLocalSet           Opcode = 0x21
	OpLocalTee           Opcode = 0x22
	OpGlobalGet          Opcode = 0x23
	OpGlobalSet          Opcode = 0x24
	OpMemorySize         Opcode = 0x3f
	OpMemoryGrow         Opcode = 0x40
	OpI32Const           Opcode = 0x41
	OpI64Const           Opcode = 0x42
	OpI32Eqz             Opcode = 0x45
	OpI32Ne              Opcode = 0x47
	OpI32GtU             Opcode = 0x4b
	OpI32LeU             Opcode = 0x4d
	OpI64LtS             Opcode = 0x53
	OpI64LtU             Opcode = 0x54
	OpI64GtU             Opcode = 0x56
	OpI32LtU             Opcode = 0x49
	OpI32Add             Opcode = 0x6a
	OpI32Sub             Opcode = 0x6b
	OpI32Or              Opcode = 0x72
	OpI32ShrU            Opcode = 0x76
	OpI64Add             Opcode = 0x7c
	OpI64Sub             Opcode = 0x7d
	OpI64Shl             Opcode = 0x86
	OpI64ExtendI32U      Opcode = 0xad
	OpRefNull            Opcode = 0xd0
	OpRefFunc            Opcode = 0xd2
	OpBrOnNull           Opcode = 0xd5
	OpBrOnNonNull        Opcode = 0xd6
	OpMemoryInit         Opcode = 0xfc08
	OpMemoryCopy         Opcode = 0xfc0a
	OpMemoryFill         Opcode = 0xfc0b
	OpTableInit          Opcode = 0xfc0c
	OpTableCopy          Opcode = 0xfc0e
	OpTableGrow          Opcode = 0xfc0f
	OpTableFill          Opcode = 0xfc11
	OpAtomicWait32       Opcode = 0xfe01
	OpAtomicWait64       Opcode = 0xfe02
)

// The prefixes of opcodes.
const (
	prefixMisc   = 0xfc // saturating truncation, bulk memory, tables
	prefixVector = 0xfd // SIMD
	prefixAtomic = 0xfe // threads
)

// immediates is the form of the immediates after an opcode.
type immediates uint8

const (
	immUnknown immediates = iota // no instruction that wazero runs
	immNone
	immIndex      // one unsigned number: an index, a label, or a memory's reserved byte
	immTwo        // two of them
	immBlock      // block type
	immTryTable   // block type and catch clauses
	immLabels     // vector of labels, and one more
	immSigned     // signed number
	imm4          // that many bytes
	imm8          //
	imm16         //
	immLane       // one byte
	immMemory     // alignment and offset
	immMemoryLane // and a lane
	immSelect     // vector of one type
	immMisc       // a number after the prefix
	immVector     //
	immAtomic     //
)

// opcodeRange gives consecutive opcodes their immediates.
type opcodeRange struct {
	first, last byte
	imm         immediates
}

// table returns the immediates of each opcode.
func table(ranges ...opcodeRange) (t [256]immediates) {
	for _, r := range ranges {
		for op := int(r.first); op <= int(r.last); op++ {
			t[op] = r.imm
		}
	}
	return t
}

// The instructions of wazero v1.12.0 with all its features. Among those it does
// not run are the legacy exceptions (try, catch, rethrow, delegate), the
// garbage collector's, and relaxed SIMD.
var (
	plainOpcodes = table(
		opcodeRange{0x00, 0x01, immNone},     // unreachable, nop
		opcodeRange{0x02, 0x04, immBlock},    // block, loop, if
		opcodeRange{0x05, 0x05, immNone},     // else
		opcodeRange{0x08, 0x08, immIndex},    // throw
		opcodeRange{0x0a, 0x0b, immNone},     // throw_ref, end
		opcodeRange{0x0c, 0x0d, immIndex},    // br, br_if
		opcodeRange{0x0e, 0x0e, immLabels},   // br_table
		opcodeRange{0x0f, 0x0f, immNone},     // return
		opcodeRange{0x10, 0x10, immIndex},    // call
		opcodeRange{0x11, 0x11, immTwo},      // call_indirect
		opcodeRange{0x12, 0x12, immIndex},    // return_call
		opcodeRange{0x13, 0x13, immTwo},      // return_call_indirect
		opcodeRange{0x14, 0x15, immIndex},    // call_ref, return_call_ref
		opcodeRange{0x1a, 0x1b, immNone},     // drop, select
		opcodeRange{0x1c, 0x1c, immSelect},   // select with a type
		opcodeRange{0x1f, 0x1f, immTryTable}, // try_table
		opcodeRange{0x20, 0x26, immIndex},    // locals, globals, table.get, table.set
		opcodeRange{0x28, 0x3e, immMemory},   // loads, stores
		opcodeRange{0x3f, 0x40, immIndex},    // memory.size, memory.grow
		opcodeRange{0x41, 0x42, immSigned},   // i32.const, i64.const
		opcodeRange{0x43, 0x43, imm4},        // f32.const
		opcodeRange{0x44, 0x44, imm8},        // f64.const
		opcodeRange{0x45, 0xc4, immNone},     // arithmetic
		opcodeRange{0xd0, 0xd0, immIndex},    // ref.null: each heap type that wazero knows has the bytes of an unsigned number
		opcodeRange{0xd1, 0xd1, immNone},     // ref.is_null
		opcodeRange{0xd2, 0xd2, immIndex},    // ref.func
		opcodeRange{0xd4, 0xd4, immNone},     // ref.as_non_null
		opcodeRange{0xd5, 0xd6, immIndex},    // br_on_null, br_on_non_null
		opcodeRange{prefixMisc, prefixMisc, immMisc},
		opcodeRange{prefixVector, prefixVector, immVector},
		opcodeRange{prefixAtomic, prefixAtomic, immAtomic},
	)
	miscOpcodes = table(
		opcodeRange{0x00, 0x07, immNone},  // saturating truncation
		opcodeRange{0x08, 0x08, immTwo},   // memory.init
		opcodeRange{0x09, 0x09, immIndex}, // data.drop
		opcodeRange{0x0a, 0x0a, immTwo},   // memory.copy
		opcodeRange{0x0b, 0x0b, immIndex}, // memory.fill
		opcodeRange{0x0c, 0x0c, immTwo},   // table.init
		opcodeRange{0x0d, 0x0d, immIndex}, // elem.drop
		opcodeRange{0x0e, 0x0e, immTwo},   // table.copy
		opcodeRange{0x0f, 0x11, immIndex}, // table.grow, table.size, table.fill
	)
	vectorOpcodes = table(
		opcodeRange{0x00, 0x0b, immMemory}, // loads, store
		opcodeRange{0x0c, 0x0d, imm16},     // v128.const, i8x16.shuffle
		opcodeRange{0x0e, 0x14, immNone},   // swizzle, splats
		opcodeRange{0x15, 0x22, immLane},   // extract_lane, replace_lane
		opcodeRange{0x23, 0x53, immNone},
		opcodeRange{0x54, 0x5b, immMemoryLane}, // loads and stores of a lane
		opcodeRange{0x5c, 0x5d, immMemory},     // loads with zero
		opcodeRange{0x5e, 0xff, immNone},
	)
	atomicOpcodes = table(
		opcodeRange{0x00, 0x02, immMemory}, // notify, wait
		opcodeRange{0x03, 0x03, immLane},   // fence, with a reserved byte
		opcodeRange{0x10, 0x4e, immMemory},
	)
)
