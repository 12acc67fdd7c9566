package instrument

import "github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"

// In the mode Fuel, each basic block is charged for its instructions at its beginning,
// or rather before the first that costs anything; loop headers and function entries are
// checked as well. If an if has an else, the smaller cost of the two arms is charged
// with the block before, so mostly one of them needs no charge.

// exact is called before an instruction is written.
func (w *rewriter) exact(in *wasmbin.Instructions) {
	if !w.walk.begins(in) {
		return
	}
	cost := w.costs[w.block]
	w.block++
	if cost == 0 && !w.unchecked {
		return
	}
	w.copyTo(in.Start)
	if cost > 0 {
		w.plan.charge(&w.code, cost)
	}
	if w.unchecked {
		w.plan.check(&w.code)
		w.unchecked = false
	}
}

// exactAfter is called when an instruction was written.
func (w *rewriter) exactAfter(in *wasmbin.Instructions) {
	w.walk.after(in)
	if in.Op == wasmbin.OpLoop {
		w.unchecked = true // until the first instruction that costs anything, at the latest the one that branches back
	}
}

// blockWalk tells where basic blocks begin. A block is named once it has an
// instruction that costs anything.
type blockWalk struct {
	pending bool // the next instruction that costs anything begins a block
	dead    bool // nothing comes here until the next else or end
}

// begins is called before each instruction, and reports whether a block begins with it.
func (b *blockWalk) begins(in *wasmbin.Instructions) bool {
	if !b.pending || b.dead || isFree(in.Op) {
		return false
	}
	b.pending = false
	return true
}

// after is called after each instruction, and reports whether it ends a block.
func (b *blockWalk) after(in *wasmbin.Instructions) bool {
	switch {
	case in.Op == wasmbin.OpElse || in.Op == wasmbin.OpEnd:
		b.dead = false
	case neverGoesOn(in.Op):
		b.dead = true
	case !endsBlock(in.Op):
		return false
	}
	b.pending = true
	return true
}

// endsBlock reports whether control may leave after an instruction, or arrive
// from elsewhere. A call does not count, since it returns.
func endsBlock(op wasmbin.Opcode) bool {
	switch op {
	case wasmbin.OpLoop, wasmbin.OpIf, wasmbin.OpElse, wasmbin.OpEnd,
		wasmbin.OpBrIf, wasmbin.OpBrOnNull, wasmbin.OpBrOnNonNull, wasmbin.OpTryTable:
		return true
	default:
		return neverGoesOn(op)
	}
}

// neverGoesOn reports whether control never reaches the next instruction.
func neverGoesOn(op wasmbin.Opcode) bool {
	switch op {
	case wasmbin.OpUnreachable, wasmbin.OpBr, wasmbin.OpBrTable, wasmbin.OpReturn, wasmbin.OpThrow, wasmbin.OpThrowRef,
		wasmbin.OpReturnCall, wasmbin.OpReturnCallIndirect, wasmbin.OpReturnCallRef:
		return true
	default:
		return false
	}
}

// branch is an if whose end was not reached yet. Its blocks are numbered; none
// stands for one that costs nothing.
type branch struct {
	depth             int
	before, then, els int
	hasElse           bool
}

const none = -1

// measure sets the costs of a function's blocks.
func (w *rewriter) measure(body wasmbin.FunctionBody) {
	in, _ := w.plan.module.Instructions(body)
	walk := blockWalk{pending: true}
	costs, branches := w.costs[:0], w.branches[:0]
	first := false // nothing but free instructions since the innermost if or else
	for in.Next() {
		if walk.begins(in) {
			costs = append(costs, 0)
			if first {
				branches[len(branches)-1].first(len(costs) - 1)
			}
			first = false
		}
		if !isFree(in.Op) && !walk.dead {
			costs[len(costs)-1]++
		}
		dead := walk.dead
		if walk.after(in) {
			first = false
		}
		switch {
		case in.Op == wasmbin.OpIf && !dead:
			branches = append(branches, branch{in.Depth, len(costs) - 1, none, none, false})
			first = true
		case len(branches) == 0 || branches[len(branches)-1].depth != in.Depth:
		case in.Op == wasmbin.OpElse:
			branches[len(branches)-1].hasElse, first = true, true
		case in.Op == wasmbin.OpEnd:
			branches[len(branches)-1].hoist(costs)
			branches = branches[:len(branches)-1]
		}
	}
	w.costs, w.branches = costs, branches
}

// first sets the block that an arm begins with.
func (b *branch) first(block int) {
	if b.hasElse {
		b.els = block
	} else {
		b.then = block
	}
}

// hoist charges the smaller cost of both arms with the block before.
func (b *branch) hoist(costs []int64) {
	if b.then == none || b.els == none {
		return
	}
	least := min(costs[b.then], costs[b.els])
	costs[b.before] += least
	costs[b.then] -= least
	costs[b.els] -= least
}
