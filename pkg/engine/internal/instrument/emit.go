package instrument

import "github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"

// code is code in the making.
type code []byte

func (c *code) op(ops ...wasmbin.Opcode) {
	for _, op := range ops {
		if op > 0xff {
			*c = append(*c, byte(op>>8))
		}
		*c = append(*c, byte(op))
	}
}

// index appends an instruction with an index.
func (c *code) index(op wasmbin.Opcode, i uint32) {
	c.op(op)
	*c = wasmbin.AppendU32(*c, i)
}

func (c *code) i32(v int32) {
	c.op(wasmbin.OpI32Const)
	*c = wasmbin.AppendS64(*c, int64(v))
}

func (c *code) i64(v int64) {
	c.op(wasmbin.OpI64Const)
	*c = wasmbin.AppendS64(*c, v)
}

// block opens a block, a loop or an if without parameters and results.
func (c *code) block(op wasmbin.Opcode) {
	c.op(op)
	*c = append(*c, blockEmpty)
}

const blockEmpty = 0x40

// charge subtracts a constant from the counter.
func (p *Plan) charge(c *code, amount int64) {
	c.index(wasmbin.OpGlobalGet, p.counter)
	c.i64(amount)
	c.op(wasmbin.OpI64Sub)
	c.index(wasmbin.OpGlobalSet, p.counter)
}

// chargeLength subtracts the local variable n, shifted to the right.
func (p *Plan) chargeLength(c *code, n uint32, shift int32) {
	c.index(wasmbin.OpGlobalGet, p.counter)
	c.index(wasmbin.OpLocalGet, n)
	c.i32(shift)
	c.op(wasmbin.OpI32ShrU, wasmbin.OpI64ExtendI32U, wasmbin.OpI64Sub)
	c.index(wasmbin.OpGlobalSet, p.counter)
}

// check leaves for the host if the counter is negative.
func (p *Plan) check(c *code) {
	c.index(wasmbin.OpGlobalGet, p.counter)
	c.i64(0)
	c.op(wasmbin.OpI64LtS)
	c.block(wasmbin.OpIf)
	c.index(wasmbin.OpCall, p.tick)
	c.op(wasmbin.OpEnd)
}
