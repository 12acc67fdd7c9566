package wasmbin

import "iter"

// ActiveSegment is the content of an active data segment and its address in
// memory 0.
type ActiveSegment struct {
	Offset uint64
	Bytes  []byte // of the binary, without a copy
}

// pageSize is the size of a memory's page, in bytes.
const pageSize = 64 << 10

// StripData separates a module's initial memory from its code. It returns an
// edit that leaves no active data segments, and the segments' contents in
// index order: later ones overwrite earlier ones. Valid code stays valid, and
// the code section keeps its bytes.
//
// ok is false if instantiation needs the unchanged segments: the module has no
// data section, or no memory of its own; the memory is imported, shared or 64
// bits wide; an offset is not a constant; a segment is out of bounds and
// therefore traps.
func (m *Module) StripData() (edit Edit, initial iter.Seq[ActiveSegment], ok bool) {
	var data []Section
	for _, s := range m.Sections {
		if s.ID == SectionData {
			data = append(data, s)
		}
	}
	if len(data) != 1 || len(m.Memories) != 1 || m.Memories[0].Shared || m.Memories[0].Wide {
		return Edit{}, nil, false
	}
	if m.Imported(ImportMemory) > 0 || !m.dataInBounds(data[0]) {
		return Edit{}, nil, false
	}
	// The section stays, without segments, so that wazero still judges its place.
	segments := []byte{0}
	if _, counted := m.Section(SectionDataCount); counted {
		// Code may name segments. Each keeps its index and its bytes, which
		// memory.init can still copy: in wazero, unlike in the specification, an
		// active segment is not dropped after instantiation.
		segments = m.passiveSegments()
	}
	edit = Edit{data[0].Header, data[0].End(), AppendSection(nil, SectionData, segments)}
	return edit, m.activeSegments, true
}

// dataInBounds reports whether all active segments have constant addresses
// within the initial memory 0.
func (m *Module) dataInBounds(section Section) bool {
	if !m.data.fixed || m.data.end > m.Memories[0].Min*pageSize {
		return false
	}
	// wazero refuses bytes after the last segment. The edit would remove them,
	// and with them wazero's error.
	if n := len(m.data.all); n > 0 {
		return int(m.data.all[n-1].initEnd) == section.Size
	}
	return section.Size == 1
}

// activeSegments iterates over the active segments that are not empty.
func (m *Module) activeSegments(yield func(ActiveSegment) bool) {
	section, _ := m.Section(SectionData)
	content := section.Content(m.Binary)
	for i := range m.data.all {
		s := &m.data.all[i]
		if !s.active() || s.init == s.initEnd {
			continue
		}
		if !yield(ActiveSegment{uint64(s.address), content[s.init:s.initEnd]}) {
			return
		}
	}
}

// passiveSegments returns the content of a data section with the same segments,
// all of them passive.
func (m *Module) passiveSegments() []byte {
	const passive = 1
	section, _ := m.Section(SectionData)
	segments := AppendU32(make([]byte, 0, section.Size), uint32(len(m.data.all)))
	for s := range m.DataSegments() {
		segments = AppendU32(append(segments, passive), uint32(len(s.Init)))
		segments = append(segments, s.Init...)
	}
	return segments
}
