package wasmbin

// ShareReferences replaces each ref.func in the code by a global.get of an
// immutable global that the edits add, one for each referenced function. So an
// instance makes each reference once, instead of at each use. The edits of the
// code are apart from the others; both are nil if the code has no ref.func. A
// reference that the module does not declare, and is therefore invalid, stays.
//
// The globals are of type funcref, which is that of a ref.func as long as the
// proposal for typed function references is not enabled.
func (m *Module) ShareReferences(code Code) (outside, inside []Edit, err error) {
	if len(code.references) == 0 {
		return nil, nil, nil
	}
	declared, err := m.declaredFunctions()
	if err != nil {
		return nil, nil, err
	}
	globals := m.newGlobals()
	indices := map[uint32]uint32{} // of the new globals, by function
	for _, ref := range code.references {
		if _, known := indices[ref.function]; known || !declared[ref.function] {
			continue
		}
		indices[ref.function] = globals.add(ref.function)
	}
	if len(indices) == 0 {
		return nil, nil, nil
	}
	inside, err = m.replaceReferences(code.references, indices)
	return globals.edits(m), inside, err
}

// declaredFunctions returns the functions that the module refers to outside of
// code, which are those that ref.func may name.
func (m *Module) declaredFunctions() (map[uint32]bool, error) {
	declared := map[uint32]bool{}
	constant := func(expression []byte) {
		r := reader{data: expression}
		if r.byte() == opRefFunc {
			declared[r.u32()] = true
		}
	}
	exports, err := m.Exports()
	if err != nil {
		return nil, err
	}
	for _, e := range exports {
		if e.Kind == ImportFunction {
			declared[e.Index] = true
		}
	}
	globals, err := m.Globals()
	if err != nil {
		return nil, err
	}
	for _, g := range globals {
		constant(g.Init)
	}
	segments, err := m.Elements()
	if err != nil {
		return nil, err
	}
	for _, s := range segments {
		for _, f := range s.Functions {
			declared[f] = true
		}
		for _, e := range s.Expressions {
			constant(e)
		}
	}
	return declared, nil
}

// newGlobals are globals to be added to a module.
type newGlobals struct {
	next    uint32 // index of the next one
	own     uint32 // number of globals that the module defines
	content []byte
}

func (m *Module) newGlobals() newGlobals {
	section, _ := m.Section(SectionGlobal)
	own := m.Count(section)
	return newGlobals{next: m.Imported(ImportGlobal) + own, own: own}
}

// add adds an immutable reference to a function, and returns its index.
func (g *newGlobals) add(function uint32) uint32 {
	const funcRef, immutable = 0x70, 0
	g.content = AppendU32(append(g.content, funcRef, immutable, opRefFunc), function)
	g.content = append(g.content, opEnd)
	g.next++
	return g.next - 1
}

// edits returns the edits that append the globals to the module's, or insert a
// section for them.
func (g *newGlobals) edits(m *Module) []Edit {
	n := g.next - m.Imported(ImportGlobal)
	section, ok := m.Section(SectionGlobal)
	if !ok {
		at := HeaderSize
		for _, s := range m.Sections {
			switch s.ID { // those that come before globals
			case SectionType, SectionImport, SectionFunction, SectionTable, SectionMemory, SectionTag:
				at = s.End()
			}
		}
		return []Edit{{at, at, AppendSection(nil, SectionGlobal, append(AppendU32(nil, n), g.content...))}}
	}
	r := section.reader(m.Binary)
	r.u32()
	count := AppendU32(nil, n)
	size := len(count) + section.End() - r.pos + len(g.content)
	head := AppendU32([]byte{byte(section.ID)}, uint32(size))
	return []Edit{
		{section.Header, r.pos, append(head, count...)},
		{section.End(), section.End(), g.content},
	}
}

// replaceReferences returns the edits of the code section.
func (m *Module) replaceReferences(references []reference, indices map[uint32]uint32) ([]Edit, error) {
	section, _ := m.Section(SectionCode)
	r := section.reader(m.Binary)
	r.u32()
	var edits []Edit
	size := section.Size
	end := r.pos // of the body before
	for body, err := range m.FunctionBodies() {
		if err != nil {
			return nil, err
		}
		grown, changed := 0, false
		for len(references) > 0 && references[0].from < body.Offset+body.Size {
			ref := references[0]
			references = references[1:]
			index, ok := indices[ref.function]
			if !ok {
				continue
			}
			get := AppendU32([]byte{opGlobalGet}, index)
			edits = append(edits, Edit{ref.from, ref.to, get})
			grown += len(get) - (ref.to - ref.from)
			changed = true
		}
		if changed {
			head := AppendU32(nil, uint32(body.Size+grown))
			edits = append(edits, Edit{end, body.Offset, head})
			size += grown + len(head) - (body.Offset - end)
		}
		end = body.Offset + body.Size
	}
	head := AppendU32([]byte{byte(section.ID)}, uint32(size))
	return append(edits, Edit{section.Header, section.Offset, head}), nil
}
