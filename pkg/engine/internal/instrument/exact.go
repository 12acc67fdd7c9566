package instrument

import "github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"

// In the mode Fuel, each basic block is charged for its instructions at its
// beginning, or rather before the first that costs anything; loop headers and
// function entries are checked as well.

// chargeBytes is the length of a charge's amount, a signed number that is padded
// since it is known only at the end of the block.
const chargeBytes = 3

// maxBlock is the most that a charge can tell: such a block is charged in parts.
const maxBlock = 1<<(7*chargeBytes-1) - 1

// begin makes the next instruction begin a block.
func (w *rewriter) begin(check bool) {
	w.pending, w.charge, w.cost = true, -1, 0
	w.unchecked = w.unchecked || check // a header without such an instruction is checked with what follows
}

// exact is called before an instruction is written.
func (w *rewriter) exact(in *wasmbin.Instructions) {
	if isFree(in.Op) || w.dead {
		return
	}
	if w.cost == maxBlock {
		w.close()
		w.begin(false)
	}
	if w.pending {
		w.copyTo(in.Start)
		w.open()
	}
	w.cost++
}

// open writes the charge of a block.
func (w *rewriter) open() {
	p := w.plan
	w.code.index(wasmbin.OpGlobalGet, p.counter)
	w.code.op(wasmbin.OpI64Const)
	w.charge = len(w.code)
	w.code = append(w.code, make([]byte, chargeBytes)...)
	w.code.op(wasmbin.OpI64Sub)
	w.code.index(wasmbin.OpGlobalSet, p.counter)
	if w.unchecked {
		p.check(&w.code)
	}
	w.pending, w.unchecked = false, false
}

// close writes the block's cost into its charge.
func (w *rewriter) close() {
	if w.charge < 0 {
		return
	}
	for i := range chargeBytes {
		b := byte(w.cost>>(7*i)) & 0x7f
		if i < chargeBytes-1 {
			b |= 0x80
		}
		w.code[w.charge+i] = b
	}
	w.charge = -1
}

// exactAfter is called when an instruction was written: if it ends a block, the
// next one begins.
func (w *rewriter) exactAfter(in *wasmbin.Instructions) {
	switch in.Op {
	case wasmbin.OpLoop, wasmbin.OpIf, wasmbin.OpElse, wasmbin.OpEnd,
		wasmbin.OpBrIf, wasmbin.OpBrOnNull, wasmbin.OpBrOnNonNull, wasmbin.OpTryTable:
		w.close()
		w.begin(in.Op == wasmbin.OpLoop)
		w.dead = w.dead && in.Op != wasmbin.OpElse && in.Op != wasmbin.OpEnd
	case wasmbin.OpUnreachable, wasmbin.OpBr, wasmbin.OpBrTable, wasmbin.OpReturn, wasmbin.OpThrow, wasmbin.OpThrowRef,
		wasmbin.OpReturnCall, wasmbin.OpReturnCallIndirect, wasmbin.OpReturnCallRef:
		w.close()
		w.begin(false)
		w.dead = true
	}
}
