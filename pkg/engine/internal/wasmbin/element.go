package wasmbin

import "fmt"

// ElementMode is the time at which an element segment is copied to a table.
type ElementMode byte

// The modes.
const (
	ElementActive      ElementMode = iota // at instantiation
	ElementPassive                        // by table.init
	ElementDeclarative                    // never: it declares the functions that ref.func may name
)

// ElementSegment is one segment of the element section. It lists its elements
// as function indices or as expressions, and the other slice is nil.
type ElementSegment struct {
	Mode        ElementMode
	Table       uint32 // index of the table, of an active segment
	Offset      []byte // constant expression without its end, of an active segment
	Type        ValueType
	Functions   []uint32
	Expressions [][]byte // constant expressions without their end
}

// Elements reads the element section.
func (m *Module) Elements() ([]ElementSegment, error) {
	return readVector(m, SectionElement, (*reader).elementSegment)
}

func (r *reader) elementSegment() ElementSegment {
	h := r.elementHead()
	s := h.ElementSegment
	for range h.count {
		if r.err != nil {
			break
		}
		if h.expressions {
			s.Expressions = append(s.Expressions, r.expression())
		} else {
			s.Functions = append(s.Functions, r.functionIndex())
		}
	}
	return s
}

// elementHead is a segment without its elements.
type elementHead struct {
	ElementSegment
	count       uint32 // of its elements
	expressions bool   // which are expressions, not function indices
}

// elementHead reads a segment up to its elements.
func (r *reader) elementHead() (h elementHead) {
	// The flags of the specification's section 5.5.12. The second means an
	// explicit table of an active segment, and declarative of another.
	const notActive, explicit, expressions = 1, 2, 4
	const funcRef = 0x70
	flags := r.u32()
	if flags > notActive|explicit|expressions {
		r.fail(fmt.Errorf("at offset %#x: unknown kind of element segment %d", r.pos, flags))
		return elementHead{}
	}
	h.Type, h.expressions = ValueType{Kind: funcRef}, flags&expressions != 0
	switch {
	case flags&notActive == 0:
		if flags&explicit != 0 {
			h.Table = r.u32()
		}
		h.Offset = r.expression()
	case flags&explicit != 0:
		h.Mode = ElementDeclarative
	default:
		h.Mode = ElementPassive
	}
	if flags&(notActive|explicit) != 0 {
		if h.expressions {
			h.Type = r.valueType()
		} else {
			r.byte() // element kind: 0, functions
		}
	}
	h.count = r.count()
	return h
}

// skipElements reads the elements of a segment, and keeps none.
func (r *reader) skipElements(h elementHead) {
	for range h.count {
		if r.err != nil {
			return
		}
		if h.expressions {
			r.expression()
		} else {
			r.u32()
		}
	}
}
