package wasmbin

// Names holds the function names of a module. The zero Names has none.
type Names struct {
	functions []byte // the name map as the binary has it: index and name, in turn
}

// The subsection of the name section that has the function names. Appendix
// "Custom Sections" of the core specification defines both.
const (
	nameSection   = "name"
	functionNames = 1
)

// DropNames returns the edits that remove the name sections of the module, and the function
// names in them, which share the binary. It reads as much as it can of a malformed section:
// the specification asks to ignore the rest.
func (m *Module) DropNames() ([]Edit, Names) {
	var edits []Edit
	var names Names
	for _, s := range m.Sections {
		name, content := m.custom(s)
		if name != nameSection {
			continue
		}
		edits = append(edits, Edit{From: s.Header, To: s.End()})
		if names.functions == nil {
			names.functions = subsection(content, functionNames)
		}
	}
	return edits, names
}

// custom returns the name and the content of a custom section, and "" for
// another section.
func (m *Module) custom(s Section) (name string, content []byte) {
	if s.ID != SectionCustom {
		return "", nil
	}
	r := reader{data: s.Content(m.Binary)}
	name = r.name()
	return name, r.data[r.pos:]
}

// subsection returns the content of the first subsection of that number.
func subsection(content []byte, number byte) []byte {
	r := reader{data: content}
	for !r.done() {
		id, inner := r.byte(), r.bytes(r.u32())
		if id == number && r.err == nil {
			return inner
		}
	}
	return nil
}

// Functions returns the names of the functions of those indexes, for those that
// have one. Names come from the module: they may hold anything, and need not be
// UTF-8.
func (n Names) Functions(indexes ...uint32) map[uint32]string {
	wanted := make(map[uint32]bool, len(indexes))
	for _, i := range indexes {
		wanted[i] = true
	}
	names := make(map[uint32]string, len(wanted))
	r := reader{data: n.functions}
	for range r.count() {
		index, name := r.u32(), r.bytes(r.u32())
		if r.err != nil || len(names) == len(wanted) {
			break
		}
		if wanted[index] {
			names[index] = string(name)
		}
	}
	return names
}

// CustomName returns the name of a custom section, and "" for another section.
func (m *Module) CustomName(s Section) string {
	name, _ := m.custom(s)
	return name
}
