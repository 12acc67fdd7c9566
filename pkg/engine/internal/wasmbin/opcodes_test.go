package wasmbin

// The opcodes of one byte that tests assemble code of.
const (
	opBlock        = byte(OpBlock)
	opBrIf         = byte(OpBrIf)
	opBrTable      = byte(OpBrTable)
	opCall         = byte(OpCall)
	opCallIndirect = byte(OpCallIndirect)
	opMisc         = byte(prefixMisc)
	opReturn       = byte(OpReturn)
	opTryTable     = byte(OpTryTable)
	subTableGrow   = byte(OpTableGrow & 0xff)
)
