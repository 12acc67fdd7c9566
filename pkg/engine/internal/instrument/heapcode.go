package instrument

import (
	"fmt"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
)

// contextPrime spreads contexts over 64 bits: an odd number with bits all over it.
const contextPrime = 0x2545f4914f6cdd1d

// rewrite rewrites the code section, and notes the offsets unless that is nil.
func (h *Heap) rewrite(offsets *Offsets) (wasmbin.Edit, error) {
	s, _ := h.module.Section(wasmbin.SectionCode)
	w := &heapRewriter{heap: h, section: s, offsets: offsets}
	var err error
	if w.types, err = h.module.Types(); err != nil {
		return wasmbin.Edit{}, err
	}
	out := make(code, 0, s.Size+s.Size/4)
	out = wasmbin.AppendU32(out, h.module.Functions+uint32(len(h.wrappers)))
	for body, err := range h.module.FunctionBodies() {
		if err != nil {
			return wasmbin.Edit{}, err
		}
		if out, err = w.function(out, body); err != nil {
			return wasmbin.Edit{}, fmt.Errorf("function %d: %w", body.Index, err)
		}
	}
	for _, wrapper := range h.wrappers {
		offsets.note(len(out), s.Size, true)
		out = h.wrap(out, wrapper, w.types[wrapper.typ])
	}
	return wasmbin.Edit{From: s.Header, To: s.End(), With: wasmbin.AppendSection(nil, wasmbin.SectionCode, out)}, nil
}

// heapRewriter rewrites function bodies, one after the other.
type heapRewriter struct {
	heap    *Heap
	section wasmbin.Section
	types   []wasmbin.FunctionType
	offsets *Offsets // nil if nobody asks
	site    int64    // the last one: each call in the module has a number

	code   code
	copied int // offset up to which the binary was copied
}

// function appends the rewritten body with its size.
func (w *heapRewriter) function(out code, body wasmbin.FunctionBody) (code, error) {
	h, f := w.heap, w.heap.graph.function(body.Index)
	in, locals := h.module.Instructions(body)
	w.code, w.copied = w.code[:0], locals.End
	noted := w.offsets.len()
	w.offsets.note(0, locals.End-w.section.Offset, true)
	entry := uint32(0) // the local with the context at the entry
	if f.reaches {
		n := uint64(len(w.types[f.typ].Params)) + locals.Count
		if n >= 1<<32-1 {
			return nil, fmt.Errorf("%d local variables", n)
		}
		entry = uint32(n)
		w.code.index(wasmbin.OpGlobalGet, h.context)
		w.code.index(wasmbin.OpLocalSet, entry)
	}
	for in.Next() {
		w.instruction(in, f, entry)
	}
	if err := in.Err(); err != nil {
		return nil, err
	}
	if err := h.checkExtent(in.Extent()); err != nil {
		return nil, err
	}
	w.copyTo(in.End)

	var header [16]byte
	runs, added := locals.Runs, header[:0]
	if f.reaches {
		runs++
		added = append(added, 1, i64)
	}
	count := wasmbin.AppendU32(header[8:8], runs)
	groups := h.module.Binary[locals.Start:locals.End]
	out = wasmbin.AppendU32(out, uint32(len(count)+len(groups)+len(added)+len(w.code)))
	out = append(append(append(out, count...), groups...), added...)
	w.offsets.move(noted, len(out))
	return append(out, w.code...), nil
}

// instruction rewrites instructions that name a function.
func (w *heapRewriter) instruction(in *wasmbin.Instructions, f *graphFunction, entry uint32) {
	h := w.heap
	switch in.Op {
	case wasmbin.OpRefFunc:
		w.replace(in, h.outside(in.Index))
	case wasmbin.OpCall, wasmbin.OpReturnCall:
		called := h.graph.function(in.Index)
		target := h.moved(in.Index)
		if !f.inner {
			target = h.outside(in.Index)
		}
		if called != nil && (called.reaches || called.allocator && !f.inner) {
			w.enter(in, entry)
		}
		if target != in.Index {
			w.replace(in, target)
		}
	case wasmbin.OpCallIndirect, wasmbin.OpReturnCallIndirect, wasmbin.OpCallRef, wasmbin.OpReturnCallRef:
		if h.graph.open[h.graph.kinds[in.Index]] {
			w.enter(in, entry)
		}
	}
}

// enter sets the context for the call that follows.
func (w *heapRewriter) enter(in *wasmbin.Instructions, entry uint32) {
	w.copyTo(in.Start)
	w.offsets.note(len(w.code), in.Start-w.section.Offset, true)
	w.site++
	w.code.index(wasmbin.OpLocalGet, entry)
	w.code.i64(contextPrime)
	w.code.op(opI64Mul)
	w.code.i64(w.site)
	w.code.op(wasmbin.OpI64Add)
	w.code.index(wasmbin.OpGlobalSet, w.heap.context)
	w.offsets.note(len(w.code), in.Start-w.section.Offset, false)
}

// replace gives an instruction another index.
func (w *heapRewriter) replace(in *wasmbin.Instructions, index uint32) {
	w.copyTo(in.Start)
	w.offsets.note(len(w.code), in.Start-w.section.Offset, false)
	w.code.index(in.Op, index)
	w.copied = in.End
}

// copyTo copies the binary's bytes up to an offset.
func (w *heapRewriter) copyTo(end int) {
	if end > w.copied {
		w.offsets.note(len(w.code), w.copied-w.section.Offset, false)
		w.code = append(w.code, w.heap.module.Binary[w.copied:end]...)
		w.copied = end
	}
}
