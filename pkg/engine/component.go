package engine

import (
	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// commandIn returns the program within a component that an adapter made of it:
// the only core module that exports _start and imports only preview1. The
// component's other core modules translate its calls to WASI 0.2.
func commandIn(component []byte) (*wasmbin.Module, bool) {
	var command *wasmbin.Module
	for _, binary := range wasmbin.CoreModules(component) {
		m, err := wasmbin.Parse(binary)
		if err != nil || !isPreview1Command(m) {
			continue
		}
		if command != nil {
			return nil, false
		}
		command = m
	}
	return command, command != nil
}

func isPreview1Command(m *wasmbin.Module) bool {
	for _, i := range m.Imports {
		if i.Module != wasi.ModulePreview1 {
			return false
		}
	}
	exports, err := m.Exports()
	if err != nil {
		return false
	}
	for _, e := range exports {
		if e.Name == exportStart && e.Kind == wasmbin.ImportFunction {
			return true
		}
	}
	return false
}
