package instrument

import (
	"fmt"
	"math"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
)

// Code returns the edit of the code section. It walks all code. An error means
// invalid code, or code that the rewriter does not know.
func (p *Plan) Code() (wasmbin.Edit, error) {
	if err := p.checkSections(); err != nil {
		return wasmbin.Edit{}, err
	}
	return p.rewrite(nil)
}

// rewrite rewrites the code section, and notes the offsets unless that is nil.
func (p *Plan) rewrite(offsets *Offsets) (wasmbin.Edit, error) {
	s, _ := p.module.Section(wasmbin.SectionCode)
	w := &rewriter{plan: p, section: s, offsets: offsets}
	out := make(code, 0, s.Size+s.Size/2)
	out = wasmbin.AppendU32(out, p.Functions())
	for body, err := range p.module.FunctionBodies() {
		if err != nil {
			return wasmbin.Edit{}, err
		}
		if out, err = w.function(out, body); err != nil {
			return wasmbin.Edit{}, fmt.Errorf("function %d: %w", body.Index, err)
		}
	}
	for _, h := range p.helpers {
		out = h.append(out)
	}
	return wasmbin.Edit{From: s.Header, To: s.End(), With: wasmbin.AppendSection(nil, wasmbin.SectionCode, out)}, nil
}

// rewriter rewrites function bodies, one after the other.
type rewriter struct {
	plan    *Plan
	section wasmbin.Section
	types   []wasmbin.FunctionType // read when first needed
	index   []uint32
	offsets *Offsets // nil if nobody asks

	body      wasmbin.FunctionBody
	locals    wasmbin.Locals
	code      code              // of the body, without its locals
	noted     int               // length of offsets before this function
	copied    int               // offset up to which the binary was copied to code
	added     []byte            // types of the added local variables, at most one for each of localUses
	uses      [localUses]uint32 // numbers of those, from 1
	regions   []region
	walk      blockWalk
	costs     []int64 // of the function's blocks
	branches  []branch
	block     int // number of the next block
	raise     raise
	unchecked bool // a check is due before the next block
}

// region is a loop, or the code of a function outside of loops.
type region struct {
	depth        int // of the loop's end
	charge       int // offset in code of the units that are charged at its beginning, or -1
	instructions int
}

// function appends the rewritten body with its size.
func (w *rewriter) function(out code, body wasmbin.FunctionBody) (code, error) {
	in, locals := w.plan.module.Instructions(body)
	w.body, w.locals = body, locals
	w.code, w.copied, w.added, w.uses = w.code[:0], locals.End, w.added[:0], [localUses]uint32{}
	w.noted = w.offsets.len()
	w.offsets.note(0, locals.End-w.section.Offset, true)
	checked := w.isCheckedAtEntry(body)
	if w.plan.mode == Fuel {
		w.measure(body)
		w.walk, w.block, w.unchecked = blockWalk{pending: true}, 0, checked
	} else {
		w.regions = w.regions[:0]
		w.enter(-1, checked)
	}
	for in.Next() {
		if w.plan.mode == Fuel {
			w.exact(in)
		} else {
			w.coarse(in)
		}
		if err := w.instruction(in); err != nil {
			return nil, err
		}
		w.watchStack(in)
		if w.plan.mode == Fuel {
			w.exactAfter(in)
		} else {
			w.coarseAfter(in)
		}
	}
	if err := in.Err(); err != nil {
		return nil, err
	}
	if err := w.plan.checkExtent(in.Extent()); err != nil {
		return nil, err
	}
	w.copyTo(in.End)
	return w.finish(out), nil
}

// finish appends the body in w.code, with its size and its locals.
func (w *rewriter) finish(out code) code {
	var added []byte
	for _, t := range w.added {
		added = append(added, 1, t)
	}
	count := wasmbin.AppendU32(nil, w.locals.Runs+uint32(len(w.added)))
	groups := w.plan.module.Binary[w.locals.Start:w.locals.End]
	size := len(count) + len(groups) + len(added) + len(w.code)
	out = wasmbin.AppendU32(out, uint32(size))
	out = append(append(append(out, count...), groups...), added...)
	w.offsets.move(w.noted, len(out))
	return append(out, w.code...)
}

// copyTo copies the binary's bytes up to an offset.
func (w *rewriter) copyTo(end int) {
	w.offsets.note(len(w.code), w.copied-w.section.Offset, false)
	w.code = append(w.code, w.plan.module.Binary[w.copied:end]...)
	w.copied = end
	w.offsets.note(len(w.code), end-w.section.Offset, true)
}

// replace omits an instruction; the caller writes others in its place.
func (w *rewriter) replace(in *wasmbin.Instructions) {
	w.copyTo(in.Start)
	w.copied = in.End
}

// instruction rewrites one instruction: indexes of functions, and bulk
// operations.
func (w *rewriter) instruction(in *wasmbin.Instructions) error {
	p := w.plan
	switch in.Op {
	case wasmbin.OpCall, wasmbin.OpReturnCall, wasmbin.OpRefFunc:
		if moved := p.moved(in.Index); moved != in.Index {
			w.replace(in)
			w.code.index(in.Op, moved)
		}
	case wasmbin.OpMemoryFill:
		w.help(in, helperFill)
	case wasmbin.OpMemoryCopy:
		w.help(in, helperCopy)
	case wasmbin.OpMemoryInit:
		if index, ok := p.initHelper(in.Index); ok && in.Second == 0 {
			w.replace(in)
			w.code.index(wasmbin.OpCall, index)
			return nil
		}
		return w.chargeLength(in, p.byteShift())
	case wasmbin.OpTableFill, wasmbin.OpTableCopy, wasmbin.OpTableInit:
		return w.chargeLength(in, p.elementShift())
	case wasmbin.OpAtomicWait32, wasmbin.OpAtomicWait64:
		return w.wait(in)
	case wasmbin.OpTryTable, wasmbin.OpThrow, wasmbin.OpThrowRef, wasmbin.OpMemoryGrow, wasmbin.OpTableGrow:
		// They call into Go, where they may take long; a try_table copies the stack.
		w.copyTo(in.Start)
		w.code.index(wasmbin.OpCall, p.tick)
	}
	return nil
}

// help calls a helper in place of an instruction. A module without a memory is
// invalid, and stays so.
func (w *rewriter) help(in *wasmbin.Instructions, helper uint32) {
	if !w.plan.hasMemory() || in.Index != 0 || in.Second != 0 && in.Op == wasmbin.OpMemoryCopy {
		return
	}
	w.replace(in)
	w.code.index(wasmbin.OpCall, w.plan.tick+helper)
}

// chargeLength charges for the length on top of the stack, which the
// instruction pops.
func (w *rewriter) chargeLength(in *wasmbin.Instructions, shift int32) error {
	n, err := w.local(useLength, i32)
	if err != nil {
		return err
	}
	w.copyTo(in.Start)
	w.code.index(wasmbin.OpLocalTee, n)
	w.plan.chargeLength(&w.code, n, shift)
	w.plan.check(&w.code)
	return nil
}

// The uses of added local variables. There is at most one for each, since none
// is in use for longer than an instruction.
const (
	useLength = iota
	useAddress
	useExpected32
	useExpected64
	useTimeout
	useResult
	localUses
)

// local returns the index of a local variable for a use, of that type.
func (w *rewriter) local(use int, kind byte) (uint32, error) {
	if w.types == nil {
		var err error
		if w.types, err = w.plan.module.Types(); err != nil {
			return 0, err
		}
		if w.index, err = w.plan.module.TypeIndices(); err != nil {
			return 0, err
		}
	}
	function := w.body.Index - w.plan.imported
	if int(function) >= len(w.index) || int(w.index[function]) >= len(w.types) {
		return 0, fmt.Errorf("unknown type")
	}
	if w.uses[use] == 0 {
		w.added = append(w.added, kind)
		w.uses[use] = uint32(len(w.added))
	}
	n := uint64(len(w.types[w.index[function]].Params)) + w.locals.Count + uint64(w.uses[use]) - 1
	if n > math.MaxUint32 {
		return 0, fmt.Errorf("%d local variables", n)
	}
	return uint32(n), nil
}

// isCheckedAtEntry reports whether a function needs a check at its entry. Two kinds
// need none. A small leaf has no loop, calls nothing and does nothing that takes long,
// so the time between two checks of its caller stays in proportion to the caller's
// code. A function that always begins with a loop is checked there; all functions of
// Go's compiler do.
func (w *rewriter) isCheckedAtEntry(body wasmbin.FunctionBody) bool {
	in, _ := w.plan.module.Instructions(body)
	straight := true // up to here, each call executes all instructions
	for n := 0; n < leafInstructions && in.Next(); n++ {
		switch op := in.Op; {
		case op == wasmbin.OpLoop:
			return !straight
		case isCall(op), op >= wasmbin.OpMemoryInit && op <= wasmbin.OpTableFill:
			return true
		case op == wasmbin.OpEnd && in.Depth < 0:
			return false
		case endsBlock(op):
			straight = false
		}
	}
	return true
}
