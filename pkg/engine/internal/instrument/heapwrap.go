package instrument

import (
	"github.com/wamr-go/wamr-go/pkg/engine/internal/allocator"
	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
)

// recordKeep is heaphelper.Keep.
const recordKeep = 3

// The opcodes that only wrappers need.
const (
	opI32Ne     wasmbin.Opcode = 0x47
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
	result  uint32 // i32: the result of the function
	size    uint32 // i32: of the block
}

// wrap appends a wrapper's body with its size.
func (h *Heap) wrap(out code, w wrapper, t wasmbin.FunctionType) code {
	n := uint32(len(t.Params))
	c := wrapperCode{heap: h, wrapper: w, params: len(t.Params), context: n, result: n + 1, size: n + 2}
	c.code = code{2, 1, i64, 2, i32}
	c.index(wasmbin.OpGlobalGet, h.context)
	c.set(c.context)
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

// ifZero does something if the value on the stack is 0.
func (c *wrapperCode) ifZero(then func()) {
	c.op(wasmbin.OpI32Eqz)
	c.block(wasmbin.OpIf)
	then()
	c.op(wasmbin.OpEnd)
}

// stack pushes the number of the stack, which the host walks. From then on the
// helper knows the context.
func (c *wrapperCode) stack() {
	c.get(c.context)
	c.help(hostStack)
}

// call calls the guest's function with the parameters of the wrapper.
func (c *wrapperCode) call() {
	for i := range c.params {
		c.get(uint32(i))
	}
	c.index(wasmbin.OpCall, c.heap.moved(c.wrapper.of))
}

// keeper calls an import, and reports the blocks that it received.
func (c *wrapperCode) keeper() {
	for _, p := range c.wrapper.keep {
		c.i32(recordKeep)
		c.get(uint32(p))
		c.i32(0)
		c.i32(0)
		c.help(helperLog)
	}
	c.call()
}

// findSize sets the size. A calloc whose product exceeds 32 bits is an error;
// the function itself returns null for it.
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
	c.stack()
	c.help(hostOverflow)
	c.op(wasmbin.OpEnd)
	product()
	c.op(opI32WrapI6)
	c.set(c.size)
}

// alloc calls the function, and notes the block that it returned or stored.
func (c *wrapperCode) alloc() {
	c.findSize()
	c.call()
	c.set(c.result)
	if c.wrapper.shape.Role == allocator.Memalign {
		c.get(c.result)
		c.ifZero(func() {
			c.noteSize(helperAlloc, func() {
				c.get(uint32(c.wrapper.shape.Block))
				c.op(opI32Load)
				c.code = append(c.code, 2, 0) // alignment, offset
			})
		})
	} else {
		c.noteSize(helperAlloc, func() { c.get(c.result) })
	}
	c.get(c.result)
}

// noteSize notes the size of the block at an address, by a function of the helper
// that returns 0 if it does not know the context.
func (c *wrapperCode) noteSize(function uint32, address func()) {
	note := func() {
		c.get(c.context)
		address()
		c.get(c.size)
		c.help(function)
	}
	note()
	c.ifZero(func() {
		c.stack()
		c.op(opDrop)
		note()
		c.op(opDrop)
	})
}

// noteFree notes that a block is freed. If it is not live, the wrapper returns.
func (c *wrapperCode) noteFree(block uint32) {
	c.get(c.context)
	c.get(block)
	c.help(helperFree)
	c.ifZero(func() { c.check(HeapCallFree, block, func() {}) })
}

// check asks the host whether a block is live. If it is not, the wrapper returns the
// values that left pushes.
func (c *wrapperCode) check(call int32, block uint32, left func()) {
	c.i32(call)
	c.get(block)
	c.stack()
	c.help(hostCheck)
	c.ifZero(func() {
		left()
		c.op(wasmbin.OpReturn)
	})
}

// free calls the function unless the block is not live.
func (c *wrapperCode) free() {
	block := uint32(c.wrapper.shape.Block)
	c.get(block)
	c.block(wasmbin.OpIf)
	c.noteFree(block)
	c.op(wasmbin.OpEnd)
	c.call()
}

// realloc calls the function unless the block is not live; then it returns null. If the
// function returned null, nothing happened, except with size 0: then the block was
// freed.
func (c *wrapperCode) realloc() {
	block := uint32(c.wrapper.shape.Block)
	null := func() { c.i32(0) }
	result := func() { c.get(c.result) }
	c.findSize()
	c.get(block)
	c.block(wasmbin.OpIf)
	c.get(block)
	c.help(helperLive)
	c.ifZero(func() { c.check(HeapCallRealloc, block, null) })
	c.op(wasmbin.OpEnd)
	c.call()
	c.index(wasmbin.OpLocalTee, c.result)
	c.get(c.size)
	c.op(wasmbin.OpI32Eqz, opI32Or)
	c.block(wasmbin.OpIf)
	c.get(block)
	c.block(wasmbin.OpIf)
	c.get(block)
	c.get(c.result)
	c.op(opI32Ne)
	c.block(wasmbin.OpIf)
	c.get(c.context)
	c.get(block)
	c.help(helperFree)
	c.ifZero(func() {
		c.i32(HeapCallFree)
		c.get(block)
		c.stack()
		c.help(hostCheck)
		c.op(opDrop) // it was live before
	})
	c.noteSize(helperAlloc, result)
	c.op(wasmbin.OpElse)
	c.noteSize(helperResize, result)
	c.op(wasmbin.OpEnd, wasmbin.OpElse)
	c.noteSize(helperAlloc, result)
	c.op(wasmbin.OpEnd, wasmbin.OpEnd)
	c.get(c.result)
}
