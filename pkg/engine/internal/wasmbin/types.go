package wasmbin

import "fmt"

// ValueType is a type of values. Heap is the heap type of Kind 0x63 (ref null)
// and 0x64 (ref), of the typed function references proposal, and 0 otherwise.
type ValueType struct {
	Kind byte
	Heap int64
}

// The reference types that a heap type follows.
const (
	refNull = 0x63
	ref     = 0x64
)

func (r *reader) valueType() ValueType {
	t := ValueType{Kind: r.byte()}
	if t.Kind == ref || t.Kind == refNull {
		t.Heap = r.heapType()
		if t.Heap < 0 {
			r.seen.add(EncodedValueType, uint32(t.Heap)&0x7f)
		}
	}
	r.seen.add(EncodedValueType, uint32(t.Kind))
	return t
}

// FunctionType is the type of a function or of a tag.
type FunctionType struct{ Params, Results []ValueType }

// The forms of a type.
const (
	formFunction = 0x60
	formGroup    = 0x4e // recursive types, counted and in a row
)

// Types reads the type section. The members of a group of recursive types stand
// in a row. The error is a *ContentError, also where a type is not a function
// type, which wazero does not support either.
func (m *Module) Types() ([]FunctionType, error) {
	var types []FunctionType
	err := m.read(SectionType, func(r *reader) {
		for range r.count() {
			n := uint32(1)
			if r.peek() == formGroup {
				r.byte()
				n = r.count()
			}
			for range n {
				t := r.functionType()
				if r.err != nil {
					return
				}
				types = append(types, t)
			}
		}
	})
	if err != nil {
		return nil, err
	}
	return types, nil
}

func (r *reader) functionType() FunctionType {
	form := r.byte()
	r.seen.add(EncodedTypeForm, uint32(form))
	if form != formFunction {
		r.fail(fmt.Errorf("at offset %#x: unknown form of type %#x", r.pos, form))
	}
	return FunctionType{Params: r.valueTypes(), Results: r.valueTypes()}
}

func (r *reader) valueTypes() []ValueType {
	var types []ValueType
	for range r.count() {
		types = append(types, r.valueType())
	}
	return types
}

// TypeIndices returns the index of the type of each function that the module
// defines.
func (m *Module) TypeIndices() ([]uint32, error) {
	return readVector(m, SectionFunction, (*reader).typeIndex)
}

// Limits are the limits of a memory, in pages of 64 KiB, or of a table, in
// elements.
type Limits struct {
	Min, Max uint64
	HasMax   bool
	Shared   bool
	Wide     bool // 64 bits wide, of the memory64 proposal
}

// limits reads the limits of a table or a memory.
func (r *reader) limits() Limits {
	const hasMax, shared, index64 = 1, 2, 4
	flags := r.byte()
	r.seen.add(EncodedLimits, uint32(flags))
	if flags > hasMax|shared|index64 {
		r.fail(fmt.Errorf("at offset %#x: unknown limits %#x", r.pos, flags))
		return Limits{}
	}
	read := func() uint64 {
		if flags&index64 != 0 {
			return uint64(r.s64())
		}
		return uint64(r.u32())
	}
	l := Limits{Min: read(), Shared: flags&shared != 0, Wide: flags&index64 != 0}
	if flags&hasMax != 0 {
		l.Max, l.HasMax = read(), true
	}
	return l
}

// Table is a table that a module defines.
type Table struct {
	Type   ValueType
	Limits Limits
	Init   []byte // constant expression without its end, of each element; nil for null
}

// Tables reads the table section.
func (m *Module) Tables() ([]Table, error) {
	return readVector(m, SectionTable, func(r *reader) Table {
		t, _ := r.table()
		return t
	})
}

// table reads a table, and where its limits are.
func (r *reader) table() (t Table, limits limitsPlace) {
	const withInit = 0x40
	hasInit := r.peek() == withInit
	if hasInit {
		r.bytes(2) // the mark and a reserved byte
	}
	t.Type = r.valueType()
	limits.from = r.pos
	t.Limits = r.limits()
	limits.Limits, limits.to = t.Limits, r.pos
	if hasInit {
		t.Init = r.expression()
	}
	return t, limits
}

// Global is a global variable that a module defines.
type Global struct {
	Type    ValueType
	Mutable bool
	Init    []byte // constant expression without its end
}

// Globals reads the global section.
func (m *Module) Globals() ([]Global, error) {
	return readVector(m, SectionGlobal, (*reader).global)
}

func (r *reader) global() Global {
	return Global{Type: r.valueType(), Mutable: r.byte() != 0, Init: r.expression()}
}

// Export is one element of the export section.
type Export struct {
	Name  string
	Kind  ImportKind
	Index uint32 // in the index space of the kind
}

// Exports reads the export section.
func (m *Module) Exports() ([]Export, error) {
	return readVector(m, SectionExport, (*reader).export)
}

func (r *reader) export() Export {
	e := Export{Name: r.name(), Kind: ImportKind(r.byte())}
	switch e.Kind {
	case ImportFunction:
		e.Index = r.functionIndex()
	case ImportGlobal:
		e.Index = r.globalIndex()
	default:
		e.Index = r.u32()
	}
	return e
}

// Start returns the index of the start function. ok is false if there is none.
func (m *Module) Start() (index uint32, ok bool, err error) {
	err = m.read(SectionStart, func(r *reader) { index, ok = r.functionIndex(), true })
	return index, ok && err == nil, err
}
