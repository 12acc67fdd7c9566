package wasmbin

import "math"

// CapTables returns the edits that give the tables of a module a maximum, so
// that all of them together cannot have more than most elements beyond their
// minimum: tables that can grow share them equally. Each table keeps its own
// maximum if that is lower. An invalid table keeps its bytes, for the compiler
// to report.
func (m *Module) CapTables(most uint64) []Edit {
	section, ok := m.Section(SectionTable)
	if !ok {
		return nil
	}
	var places []limitsPlace
	var growable uint64
	err := m.walk(SectionTable, func(r *reader, _ uint32) error {
		_, p := r.table()
		if p.grows() {
			growable++
		}
		places = append(places, p)
		return nil
	})
	if err != nil || growable == 0 {
		return nil
	}
	var edits []Edit
	size := section.Size
	for _, p := range places {
		top := p.Min + most/growable
		if !p.grows() || p.HasMax && p.Max <= top || top > math.MaxUint32 {
			continue
		}
		const hasMax = 1
		limits := AppendU32(AppendU32([]byte{hasMax}, uint32(p.Min)), uint32(top))
		edits = append(edits, Edit{p.from, p.to, limits})
		size += len(limits) - (p.to - p.from)
	}
	if edits == nil {
		return nil
	}
	header := AppendU32([]byte{byte(section.ID)}, uint32(size))
	return append(edits, Edit{section.Header, section.Offset, header})
}

// limitsPlace is the limits of a table and their place in the binary.
type limitsPlace struct {
	Limits
	from, to int
}

// grows reports whether the limits are valid and leave room to grow.
func (p limitsPlace) grows() bool {
	return !p.Shared && !p.Wide && (!p.HasMax || p.Max > p.Min)
}
