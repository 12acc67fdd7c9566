package instrument

import "github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"

// helper is a function that is added to the module.
type helper struct {
	signature uint32 // typeTick or typeHelper
	body      func() code
}

// append appends the function's body with its size.
func (h helper) append(out code) code {
	body := append([]byte{0}, h.body()...) // no locals
	body = append(body, byte(wasmbin.OpEnd))
	return append(wasmbin.AppendU32(out, uint32(len(body))), body...)
}

// chunk is the maximum part of a bulk memory operation, in bytes, before the
// counter is checked.
const chunk = 1 << 20

// The helpers by their place after the guest's functions. One for each data
// segment that is longer than a chunk follows.
const (
	helperTick = iota
	helperFill
	helperCopy
	helperInit
)

// planHelpers lists the helpers. They depend only on the result of [wasmbin.Parse] and
// not on the code, so a module whose code is in the cache needs no walk.
func (p *Plan) planHelpers() []helper {
	helpers := []helper{{typeTick, p.tickBody}}
	if !p.hasMemory() {
		return helpers
	}
	helpers = append(helpers, helper{typeHelper, p.fillBody}, helper{typeHelper, p.copyBody})
	for segment, size := range p.longSegments {
		helpers = append(helpers, helper{typeHelper, func() code { return p.initBody(segment, size) }})
	}
	return helpers
}

func (p *Plan) hasMemory() bool {
	return len(p.module.Memories) > 0 || p.module.Imported(wasmbin.ImportMemory) > 0
}

// longSegments iterates over the indexes and sizes of the data segments that are
// longer than a chunk.
func (p *Plan) longSegments(yield func(segment, size uint32) bool) {
	if _, named := p.module.Section(wasmbin.SectionDataCount); !named {
		return // memory.init is invalid
	}
	segment := uint32(0)
	for s := range p.module.DataSegments() {
		if len(s.Init) > chunk && !yield(segment, uint32(len(s.Init))) {
			return
		}
		segment++
	}
}

// initHelper returns the index of the function that does memory.init of a
// segment. ok is false for a segment that needs none.
func (p *Plan) initHelper(segment uint32) (index uint32, ok bool) {
	index = p.tick + helperInit
	for s := range p.longSegments {
		if s == segment {
			return index, true
		}
		index++
	}
	return 0, false
}

// tickBody is the function that a check calls: counter = host(counter).
func (p *Plan) tickBody() code {
	var c code
	c.index(wasmbin.OpGlobalGet, p.counter)
	c.index(wasmbin.OpCall, p.host)
	c.index(wasmbin.OpGlobalSet, p.counter)
	return c
}

// The parameters of the other helpers: destination, then source or value, then
// length.
const to, from, length = 0, 1, 2

// fillBody is memory.fill, a chunk at a time.
func (p *Plan) fillBody() code {
	var c code
	op := func(n func()) {
		c.index(wasmbin.OpLocalGet, to)
		c.index(wasmbin.OpLocalGet, from)
		n()
		c.index(wasmbin.OpMemoryFill, 0)
	}
	p.ifLong(&c, func() {
		p.trapUnlessInMemory(&c, to, op)
		p.forward(&c, op, to)
	})
	p.rest(&c, op)
	return c
}

// copyBody is memory.copy, a chunk at a time: from the beginning, or from the end
// where the destination comes after the source and may overlap it.
func (p *Plan) copyBody() code {
	var c code
	op := func(n func()) {
		c.index(wasmbin.OpLocalGet, to)
		c.index(wasmbin.OpLocalGet, from)
		n()
		c.index(wasmbin.OpMemoryCopy, 0)
		c = wasmbin.AppendU32(c, 0)
	}
	p.ifLong(&c, func() {
		p.trapUnlessInMemory(&c, to, op)
		p.trapUnlessInMemory(&c, from, op)
		c.index(wasmbin.OpLocalGet, to)
		c.index(wasmbin.OpLocalGet, from)
		c.op(wasmbin.OpI32LeU)
		c.block(wasmbin.OpIf)
		p.forward(&c, op, to, from)
		c.op(wasmbin.OpElse)
		p.backward(&c)
		c.op(wasmbin.OpEnd)
	})
	p.rest(&c, op)
	return c
}

// initBody is memory.init of a segment, a chunk at a time.
func (p *Plan) initBody(segment, size uint32) code {
	var c code
	op := func(n func()) {
		c.index(wasmbin.OpLocalGet, to)
		c.index(wasmbin.OpLocalGet, from)
		n()
		c.index(wasmbin.OpMemoryInit, segment)
		c = wasmbin.AppendU32(c, 0)
	}
	p.ifLong(&c, func() {
		p.trapUnlessInMemory(&c, to, op)
		p.trapUnless(&c, from, func() { c.i64(int64(size)) }, op)
		// If the segment was dropped, the first chunk traps.
		p.forward(&c, op, to, from)
	})
	p.rest(&c, op)
	return c
}

// ifLong emits code that runs if the length is more than a chunk.
func (p *Plan) ifLong(c *code, then func()) {
	isLong(c)
	c.block(wasmbin.OpIf)
	then()
	c.op(wasmbin.OpEnd)
}

func isLong(c *code) {
	c.index(wasmbin.OpLocalGet, length)
	c.i32(chunk)
	c.op(wasmbin.OpI32GtU)
}

// trapUnlessInMemory does the whole operation if the range at an address is not
// within the memory, so it traps before it has written anything.
func (p *Plan) trapUnlessInMemory(c *code, address uint32, op func(n func())) {
	p.trapUnless(c, address, func() {
		c.index(wasmbin.OpMemorySize, 0)
		c.op(wasmbin.OpI64ExtendI32U)
		c.i64(16)
		c.op(wasmbin.OpI64Shl)
	}, op)
}

func (p *Plan) trapUnless(c *code, address uint32, limit func(), op func(n func())) {
	c.index(wasmbin.OpLocalGet, address)
	c.op(wasmbin.OpI64ExtendI32U)
	c.index(wasmbin.OpLocalGet, length)
	c.op(wasmbin.OpI64ExtendI32U, wasmbin.OpI64Add)
	limit()
	c.op(wasmbin.OpI64GtU)
	c.block(wasmbin.OpIf)
	op(func() { c.index(wasmbin.OpLocalGet, length) })
	c.op(wasmbin.OpUnreachable, wasmbin.OpEnd)
}

// forward does whole chunks, and moves the addresses behind them. It leaves at
// most a chunk.
func (p *Plan) forward(c *code, op func(n func()), addresses ...uint32) {
	c.block(wasmbin.OpLoop)
	p.charge(c, chunk>>p.byteShift())
	p.check(c)
	op(func() { c.i32(chunk) })
	for _, a := range addresses {
		c.index(wasmbin.OpLocalGet, a)
		c.i32(chunk)
		c.op(wasmbin.OpI32Add)
		c.index(wasmbin.OpLocalSet, a)
	}
	p.shorten(c)
	isLong(c)
	c.index(wasmbin.OpBrIf, 0)
	c.op(wasmbin.OpEnd)
}

// backward copies whole chunks from the end. It leaves at most a chunk, at the
// beginning.
func (p *Plan) backward(c *code) {
	c.block(wasmbin.OpLoop)
	p.charge(c, chunk>>p.byteShift())
	p.check(c)
	p.shorten(c)
	for _, a := range [...]uint32{to, from} {
		c.index(wasmbin.OpLocalGet, a)
		c.index(wasmbin.OpLocalGet, length)
		c.op(wasmbin.OpI32Add)
	}
	c.i32(chunk)
	c.index(wasmbin.OpMemoryCopy, 0)
	*c = wasmbin.AppendU32(*c, 0)
	isLong(c)
	c.index(wasmbin.OpBrIf, 0)
	c.op(wasmbin.OpEnd)
}

// shorten subtracts a chunk from the length.
func (p *Plan) shorten(c *code) {
	c.index(wasmbin.OpLocalGet, length)
	c.i32(chunk)
	c.op(wasmbin.OpI32Sub)
	c.index(wasmbin.OpLocalSet, length)
}

// rest does the remaining part of the operation, which is all of a short one.
func (p *Plan) rest(c *code, op func(n func())) {
	p.chargeLength(c, length, p.byteShift())
	p.check(c)
	op(func() { c.index(wasmbin.OpLocalGet, length) })
}
