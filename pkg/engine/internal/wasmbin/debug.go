package wasmbin

import "strings"

// debugPrefix begins the names of the custom sections that hold DWARF:
// https://yurydelendik.github.io/webassembly-dwarf/.
const debugPrefix = ".debug_"

// DebugSections returns the sections that hold DWARF, by name, such as
// ".debug_info". Of two with the same name it has the first.
func (m *Module) DebugSections() map[string][]byte {
	sections := make(map[string][]byte)
	for _, s := range m.Sections {
		name, content := m.custom(s)
		if _, second := sections[name]; !second && strings.HasPrefix(name, debugPrefix) {
			sections[name] = content
		}
	}
	return sections
}

// DropDebug returns the edits that remove all DWARF.
func (m *Module) DropDebug() []Edit {
	var edits []Edit
	for _, s := range m.Sections {
		if name, _ := m.custom(s); strings.HasPrefix(name, debugPrefix) {
			edits = append(edits, Edit{From: s.Header, To: s.End()})
		}
	}
	return edits
}

// AppendCustom appends a custom section.
func AppendCustom(b []byte, name string, content []byte) []byte {
	named := append(AppendU32(nil, uint32(len(name))), name...)
	return AppendSection(b, SectionCustom, append(named, content...))
}
