package instrument

import (
	"cmp"
	"slices"
)

// Offsets translates offsets in the rewritten code section to offsets in the
// original. Both count from the beginning of the section's content, like
// offsets in DWARF. It is safe for concurrent use.
type Offsets struct{ runs []run }

// run is a stretch of code that ends where the next begins.
type run struct {
	moved    uint32 // offset of its beginning
	original uint32 // of the same place in the original, or of the next instruction there
	added    bool   // not in the original
}

// Offsets rewrites the code once more and records the moves.
func (p *Plan) Offsets() (*Offsets, error) {
	o := &Offsets{}
	if p.Mode() == None {
		return o, nil
	}
	_, err := p.rewrite(o)
	return o, err
}

// Original returns the offset of an instruction in the original. For an added
// instruction it returns the offset of the next one there.
func (o *Offsets) Original(moved uint64) uint64 {
	i, found := slices.BinarySearchFunc(o.runs, moved, func(r run, moved uint64) int { return cmp.Compare(uint64(r.moved), moved) })
	if !found {
		i--
	}
	if i < 0 {
		return moved
	}
	r := o.runs[i]
	if r.added {
		return uint64(r.original)
	}
	return uint64(r.original) + moved - uint64(r.moved)
}

func (o *Offsets) len() int {
	if o == nil {
		return 0
	}
	return len(o.runs)
}

// note begins a run, which replaces one that has no length.
func (o *Offsets) note(moved, original int, added bool) {
	if o == nil {
		return
	}
	if n := len(o.runs); n > 0 && o.runs[n-1].moved == uint32(moved) {
		o.runs = o.runs[:n-1]
	}
	o.runs = append(o.runs, run{uint32(moved), uint32(original), added})
}

// move adds to the offsets that were noted after the first n.
func (o *Offsets) move(n, by int) {
	if o == nil {
		return
	}
	for i := range o.runs[n:] {
		o.runs[n+i].moved += uint32(by)
	}
}
