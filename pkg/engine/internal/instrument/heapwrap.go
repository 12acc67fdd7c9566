package instrument

import (
	"github.com/wamr-go/wamr-go/pkg/engine/internal/allocator"
	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
)

// The opcodes that only wrappers need.
const (
	opI32Load   wasmbin.Opcode = 0x28
	opI32Or     wasmbin.Opcode = 0x72
	opI64Mul    wasmbin.Opcode = 0x7e
	opI32WrapI6 wasmbin.Opcode = 0xa7
)

// wrapperCode writes a wrapper. Its locals come after the parameters.
type wrapperCode struct {
	code
	heap    *Heap
	wrapper wrapper
	params  int
	context uint32 // i64: the context at the entry
	stack   uint32 // i32: the number of the stack
	result  uint32 // i32: what the function returned
	size    uint32 // i32: of the block
}

// wrap appends a wrapper's body with its size.
func (h *Heap) wrap(out code, w wrapper, t wasmbin.FunctionType) code {
	n := uint32(len(t.Params))
	c := wrapperCode{heap: h, wrapper: w, params: len(t.Params), context: n, stack: n + 1, result: n + 2, size: n + 3}
	c.code = code{2, 1, i64, 3, i32}
	switch {
	case w.keep != nil:
		c.keeper()
	case w.shape.Role == allocator.Free:
		c.free()
	case w.shape.Role == allocator.Realloc:
		c.realloc()
	default:
		c.alloc()
	}
	c.op(wasmbin.OpEnd)
	return append(wasmbin.AppendU32(out, uint32(len(c.code))), c.code...)
}

func (c *wrapperCode) get(local uint32) { c.index(wasmbin.OpLocalGet, local) }
func (c *wrapperCode) set(local uint32) { c.index(wasmbin.OpLocalSet, local) }

// help calls an added import.
func (c *wrapperCode) help(function uint32) {
	c.index(wasmbin.OpCall, c.heap.imported+function)
}

// call calls the guest's function with the parameters of the wrapper.
func (c *wrapperCode) call() {
	for i := range c.params {
		c.get(uint32(i))
	}
	c.index(wasmbin.OpCall, c.heap.moved(c.wrapper.of))
}

// keeper calls an import, and says which blocks it got.
func (c *wrapperCode) keeper() {
	for _, p := range c.wrapper.keep {
		c.get(uint32(p))
		c.help(helperKeep)
	}
	c.call()
}

// findStack sets the stack.
func (c *wrapperCode) findStack() {
	c.index(wasmbin.OpGlobalGet, c.heap.context)
	c.index(wasmbin.OpLocalTee, c.context)
	c.help(helperStack)
	c.index(wasmbin.OpLocalTee, c.stack)
	c.op(wasmbin.OpI32Eqz)
	c.block(wasmbin.OpIf)
	c.get(c.context)
	c.help(hostStack)
	c.set(c.stack)
	c.op(wasmbin.OpEnd)
}

// findSize sets the size. The product of a calloc that has more than 32 bits is
// an error, of which the function itself makes a null.
func (c *wrapperCode) findSize() {
	shape := c.wrapper.shape
	if shape.Role != allocator.Calloc {
		c.get(uint32(shape.Size))
		c.set(c.size)
		return
	}
	product := func() {
		c.get(uint32(shape.Count))
		c.op(wasmbin.OpI64ExtendI32U)
		c.get(uint32(shape.Size))
		c.op(wasmbin.OpI64ExtendI32U, opI64Mul)
	}
	product()
	c.i64(1<<32 - 1)
	c.op(wasmbin.OpI64GtU)
	c.block(wasmbin.OpIf)
	c.get(uint32(shape.Count))
	c.get(uint32(shape.Size))
	c.get(c.stack)
	c.help(hostOverflow)
	c.op(wasmbin.OpEnd)
	product()
	c.op(opI32WrapI6)
	c.set(c.size)
}

// alloc calls the function, and notes the block that it returned or stored.
func (c *wrapperCode) alloc() {
	c.findStack()
	c.findSize()
	c.call()
	c.set(c.result)
	if c.wrapper.shape.Role == allocator.Memalign {
		c.get(c.result)
		c.op(wasmbin.OpI32Eqz)
		c.block(wasmbin.OpIf)
		c.get(uint32(c.wrapper.shape.Block))
		c.op(opI32Load)
		c.code = append(c.code, 2, 0) // alignment, offset
		c.noteAlloc()
		c.op(wasmbin.OpEnd)
	} else {
		c.get(c.result)
		c.noteAlloc()
	}
	c.get(c.result)
}

// noteAlloc notes the block whose address is on the stack.
func (c *wrapperCode) noteAlloc() {
	c.get(c.size)
	c.get(c.stack)
	c.help(helperAlloc)
}

// free calls the function unless the block is not live.
func (c *wrapperCode) free() {
	block := uint32(c.wrapper.shape.Block)
	c.get(block)
	c.block(wasmbin.OpIf)
	c.findStack()
	c.get(block)
	c.get(c.stack)
	c.help(helperFree)
	c.op(wasmbin.OpI32Eqz)
	c.block(wasmbin.OpIf)
	c.i32(HeapCallFree)
	c.get(block)
	c.get(c.stack)
	c.help(hostCheck)
	c.op(wasmbin.OpI32Eqz)
	c.block(wasmbin.OpIf)
	c.op(wasmbin.OpReturn, wasmbin.OpEnd, wasmbin.OpEnd, wasmbin.OpEnd)
	c.call()
}

// realloc calls the function unless the block is not live, and then returns null.
// A null that was returned means that nothing happened, unless the size is null:
// then the block was freed.
func (c *wrapperCode) realloc() {
	block := uint32(c.wrapper.shape.Block)
	c.findStack()
	c.findSize()
	c.get(block)
	c.block(wasmbin.OpIf)
	c.get(block)
	c.help(helperLive)
	c.op(wasmbin.OpI32Eqz)
	c.block(wasmbin.OpIf)
	c.i32(HeapCallRealloc)
	c.get(block)
	c.get(c.stack)
	c.help(hostCheck)
	c.op(wasmbin.OpI32Eqz)
	c.block(wasmbin.OpIf)
	c.i32(0)
	c.op(wasmbin.OpReturn, wasmbin.OpEnd, wasmbin.OpEnd, wasmbin.OpEnd)
	c.call()
	c.index(wasmbin.OpLocalTee, c.result)
	c.get(c.size)
	c.op(wasmbin.OpI32Eqz, opI32Or)
	c.block(wasmbin.OpIf)
	c.get(block)
	c.get(c.result)
	c.get(c.size)
	c.get(c.stack)
	c.help(helperRealloc)
	c.op(wasmbin.OpEnd)
	c.get(c.result)
}
