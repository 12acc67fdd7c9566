package srcline

import (
	"debug/dwarf"
	"maps"
	"slices"
	"time"
)

// Line is a place in a source file, and the function that it is in.
type Line struct {
	Function string // "" if it is not known
	File     string // with its directory, as DWARF has it; "" if it is not known
	Number   int    // from 1; 0 if it is not known
}

// maxTime bounds the search. 50 MB of DWARF take a second at most.
const maxTime = 5 * time.Second

// maxInlined bounds the number of calls inlined into each other that are
// reported.
const maxInlined = 64

// Find returns the lines of addresses in the code section. sections are those of DWARF,
// by name. For each known address it returns the line of the instruction first, then
// the lines of the inlined calls, up to the line in the function itself.
func Find(sections map[string][]byte, addresses []uint64) (found map[uint64][]Line) {
	found = make(map[uint64][]Line)
	if len(addresses) == 0 || len(sections[".debug_info"]) == 0 {
		return found
	}
	defer func() { _ = recover() }() // of debug/dwarf: earlier results stay
	data, err := open(sections)
	if err != nil {
		return found
	}
	s := search{
		data: data, sections: sections, wanted: slices.Compact(slices.Sorted(slices.Values(addresses))),
		deadline: time.Now().Add(maxTime), found: found,
	}
	s.units()
	return found
}

// search is one use of Find.
type search struct {
	data     *dwarf.Data
	sections map[string][]byte
	wanted   []uint64 // ascending
	deadline time.Time
	found    map[uint64][]Line
}

func (s *search) late() bool { return time.Now().After(s.deadline) }

// units looks for the addresses in each compilation unit.
func (s *search) units() {
	r := s.data.Reader()
	for !s.late() && len(s.found) < len(s.wanted) {
		unit, err := r.Next()
		if err != nil || unit == nil {
			return
		}
		if unit.Tag != dwarf.TagCompileUnit {
			r.SkipChildren()
			continue
		}
		inside := s.within(unit, s.wanted)
		inside = slices.DeleteFunc(inside, func(address uint64) bool { return s.found[address] != nil })
		if len(inside) > 0 {
			s.unit(r, unit, inside)
			r.Seek(unit.Offset)
			if _, err := r.Next(); err != nil {
				return
			}
		}
		r.SkipChildren()
	}
}

// within returns those of the ascending addresses that lie in the ranges of an
// entry. A range that begins at 0 is of code that the linker removed.
func (s *search) within(e *dwarf.Entry, addresses []uint64) []uint64 {
	ranges, err := s.data.Ranges(e)
	if err != nil {
		return nil
	}
	var inside []uint64
	for _, a := range addresses {
		if slices.ContainsFunc(ranges, func(r [2]uint64) bool { return r[0] > 0 && r[0] <= a && a < r[1] }) {
			inside = append(inside, a)
		}
	}
	return inside
}

// unit finds the lines of addresses in a unit, after whose entry r stands.
func (s *search) unit(r *dwarf.Reader, unit *dwarf.Entry, addresses []uint64) {
	offset, ok := unit.Val(dwarf.AttrStmtList).(int64)
	if !ok {
		return
	}
	table, err := readLineTable(s.sections, offset)
	if err != nil {
		return
	}
	if dir, ok := unit.Val(dwarf.AttrCompDir).(string); ok {
		table.compDir = dir
	}
	rows := table.rows(addresses)
	calls := s.functions(r, addresses)
	for _, a := range addresses {
		row, ok := rows[a]
		if !ok && len(calls[a]) == 0 {
			continue
		}
		line := Line{File: table.file(row.file), Number: row.line}
		for _, call := range slices.Backward(calls[a]) { // innermost first
			line.Function = s.name(call)
			s.found[a] = append(s.found[a], line)
			file, _ := call.Val(dwarf.AttrCallFile).(int64)
			number, _ := call.Val(dwarf.AttrCallLine).(int64)
			line = Line{File: table.file(file), Number: int(max(0, number))}
		}
		if len(calls[a]) == 0 {
			s.found[a] = []Line{line}
		}
	}
}

// functions returns, for each address, the entries of the function and of the
// inlined calls that it lies in, outermost first.
func (s *search) functions(r *dwarf.Reader, addresses []uint64) map[uint64][]*dwarf.Entry {
	found := make(map[uint64][]*dwarf.Entry)
	for depth := 1; depth > 0 && !s.late(); {
		e, err := r.Next()
		if err != nil || e == nil {
			break
		}
		if e.Tag == 0 {
			depth--
			continue
		}
		if e.Children {
			depth++
		}
		switch e.Tag {
		case dwarf.TagSubprogram, dwarf.TagInlinedSubroutine:
			inside := s.within(e, addresses)
			for _, a := range inside {
				switch {
				case e.Tag == dwarf.TagSubprogram: // where tools left ranges that overlap, the last one counts
					found[a] = []*dwarf.Entry{e}
				case len(found[a]) < maxInlined:
					found[a] = append(found[a], e)
				}
			}
			if len(inside) == 0 && e.Children {
				r.SkipChildren()
				depth--
			}
		}
	}
	return found
}

// name returns the name of a function, which may be in the entry that declares it, or
// of which it is an instance.
func (s *search) name(e *dwarf.Entry) string {
	const most = 4
	for range most {
		if name, ok := e.Val(dwarf.AttrName).(string); ok {
			return name
		}
		origin, ok := e.Val(dwarf.AttrAbstractOrigin).(dwarf.Offset)
		if !ok {
			if origin, ok = e.Val(dwarf.AttrSpecification).(dwarf.Offset); !ok {
				return ""
			}
		}
		r := s.data.Reader()
		r.Seek(origin)
		var err error
		if e, err = r.Next(); err != nil || e == nil {
			return ""
		}
	}
	return ""
}

// open checks the sections and hands them to debug/dwarf.
func open(sections map[string][]byte) (*dwarf.Data, error) {
	s := maps.Clone(sections)
	if err := guard(s); err != nil {
		return nil, err
	}
	data, err := dwarf.New(s[".debug_abbrev"], nil, nil, s[".debug_info"], s[".debug_line"], nil, s[".debug_ranges"], s[".debug_str"])
	if err != nil {
		return nil, err
	}
	for _, name := range []string{".debug_addr", ".debug_line_str", ".debug_rnglists", ".debug_str_offsets"} {
		if err := data.AddSection(name, s[name]); err != nil {
			return nil, err
		}
	}
	return data, nil
}
