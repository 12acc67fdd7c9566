package wasmbin

// NamesFunctions reports whether the section's content has indices of
// functions. It returns false for code, although code has them.
func (id ID) NamesFunctions() bool {
	switch id {
	case SectionTable, SectionGlobal, SectionExport, SectionStart, SectionElement:
		return true
	default:
		return false
	}
}

// MoveFunctions returns the content of a section, other than code, with each
// index of a function replaced. The error is a *ContentError.
func (m *Module) MoveFunctions(s Section, move func(uint32) uint32) ([]byte, error) {
	content := make([]byte, 0, s.Size+s.Size/8)
	copied := s.Offset
	_, err := m.readElements(s, func(from, to int, index uint32) {
		content = AppendU32(append(content, m.Binary[copied:from]...), move(index))
		copied = to
	})
	if err != nil {
		return nil, err
	}
	return append(content, m.Binary[copied:s.End()]...), nil
}
