package wasmbin

import "fmt"

// SegmentError is the error of an active segment that does not fit, so that
// instantiation traps.
type SegmentError struct {
	Section ID     // SectionElement or SectionData
	Index   uint32 // of the segment
	Offset  uint32 // in the table or memory
	Len     uint64 // of the segment, in elements or bytes
	Size    uint64 // of the table or memory to begin with, likewise
}

// Error names the segment, its place, and the size that it exceeds.
func (e *SegmentError) Error() string {
	of := "table"
	if e.Section == SectionData {
		of = "memory"
	}
	return fmt.Sprintf("%s segment %d is out of bounds: offset %d, length %d, %s size %d", e.Section, e.Index, e.Offset, e.Len, of, e.Size)
}

// Segments is the summary of a module's segments.
type Segments struct {
	Elements uint64 // number of elements in active and passive element segments
	// Trap is the first active segment that does not fit, in the order of
	// instantiation: element segments come before data segments. Nil means none.
	Trap *SegmentError
}

// Segments compares the active segments with the tables and the memory of the
// module, in their initial state. The rules are those of core specification
// 2.0, section 4.5.4: a segment traps even without elements, if its offset is
// beyond the end. Imported tables and memories are unknown here, and wazero
// refuses invalid segments. The error is a *ContentError.
func (m *Module) Segments(tables []Table) (Segments, error) {
	var s Segments
	values := constants{module: m}
	fits := func(section ID, i uint32, offset []byte, n, size uint64) {
		at := values.i32(offset)
		if at.known && s.Trap == nil && uint64(at.value)+n > size {
			s.Trap = &SegmentError{section, i, at.value, n, size}
		}
	}
	imported := m.Imported(ImportTable)
	section, _ := m.Section(SectionElement)
	last := m.Count(section) - 1
	err := m.walk(SectionElement, func(r *reader, i uint32) error {
		e := r.elementHead()
		if i < last { // else no later segment matters
			r.skipElements(e)
		}
		if e.Mode != ElementDeclarative {
			s.Elements += uint64(e.count)
		}
		t := e.Table - imported
		if e.Mode == ElementActive && e.Table >= imported && uint64(t) < uint64(len(tables)) {
			fits(SectionElement, i, e.Offset, uint64(e.count), tables[t].Limits.Min)
		}
		return nil
	})
	if err != nil || len(m.Memories) != 1 || m.Memories[0].Wide || m.Imported(ImportMemory) > 0 {
		return s, err
	}
	size := m.Memories[0].Min * pageSize
	if m.data.fixed && m.data.end <= size {
		return s, nil
	}
	i := uint32(0)
	for d := range m.DataSegments() {
		if d.Active && d.Memory == 0 {
			fits(SectionData, i, d.Offset, uint64(len(d.Init)), size)
		}
		i++
	}
	return s, nil
}
