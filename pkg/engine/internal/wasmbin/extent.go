package wasmbin

// Extent is the minimum size of each index space for the indexes in use: one more than
// the highest. It reveals a module that uses an index which it does not have, before
// anything is added at that index.
type Extent struct{ Types, Functions, Globals uint64 }

// typ notes a type's index, or a heap type, which is negative if it is none.
func (e *Extent) typ(index int64) { e.Types = max(e.Types, uint64(max(index, -1)+1)) }

func (e *Extent) function(index uint32) { e.Functions = max(e.Functions, uint64(index)+1) }

func (e *Extent) global(index uint32) { e.Globals = max(e.Globals, uint64(index)+1) }

// union returns the larger of both in each space.
func (e Extent) union(f Extent) Extent {
	return Extent{max(e.Types, f.Types), max(e.Functions, f.Functions), max(e.Globals, f.Globals)}
}

// elements reads one element of each section that names types, functions or
// globals, other than code. Parse has read the imports and the data.
var elements = map[ID]func(*reader){
	SectionType:     func(r *reader) { r.functionType() },
	SectionFunction: func(r *reader) { r.typeIndex() },
	SectionTable:    func(r *reader) { r.table() },
	SectionTag:      func(r *reader) { r.tag() },
	SectionGlobal:   func(r *reader) { r.global() },
	SectionExport:   func(r *reader) { r.export() },
	SectionStart:    func(r *reader) { r.functionIndex() },
	SectionElement:  func(r *reader) { r.elementSegment() },
}

// Extent returns the extent of all sections other than code. The error is a
// *ContentError.
func (m *Module) Extent() (Extent, error) {
	all := m.used
	for _, s := range m.Sections {
		r, err := m.readElements(s, nil)
		if err != nil {
			return Extent{}, err
		}
		all = all.union(r.used)
	}
	return all, nil
}

// readElements reads a whole section that is in elements.
func (m *Module) readElements(s Section, function func(from, to int, index uint32)) (reader, error) {
	r := s.reader(m.Binary)
	r.function = function
	element := elements[s.ID]
	if element == nil {
		return r, nil
	}
	n := uint32(1)
	if s.ID.isVector() {
		n = r.count()
	}
	for range n {
		if element(&r); r.err != nil {
			return r, &ContentError{s.ID, r.err}
		}
	}
	return r, nil
}
