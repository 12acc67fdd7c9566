package wasmbin

// StripMemoryLimit separates the maximum of a module's memory from the module.
// It returns an edit that leaves none, and the maximum in pages.
//
// ok is false if there is no maximum to remove: the module does not define exactly one
// memory with a maximum; the memory is shared, which requires a maximum, or 64 bits
// wide; or the section is invalid, and the host must refuse it.
func (m *Module) StripMemoryLimit() (edit Edit, pages uint64, ok bool) {
	const mostPages = 1 << 16
	section, found := m.Section(SectionMemory)
	if !found || len(m.Memories) != 1 || m.Imported(ImportMemory) > 0 {
		return Edit{}, 0, false
	}
	l := m.Memories[0]
	if !l.HasMax || l.Shared || l.Wide || l.Min > l.Max || l.Max > mostPages {
		return Edit{}, 0, false
	}
	r := section.reader(m.Binary)
	r.count()
	r.limits()
	if r.err != nil || !r.done() {
		return Edit{}, 0, false
	}
	content := AppendU32([]byte{1, 0}, uint32(l.Min)) // one memory, without a maximum
	return Edit{section.Header, section.End(), AppendSection(nil, SectionMemory, content)}, l.Max, true
}
