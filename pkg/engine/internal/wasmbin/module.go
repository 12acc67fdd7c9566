package wasmbin

import "fmt"

// Module is a binary that was parsed. It is safe for concurrent use: nothing
// changes it.
type Module struct {
	Binary    []byte
	Sections  []Section     // in file order, custom ones included
	Imports   []ImportEntry // in index order
	Functions uint32        // number of functions that the module defines
	Memories  []Limits      // that the module defines
	DataBytes uint64        // sum of the data segments' sizes

	data dataSegments
	seen encodings // of Encodings; nil otherwise
	used Extent    // by the imports and the data
}

// ContentError is the error of a section whose content cannot be read, although
// the section headers can.
type ContentError struct {
	Section ID
	Err     error
}

// Error implements error.
func (e *ContentError) Error() string { return fmt.Sprintf("%s section: %v", e.Section, e.Err) }

// Unwrap returns the cause.
func (e *ContentError) Unwrap() error { return e.Err }

// Parse reads a binary. It keeps binary, which must not change. The error is
// ErrNotWasm, ErrTruncated, ErrComponent or ErrVersion for a bad header, an
// error of the section headers, which matches [ErrTruncated] if the binary was
// cut, or a *ContentError.
func Parse(binary []byte) (*Module, error) {
	sections, err := readSections(binary)
	if err != nil {
		return nil, err
	}
	m := &Module{Binary: binary, Sections: sections}
	for _, s := range sections {
		r := s.reader(binary)
		switch s.ID {
		case SectionImport:
			m.Imports = append(m.Imports, r.imports()...)
		case SectionFunction:
			m.Functions = r.count()
		case SectionMemory:
			for range r.count() {
				m.Memories = append(m.Memories, r.limits())
			}
		case SectionData:
			m.readData(&r, s)
		default:
			if s.ID.isVector() {
				r.count() // wazero allocates as many elements as a section announces
			}
		}
		if r.err != nil {
			return nil, &ContentError{s.ID, r.err}
		}
		m.used = m.used.union(r.used)
	}
	return m, nil
}

// Section returns the first section with the given ID.
func (m *Module) Section(id ID) (Section, bool) {
	for _, s := range m.Sections {
		if s.ID == id {
			return s, true
		}
	}
	return Section{}, false
}

// read has f read the section with the given ID. It does nothing if there is no
// such section.
func (m *Module) read(id ID, f func(*reader)) error {
	s, ok := m.Section(id)
	if !ok {
		return nil
	}
	r := s.reader(m.Binary)
	r.seen = m.seen
	if f(&r); r.err != nil {
		return &ContentError{id, r.err}
	}
	return nil
}

// readVector reads a section that is a vector.
func readVector[T any](m *Module, id ID, element func(*reader) T) ([]T, error) {
	var all []T
	err := m.read(id, func(r *reader) {
		for range r.count() {
			e := element(r)
			if r.err != nil {
				return
			}
			all = append(all, e)
		}
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// Count returns the number of elements of a section that is a vector.
func (m *Module) Count(s Section) uint32 {
	r := s.reader(m.Binary)
	return r.count()
}
