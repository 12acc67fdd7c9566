package engine

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/sys"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/instrument"
	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// UnknownImports decides about a module that imports functions which the host
// does not have. Imports of another kind, such as a memory, are refused in any
// case.
type UnknownImports uint8

// The ways to treat modules with unknown imports.
const (
	// RefuseUnknown refuses the module with an [*ImportError].
	RefuseUnknown UnknownImports = iota
	// TrapUnknown runs the module. A call of an unknown function is a trap,
	// whose message names the import.
	TrapUnknown
	// ZeroUnknown runs the module. An unknown function does nothing and returns
	// zeros.
	ZeroUnknown
)

// UnknownImport is a function that a module imports and the host does not have.
type UnknownImport struct {
	Module, Name string // as the module spells them: any bytes
	Calls        uint64 // by all instances so far
}

// UnknownImports lists the functions that are answered according to
// Config.UnknownImports, in the order of the binary. It can be called at any
// time, also after Close.
func (m *Module) UnknownImports() []UnknownImport {
	var list []UnknownImport
	for _, f := range m.unknown {
		list = append(list, UnknownImport{f.module, f.name, f.calls.Load()})
	}
	return list
}

// answerable reports whether an unknown import can be answered. wazero writes the name
// of a host module into stacks, so it must be one line. Guests may not import the
// function that rewritten code calls.
func (u UnknownImports) answerable(i wasmbin.ImportEntry) bool {
	return u != RefuseUnknown && i.Kind == wasmbin.ImportFunction && i.Module != "" && !instrument.Reserved(i.Module) && memstat.Printable(i.Module) == i.Module
}

// answer adds a function for each import of m that h lacks, and returns the
// added functions.
func (h hostFunctions) answer(m wazero.CompiledModule, how UnknownImports) []*unknownFunction {
	var unknown []*unknownFunction
	for _, f := range m.ImportedFunctions() {
		module, name, _ := f.Import()
		if _, ok := h[module][name]; ok || instrument.Reserved(module) {
			continue
		}
		u := &unknownFunction{module: module, name: name, trap: how == TrapUnknown}
		h.add(module, wasi.Function{Name: name, Params: f.ParamTypes(), Results: f.ResultTypes(), Call: u})
		unknown = append(unknown, u)
	}
	return unknown
}

// unknownFunction stands in for a function that the host does not have.
type unknownFunction struct {
	module, name string
	trap         bool
	calls        atomic.Uint64
}

// Call implements wazero's GoModuleFunction. Like each call of WASI, it ends a
// guest whose context is done.
func (u *unknownFunction) Call(ctx context.Context, _ api.Module, stack []uint64) {
	u.calls.Add(1)
	switch err := ctx.Err(); {
	case errors.Is(err, context.DeadlineExceeded):
		panic(sys.NewExitError(sys.ExitCodeDeadlineExceeded))
	case err != nil:
		panic(sys.NewExitError(sys.ExitCodeContextCanceled))
	case u.trap:
		panic(&unknownCallError{u.module, u.name})
	}
	clear(stack) // the results
}

// unknownCallError is the trap of TrapUnknown.
type unknownCallError struct{ module, name string }

func (e *unknownCallError) Error() string {
	return fmt.Sprintf("call of the unknown import %q.%q", e.module, e.name)
}
