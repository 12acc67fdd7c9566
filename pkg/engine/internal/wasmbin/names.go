package wasmbin

// FunctionNames reads the functions' names from the name section, by function
// index. The map is empty if there is no name section, or one that cannot be
// read: names are for people, and the specification demands that a broken
// custom section does not make a module invalid.
func (m *Module) FunctionNames() map[uint32]string {
	const functions = 1 // the number of the subsection
	names := make(map[uint32]string)
	for _, s := range m.Sections {
		if s.ID != SectionCustom {
			continue
		}
		r := s.reader(m.Binary)
		if r.name() != "name" {
			continue
		}
		for !r.done() {
			id, size := r.byte(), r.u32()
			sub := reader{data: r.bytes(size)}
			if id != functions {
				continue
			}
			for range sub.count() {
				index, name := sub.u32(), sub.name()
				if sub.err != nil {
					return names
				}
				names[index] = name
			}
		}
	}
	return names
}
