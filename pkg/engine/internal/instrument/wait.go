package instrument

import "github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"

// waitSlice bounds the time that memory.atomic.wait waits before the host is
// called, in nanoseconds.
const waitSlice = 10_000_000

// wait waits in slices, in place of a memory.atomic.wait32 or wait64, which wazero
// does not end. A notification between two slices is missed, if the value at the
// address stays the same.
func (w *rewriter) wait(in *wasmbin.Instructions) error {
	const notWoken = 2 // the result of a wait whose time is over
	use, kind := useExpected32, byte(i32)
	if in.Op == wasmbin.OpAtomicWait64 {
		use, kind = useExpected64, i64
	}
	address, err := w.local(useAddress, i32)
	if err != nil {
		return err
	}
	expected, _ := w.local(use, kind) // fails like the first, or not at all
	timeout, _ := w.local(useTimeout, i64)
	result, err := w.local(useResult, i32)
	if err != nil {
		return err
	}
	w.replace(in)
	c := &w.code
	c.index(wasmbin.OpLocalSet, timeout)
	c.index(wasmbin.OpLocalSet, expected)
	c.index(wasmbin.OpLocalSet, address)
	c.block(wasmbin.OpLoop)
	c.index(wasmbin.OpCall, w.plan.tick)
	c.index(wasmbin.OpLocalGet, address)
	c.index(wasmbin.OpLocalGet, expected)
	c.index(wasmbin.OpLocalGet, timeout) // the rest of the time, or a slice if that is less
	c.i64(waitSlice)
	isLast(c, timeout)
	c.op(wasmbin.OpSelect)
	*c = append(*c, w.plan.module.Binary[in.Start:in.End]...)
	c.index(wasmbin.OpLocalSet, result)
	isLast(c, timeout)
	c.index(wasmbin.OpLocalGet, result)
	c.i32(notWoken)
	c.op(wasmbin.OpI32Ne, wasmbin.OpI32Or, wasmbin.OpI32Eqz)
	c.block(wasmbin.OpIf)
	c.index(wasmbin.OpLocalGet, timeout) // which stays negative, for ever
	c.i64(waitSlice)
	c.op(wasmbin.OpI64Sub)
	c.index(wasmbin.OpLocalSet, timeout)
	c.index(wasmbin.OpBr, 1)
	c.op(wasmbin.OpEnd, wasmbin.OpEnd)
	c.index(wasmbin.OpLocalGet, result)
	return nil
}

// isLast emits a test whether the rest of the time is less than a slice. A
// negative timeout never ends.
func isLast(c *code, timeout uint32) {
	c.index(wasmbin.OpLocalGet, timeout)
	c.i64(waitSlice)
	c.op(wasmbin.OpI64LtU)
}
