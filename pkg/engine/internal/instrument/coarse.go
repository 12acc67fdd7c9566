package instrument

import "github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"

// In the mode Yield, the code before a function's first loop, and the header of each
// loop, are charged for the whole function or loop, without inner loops; code of more
// than checkInstructions is charged and checked again within. The amounts are rough: it
// only matters that each takes about as long.

// enter begins a region, and charges for it at once.
func (w *rewriter) enter(depth int, charged bool) {
	r := region{depth: depth, charge: -1}
	if charged {
		r.charge = w.chargeUnits(0)
	}
	w.regions = append(w.regions, r)
}

// chargeUnits charges and checks, and returns the offset of the amount, which is
// one byte.
func (w *rewriter) chargeUnits(units int) int {
	w.plan.charge(&w.code, int64(units))
	at := len(w.code) - 1 - indexSize(w.plan.counter) - 1 - 1
	w.plan.check(&w.code)
	return at
}

// indexSize returns the length of an index in LEB128.
func indexSize(i uint32) int {
	n := 1
	for ; i >= 0x80; i >>= 7 {
		n++
	}
	return n
}

// units are the coarse units of a number of instructions: from 1 to 33, which is
// one byte of a signed number.
func units(instructions int) int { return 1 + instructions/unitInstructions }

// coarse is called before an instruction is written.
func (w *rewriter) coarse(in *wasmbin.Instructions) {
	r := &w.regions[len(w.regions)-1]
	r.instructions++
	if isCall(in.Op) {
		r.instructions += callInstructions
	}
	if r.instructions > checkInstructions {
		w.settle(r)
		w.copyTo(in.Start)
		w.chargeUnits(units(checkInstructions))
		r.charge, r.instructions = -1, 0
	}
}

// coarseAfter is called when an instruction was written.
func (w *rewriter) coarseAfter(in *wasmbin.Instructions) {
	switch in.Op {
	case wasmbin.OpLoop:
		w.copyTo(in.End)
		w.enter(in.Depth, true)
	case wasmbin.OpEnd:
		if r := &w.regions[len(w.regions)-1]; r.depth == in.Depth {
			w.settle(r)
			w.regions = w.regions[:len(w.regions)-1]
		}
	}
}

// settle writes the amount that was charged at the beginning of a region.
func (w *rewriter) settle(r *region) {
	if r.charge >= 0 {
		w.code[r.charge] = byte(units(min(r.instructions, checkInstructions)))
	}
}
