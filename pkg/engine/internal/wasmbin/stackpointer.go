package wasmbin

// stackPointer is LLVM's name for the global that holds the top of the stack in
// linear memory, which C, C++ and Rust use beside WebAssembly's own.
const stackPointer = "__stack_pointer"

// The subsection of the name section that has the names of globals, of the
// extended name section proposal.
const globalNames = 7

// StackPointer returns the index of the global that points into the stack in
// linear memory, and its initial value: the end of the stack, which grows down.
// It goes by the name in the name section or among the exports; ok is false for
// a module without either.
func (m *Module) StackPointer() (global uint32, top uint64, ok bool) {
	global, ok = m.namedGlobal(stackPointer)
	if !ok {
		return 0, 0, false
	}
	imported := uint32(0)
	for _, i := range m.Imports {
		if i.Kind == ImportGlobal {
			imported++
		}
	}
	globals, err := m.Globals()
	if err != nil || global < imported || uint64(global-imported) >= uint64(len(globals)) {
		return 0, 0, false
	}
	value, ok := I32Const(globals[global-imported].Init)
	return global, uint64(uint32(value)), ok
}

// namedGlobal finds a global by its name or its export.
func (m *Module) namedGlobal(name string) (index uint32, ok bool) {
	for _, s := range m.Sections {
		section, content := m.custom(s)
		if section != nameSection {
			continue
		}
		r := reader{data: subsection(content, globalNames)}
		for range r.count() {
			index, text := r.u32(), r.bytes(r.u32())
			if r.err != nil {
				break
			}
			if string(text) == name {
				return index, true
			}
		}
	}
	exports, err := m.Exports()
	if err != nil {
		return 0, false
	}
	for _, e := range exports {
		if e.Kind == ImportGlobal && e.Name == name {
			return e.Index, true
		}
	}
	return 0, false
}
