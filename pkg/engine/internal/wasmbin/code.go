package wasmbin

import (
	"fmt"
	"iter"
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
