package instrument

import (
	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
)

// generator makes valid modules that end, from choices that the bytes of choices
// stand for. Loops run a few times, functions call only later ones, and no
// function executes more than some thousand instructions, those that it calls
// included. Some modules trap.
type generator struct {
	choices []byte
	code    code
	blocks  []byte   // that are open: blockEmpty, a type, or kindLoop
	loops   uint32   // counters of loops in use
	depth   int      // of expressions and statements
	factor  uint64   // how often the code runs that is written, at most
	cost    uint64   // of the function, at most
	calls   []uint64 // costs of the functions that can be called
	index   uint32   // of the first of them
}

const (
	generatedFunctions = 5
	maxCost            = 20_000
	// Local variables: the parameters, two more, the counters of loops, and one
	// that generated code does not use.
	localI32, localI64, moreI32, moreI64, firstCounter = 0, 1, 2, 3, 4
	maxLoops                                           = 4
	unusedLocal                                        = firstCounter + maxLoops
)

// choose returns a number below n. When the choices are used up it returns 0,
// the simplest choice.
func (g *generator) choose(n int) int {
	if len(g.choices) == 0 {
		return 0
	}
	c := int(g.choices[0])
	g.choices = g.choices[1:]
	return c % n
}

// generate makes a module whose function f is of type (i32, i64) -> i32.
func generate(choices []byte) []byte {
	g := &generator{choices: choices}
	bodies := make([]code, generatedFunctions)
	for i := generatedFunctions - 1; i >= 0; i-- {
		g.index = uint32(i) + 1
		bodies[i] = g.function()
		g.calls = append([]uint64{g.cost}, g.calls...)
	}
	b := section([]byte("\x00asm\x01\x00\x00\x00"), wasmbin.SectionType, "\x01\x60\x02\x7f\x7e\x01\x7f")
	b = section(b, wasmbin.SectionFunction, "\x05\x00\x00\x00\x00\x00")
	b = section(b, wasmbin.SectionTable, "\x01\x70\x00\x10")
	b = section(b, wasmbin.SectionMemory, "\x01\x01\x01\x04")
	b = section(b, wasmbin.SectionGlobal, "\x02\x7f\x01\x41\x07\x0b\x7e\x01\x42\x09\x0b")
	b = section(b, wasmbin.SectionExport, "\x04\x01f\x00\x00\x01m\x02\x00\x01g\x03\x00\x01h\x03\x01")
	b = section(b, wasmbin.SectionElement, "\x02\x00\x41\x00\x0b\x06\x04\x04\x04\x04\x04\x04\x01\x00\x03\x04\x04\x04")
	b = section(b, wasmbin.SectionDataCount, "\x01")
	all := code{generatedFunctions}
	for _, body := range bodies {
		all = append(wasmbin.AppendU32(all, uint32(len(body))), body...)
	}
	b = wasmbin.AppendSection(b, wasmbin.SectionCode, all)
	return section(b, wasmbin.SectionData, "\x01\x01\x11some bytes, twice")
}

func (g *generator) function() code {
	g.code = code{3, 1, i32, 1, i64, maxLoops + 1, i32}
	g.blocks, g.loops, g.depth, g.factor, g.cost = nil, 0, 0, 1, 1
	for range g.choose(6) {
		g.statement()
	}
	g.i32()
	g.code.op(wasmbin.OpEnd)
	return g.code
}

func (g *generator) op(ops ...wasmbin.Opcode) {
	g.code.op(ops...)
	g.cost += g.factor * uint64(len(ops))
}

// deep reports that nothing more should be nested here.
func (g *generator) deep() bool { return g.depth > 5 || g.cost > maxCost }

// number writes an address or a length that is often in bounds.
func (g *generator) number() {
	if g.choose(8) == 7 {
		g.i32()
		return
	}
	g.code.i32(int32(g.choose(256)) << g.choose(10))
	g.cost += g.factor
}

var (
	binary32 = []wasmbin.Opcode{0x6a, 0x6b, 0x6c, 0x71, 0x72, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x46, 0x48, 0x4f, 0x6d, 0x70}
	binary64 = []wasmbin.Opcode{0x7c, 0x7d, 0x7e, 0x83, 0x84, 0x85, 0x86, 0x88, 0x8a, 0x80, 0x81}
)

// i32 writes an expression.
func (g *generator) i32() {
	g.depth++
	defer func() { g.depth-- }()
	n := 16
	if g.deep() {
		n = 3
	}
	switch g.choose(n) {
	case 0:
		g.code.i32(int32(g.choose(256)) - 100)
		g.cost += g.factor
	case 1:
		g.op(wasmbin.OpLocalGet, wasmbin.Opcode([]byte{localI32, moreI32}[g.choose(2)]))
	case 2:
		g.op(wasmbin.OpGlobalGet, 0)
	case 3, 4, 5:
		g.i32()
		g.i32()
		g.op(binary32[g.choose(len(binary32))])
	case 6:
		g.i64()
		g.op(0xa7) // i32.wrap_i64
	case 7:
		g.number()
		g.op(0x2d, 0, wasmbin.Opcode(g.choose(128))) // i32.load8_u
	case 8:
		g.i32()
		g.open(wasmbin.OpIf, i32)
		g.i32()
		g.op(wasmbin.OpElse)
		g.i32()
		g.shut()
	case 9:
		g.open(wasmbin.OpBlock, i32)
		g.statement()
		g.i32()
		g.i32()
		g.op(wasmbin.OpBrIf, 0)
		g.statement()
		g.shut()
	case 10, 11:
		g.call()
	case 12:
		g.i32()
		g.i32()
		g.i32()
		g.op(0x1b) // select
	case 13:
		g.op(wasmbin.OpMemorySize, 0)
	case 14:
		g.i32()
		g.op(0x41, 1, 0x71, 0x40, 0) // 1, and, memory.grow
	case 15:
		g.number()
		g.op(0x41, 7, 0x71, 0x25, 0, 0xd1) // 7, and, table.get, ref.is_null
	}
}

// i64 writes an expression.
func (g *generator) i64() {
	g.depth++
	defer func() { g.depth-- }()
	n := 6
	if g.deep() {
		n = 3
	}
	switch g.choose(n) {
	case 0:
		g.code.i64(int64(g.choose(256)) << g.choose(60))
		g.cost += g.factor
	case 1:
		g.op(wasmbin.OpLocalGet, wasmbin.Opcode([]byte{localI64, moreI64}[g.choose(2)]))
	case 2:
		g.op(wasmbin.OpGlobalGet, 1)
	case 3, 4:
		g.i64()
		g.i64()
		g.op(binary64[g.choose(len(binary64))])
	case 5:
		g.i32()
		g.op(wasmbin.OpI64ExtendI32U)
	}
}

// statement writes something that leaves the stack as it is.
func (g *generator) statement() {
	g.depth++
	defer func() { g.depth-- }()
	n := 18
	if g.deep() {
		n = 4
	}
	switch g.choose(n) {
	case 0:
		g.op(0x01) // nop
	case 1:
		g.i32()
		g.op(wasmbin.OpLocalSet, moreI32)
	case 2:
		g.i64()
		g.op(wasmbin.OpLocalSet, moreI64)
	case 3:
		g.i32()
		g.op(wasmbin.OpGlobalSet, 0)
	case 4:
		g.i64()
		g.op(wasmbin.OpGlobalSet, 1)
	case 5, 6:
		g.number()
		g.i64()
		g.op(0x37, 0, wasmbin.Opcode(g.choose(128))) // i64.store
	case 7, 8:
		g.loop()
	case 9:
		g.i32()
		g.open(wasmbin.OpIf, blockEmpty)
		g.statement()
		if g.choose(2) == 1 {
			g.op(wasmbin.OpElse)
			g.statement()
		}
		g.shut()
	case 10:
		g.open(wasmbin.OpBlock, blockEmpty)
		g.statement()
		g.i32()
		g.op(wasmbin.OpBrIf, g.label())
		g.statement()
		g.shut()
	case 11:
		g.open(wasmbin.OpBlock, blockEmpty)
		g.statement()
		g.i32()
		g.op(wasmbin.OpBrTable, 1, g.label(), g.label())
		g.statement() // is dead
		g.shut()
	case 12:
		g.i32()
		g.op(0x1a) // drop
	case 13:
		g.i32()
		g.open(wasmbin.OpIf, blockEmpty)
		g.i32()
		g.op([]wasmbin.Opcode{wasmbin.OpReturn, wasmbin.OpUnreachable}[g.choose(8)/7])
		g.statement()
		g.shut()
	case 14:
		g.number()
		g.number()
		g.number()
		g.op([][]wasmbin.Opcode{{wasmbin.OpMemoryFill, 0}, {wasmbin.OpMemoryCopy, 0, 0}, {wasmbin.OpMemoryInit, 0, 0}}[g.choose(3)]...)
	case 15:
		g.small()
		g.small()
		g.small()
		g.op([][]wasmbin.Opcode{{wasmbin.OpTableCopy, 0, 0}, {wasmbin.OpTableInit, 1, 0}}[g.choose(2)]...)
	case 16:
		g.small()
		g.op(wasmbin.OpRefFunc, generatedFunctions-1)
		g.small()
		g.op(wasmbin.OpTableFill, 0)
	case 17:
		g.op([][]wasmbin.Opcode{{0xfc09, 0}, {0xfc0d, 1}}[g.choose(2)]...) // data.drop, elem.drop
	}
}

// small writes an index or a length for the table.
func (g *generator) small() {
	g.code.i32(int32(g.choose(9)))
	g.cost += g.factor
}

// open opens a block, and shut closes the innermost one.
func (g *generator) open(op wasmbin.Opcode, kind byte) {
	g.op(op)
	g.code = append(g.code, kind)
	g.blocks = append(g.blocks, kind)
}

func (g *generator) shut() {
	g.op(wasmbin.OpEnd)
	g.blocks = g.blocks[:len(g.blocks)-1]
}

// label returns a block without a result that is open, which there must be, by
// its distance. A loop is none.
func (g *generator) label() wasmbin.Opcode {
	var labels []wasmbin.Opcode
	for i, kind := range g.blocks {
		if kind == blockEmpty {
			labels = append(labels, wasmbin.Opcode(len(g.blocks)-1-i))
		}
	}
	return labels[g.choose(len(labels))]
}

const kindLoop = 0

// loop writes a loop that runs up to five times.
func (g *generator) loop() {
	if g.loops == maxLoops || g.cost*5 > maxCost {
		return
	}
	counter := wasmbin.Opcode(firstCounter + g.loops)
	g.loops++
	times := uint64(1 + g.choose(5))
	g.code.i32(int32(times))
	g.op(wasmbin.OpLocalSet, counter)
	g.factor *= times
	g.op(wasmbin.OpLoop, blockEmpty)
	g.blocks = append(g.blocks, kindLoop)
	for range 1 + g.choose(3) {
		g.statement()
	}
	g.op(wasmbin.OpLocalGet, counter, wasmbin.OpI32Const, 1, wasmbin.OpI32Sub, wasmbin.OpLocalTee, counter, wasmbin.OpBrIf, 0)
	g.shut()
	g.factor /= times
	g.loops--
}

// call writes a call, which is often one of the last function through the table:
// that one calls nothing.
func (g *generator) call() {
	if len(g.calls) == 0 {
		g.i64()
		g.op(0xa7) // i32.wrap_i64
		return
	}
	direct := g.choose(2) == 0
	callee := len(g.calls) - 1
	if direct {
		callee = g.choose(len(g.calls))
	}
	if g.cost+g.factor*g.calls[callee] > maxCost {
		g.op(wasmbin.OpLocalGet, moreI32)
		return
	}
	g.i32()
	g.i64()
	g.cost += g.factor * g.calls[callee]
	if direct {
		g.op(wasmbin.OpCall, wasmbin.Opcode(int(g.index)+callee))
		return
	}
	g.small()
	g.op(wasmbin.OpCallIndirect, 0, 0)
}
