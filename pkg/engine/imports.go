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

// add adds a function to those of a module.
func (h hostFunctions) add(module string, f wasi.Function) {
	if h[module] == nil {
		h[module] = make(map[string]wasi.Function)
	}
	h[module][f.Name] = f
}

// resolve finds the functions of the host that are imported, before anything is
// compiled. It leaves out unknown functions if the configuration allows to
// answer them. The error is an *ImportError for any other unknown import.
func resolve(imports []wasmbin.ImportEntry, unknown UnknownImports) (hostFunctions, error) {
	functions := make(hostFunctions)
	var missing ImportError
	for _, i := range imports {
		f, known := functions[i.Module][i.Name]
		if !known {
			f, known = wasi.Find(i.Module, i.Name)
		}
		switch {
		case known && i.Kind == wasmbin.ImportFunction:
			functions.add(i.Module, f)
		case known:
			return nil, &ImportError{
				Module: i.Module, Name: i.Name, Problem: fmt.Sprintf("is a function, and not a %s", i.Kind), Err: ErrImportType,
			}
		case !unknown.answerable(i):
			missing.Missing = append(missing.Missing, Import{i.Module, i.Name, i.Kind.String()})
		}
	}
	if len(missing.Missing) == 0 {
		return functions, nil
	}
	first := missing.Missing[0]
	missing.Module, missing.Name, missing.Problem, missing.Err = first.Module, first.Name, "is unknown", ErrUnknownImport
	if first.Kind != wasmbin.ImportFunction.String() {
		missing.Problem = "is an unknown " + first.Kind
	}
	return nil, &missing
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
