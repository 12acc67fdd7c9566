package wasmbin

// The sections of a component that hold other binaries, by the component model's
// chapter "Binary Format" (design/mvp/Binary.md).
const (
	componentCoreModule = 1
	componentNested     = 4
)

// maxNesting bounds how deep components are nested. Tools nest one or two.
const maxNesting = 16

// CoreModules returns the core modules within a component and the components
// nested in it, in file order, without a copy. It stops at the first section
// that cannot be read.
func CoreModules(component []byte) [][]byte {
	return coreModules(nil, component, maxNesting)
}

func coreModules(found [][]byte, component []byte, depth int) [][]byte {
	if depth == 0 || checkHeader(component) != ErrComponent {
		return found
	}
	r := reader{data: component, pos: HeaderSize}
	for !r.done() {
		id, content := r.byte(), r.bytes(r.u32())
		switch {
		case r.err != nil:
			return found
		case id == componentCoreModule:
			found = append(found, content)
		case id == componentNested:
			found = coreModules(found, content, depth-1)
		}
	}
	return found
}
