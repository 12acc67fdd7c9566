package engine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tetratelabs/wazero"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// ImportError names an import that the host does not have.
type ImportError struct {
	Module, Name string
	Problem      string // "is unknown"
	Hint         string // what to do about it, or ""
	Others       int    // unknown imports beside this one
}

func (e *ImportError) Error() string {
	s := fmt.Sprintf("import %q.%q %s", e.Module, e.Name, e.Problem)
	if e.Others > 0 {
		s += fmt.Sprintf(" (and %d more)", e.Others)
	}
	return s
}

// hostFunctions are those that a module imports, by their module and name.
type hostFunctions map[string]map[string]wasi.Function

// resolve finds the functions that are imported, and imports that the host does
// not have, before anything is compiled.
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
		first = &ImportError{Module: i.Module, Name: i.Name, Problem: "is unknown", Hint: importHint(i)}
		switch {
		case known:
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

// check finds imports whose type is not the host's.
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
			Hint: "the module was not built against the preview1 headers",
		}
	}
	return nil
}

// importHint guesses where an unknown import comes from.
func importHint(i wasmbin.ImportEntry) string {
	switch {
	case i.Module == wasi.ModulePreview1 && strings.HasPrefix(i.Name, "sock_"):
		return "this is WAMR's socket extension; preview1 has sock_accept, sock_recv, sock_send and sock_shutdown"
	case i.Module == wasi.ModulePreview1, i.Module == wasi.ModuleUnstable:
		return "this is not a function of WASI preview1"
	case i.Module == "wasi":
		return "wasi-threads is not supported; build for wasm32-wasip1, without threads"
	case strings.HasPrefix(i.Module, "wasi:"):
		return "this is WASI 0.2 or later; build for wasm32-wasip1"
	case i.Module == "env":
		return "a symbol was left undefined when the module was linked; define it, or build with wasi-sdk for wasm32-wasip1"
	case i.Module == "go", i.Module == "gojs":
		return "built for a JavaScript host; build with GOOS=wasip1 GOARCH=wasm"
	case i.Module == "wbg", strings.HasPrefix(i.Module, "__wbindgen"):
		return "built by wasm-bindgen for a JavaScript host; build for wasm32-wasip1"
	default:
		return "only WASI preview1 can be imported"
	}
}
