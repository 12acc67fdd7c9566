package instrument

import "github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"

// In the mode Fuel, the lowest value of the stack pointer is kept in a global that is
// added, where a module names its stack pointer: a function that takes room on the
// stack in linear memory sets the pointer, and then it is compared. That makes a guest
// of many small functions up to 8 % slower.
//
//	global.set $stack_pointer
//	global.get $stack_pointer
//	global.get $lowest
//	i32.lt_u
//	if
//	  global.get $stack_pointer
//	  global.set $lowest
//	end
//
// What adds a constant to the pointer before gives room back, and is left alone.

// stackPointer is a module's stack pointer.
type stackPointer struct {
	global uint32
	lowest uint32 // index of the global that is added; 0 if there is none
}

// Lowest returns the index of the global with the lowest value of the stack pointer,
// 0xffffffff if it was never set. ok is false if the module has none.
func (p *Plan) Lowest() (index uint32, ok bool) {
	if p.Mode() == None || p.stack.lowest == 0 {
		return 0, false
	}
	return p.stack.lowest, true
}

// lowestGlobal is the added global.
func lowestGlobal() []byte {
	return []byte{i32, 1, byte(wasmbin.OpI32Const), 0x7f, byte(wasmbin.OpEnd)} // -1
}

// raise follows instructions that add a constant.
type raise struct {
	constant bool // the last instruction was one of a constant that is not negative
	added    bool // and this one adds it
}

func (r *raise) after(in *wasmbin.Instructions, binary []byte) {
	r.added = in.Op == wasmbin.OpI32Add && r.constant
	r.constant = in.Op == wasmbin.OpI32Const && binary[in.End-1]&0x40 == 0 // the sign in LEB128
}

// watchStack compares the stack pointer where an instruction sets it.
func (w *rewriter) watchStack(in *wasmbin.Instructions) {
	raised := w.raise.added
	w.raise.after(in, w.plan.module.Binary)
	s := w.plan.stack
	if in.Op != wasmbin.OpGlobalSet || s.lowest == 0 || in.Index != s.global || raised {
		return
	}
	w.copyTo(in.End)
	c := &w.code
	c.index(wasmbin.OpGlobalGet, s.global)
	c.index(wasmbin.OpGlobalGet, s.lowest)
	c.op(wasmbin.OpI32LtU)
	c.block(wasmbin.OpIf)
	c.index(wasmbin.OpGlobalGet, s.global)
	c.index(wasmbin.OpGlobalSet, s.lowest)
	c.op(wasmbin.OpEnd)
}
