package engine

import (
	"fmt"
	"slices"

	"github.com/tetratelabs/wazero"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// hostFunctions are the functions of the host that a module imports, by the
// module and name of the import.
type hostFunctions map[string]map[string]wasi.Function

// resolve finds the functions of the host that are imported, before anything is
// compiled. The error is an *ImportError for the first import that the host does
// not have.
func resolve(imports []wasmbin.ImportEntry) (hostFunctions, error) {
	functions := make(hostFunctions)
	var first *ImportError
	for _, i := range imports {
		f, known := functions[i.Module][i.Name]
		if !known {
			f, known = wasi.Find(i.Module, i.Name)
		}
		if known && i.Kind == wasmbin.ImportFunction {
			if functions[i.Module] == nil {
				functions[i.Module] = make(map[string]wasi.Function)
			}
			functions[i.Module][i.Name] = f
			continue
		}
		if first != nil {
			first.Others++
			continue
		}
		first = &ImportError{Module: i.Module, Name: i.Name, Problem: "is unknown", Err: ErrUnknownImport}
		switch {
		case known: // as a function
			first.Err = ErrImportType
			first.Problem = fmt.Sprintf("is a function, and not a %s", i.Kind)
		case i.Kind != wasmbin.ImportFunction:
			first.Problem = fmt.Sprintf("is an unknown %s", i.Kind)
		}
	}
	if first != nil {
		return nil, first
	}
	return functions, nil
}

// check compares the types of the imports with the host's. The error is an
// *ImportError.
func (h hostFunctions) check(m wazero.CompiledModule) error {
	for _, f := range m.ImportedFunctions() {
		module, name, _ := f.Import()
		own, ok := h[module][name]
		if !ok || slices.Equal(own.Params, f.ParamTypes()) && slices.Equal(own.Results, f.ResultTypes()) {
			continue
		}
		return &ImportError{
			Module: module, Name: name,
			Problem: fmt.Sprintf("has the type %s, and the host's is %s",
				Export{Params: f.ParamTypes(), Results: f.ResultTypes()}, Export{Params: own.Params, Results: own.Results}),
			Err: ErrImportType,
		}
	}
	return nil
}
