package wasmbin

import (
	"fmt"
	"iter"
	"slices"
)

// FunctionBody is the place of a function's code in the binary: its locals and
// its instructions, without the size that precedes them.
type FunctionBody struct {
	Index        uint32 // in the index space of functions, which begins with the imports
	Offset, Size int
}

// FunctionBodies iterates over the code section. An error ends the iteration.
func (m *Module) FunctionBodies() iter.Seq2[FunctionBody, error] {
	return func(yield func(FunctionBody, error) bool) {
		s, ok := m.Section(SectionCode)
		if !ok {
			return
		}
		r := s.reader(m.Binary)
		imported := m.Imported(ImportFunction)
		for i := range r.count() {
			size := r.u32()
			b := FunctionBody{Index: imported + i, Offset: r.pos, Size: int(size)}
			r.bytes(size)
			if r.err != nil {
				yield(FunctionBody{}, &ContentError{s.ID, fmt.Errorf("function %d: %w", i, r.err)})
				return
			}
			if !yield(b, nil) {
				return
			}
		}
	}
}

// trapBody is a function body with its size. It has no locals, traps, and is
// valid for any type: no locals, unreachable, end.
var trapBody = []byte{3, 0, 0x00, 0x0b}

// KeepBodies returns an edit that replaces the bodies of functions by traps,
// except those of the given indexes. It replaces nothing if there is no code, or
// if the code section cannot be read.
func (m *Module) KeepBodies(indexes ...uint32) Edit {
	s, ok := m.Section(SectionCode)
	if !ok {
		return Edit{}
	}
	content := AppendU32(nil, m.Count(s))
	for b, err := range m.FunctionBodies() {
		if err != nil {
			return Edit{}
		}
		if slices.Contains(indexes, b.Index) {
			content = AppendU32(content, uint32(b.Size))
			content = append(content, m.Binary[b.Offset:b.Offset+b.Size]...)
		} else {
			content = append(content, trapBody...)
		}
	}
	return Edit{s.Header, s.End(), AppendSection(nil, s.ID, content)}
}

// TrapBodies returns an edit that replaces the code section by the given number
// of traps. It replaces nothing if there is no code.
func (m *Module) TrapBodies(functions uint32) Edit {
	s, ok := m.Section(SectionCode)
	if !ok {
		return Edit{}
	}
	content := AppendU32(nil, functions)
	for range functions {
		content = append(content, trapBody...)
	}
	return Edit{s.Header, s.End(), AppendSection(nil, s.ID, content)}
}
