package wasmbin

// functionIndices reads, of each section other than code that names functions,
// one element.
var functionIndices = map[ID]func(*reader){
	SectionTable:   func(r *reader) { r.table() },
	SectionGlobal:  func(r *reader) { r.global() },
	SectionExport:  func(r *reader) { r.export() },
	SectionStart:   func(r *reader) { r.functionIndex() },
	SectionElement: func(r *reader) { r.elementSegment() },
}

// NamesFunctions says whether the section's content has indices of functions.
// Code has them, too.
func (id ID) NamesFunctions() bool { return functionIndices[id] != nil }

// MoveFunctions returns the content of a section that [ID.NamesFunctions], other
// than code, with each index of a function replaced. The error is a
// *ContentError.
func (m *Module) MoveFunctions(s Section, move func(uint32) uint32) ([]byte, error) {
	content := make([]byte, 0, s.Size+s.Size/8)
	r := s.reader(m.Binary)
	copied := s.Offset
	r.function = func(from, to int, index uint32) {
		content = AppendU32(append(content, m.Binary[copied:from]...), move(index))
		copied = to
	}
	n := uint32(1)
	if s.ID.isVector() {
		n = r.count()
	}
	for range n {
		if functionIndices[s.ID](&r); r.err != nil {
			return nil, &ContentError{s.ID, r.err}
		}
	}
	return append(content, m.Binary[copied:s.End()]...), nil
}
