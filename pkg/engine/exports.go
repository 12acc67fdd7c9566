package engine

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// Export is a function that a module exports.
type Export struct {
	Name            string          // as the module spells it: any bytes
	Params, Results []api.ValueType // of wazero's package api
}

// String returns the signature: "add(i32, i32) -> i32". A long name is clipped,
// and so is a long list of types.
func (e Export) String() string {
	s := memstat.Clip(e.Name) + "(" + typeNames(e.Params) + ")"
	switch len(e.Results) {
	case 0:
		return s
	case 1:
		return s + " -> " + typeName(e.Results[0])
	default:
		return s + " -> (" + typeNames(e.Results) + ")"
	}
}

// Callable reports whether [Instance.Invoke] can call the function: all its
// parameters and results are numbers.
func (e Export) Callable() bool {
	return !slices.ContainsFunc(slices.Concat(e.Params, e.Results), func(t api.ValueType) bool { return !isNumber(t) })
}

func typeNames(types []api.ValueType) string {
	const most = 40
	if n := len(types); n > most {
		return fmt.Sprintf("%s, ... (%d)", typeNames(types[:most]), n)
	}
	names := make([]string, len(types))
	for i, t := range types {
		names[i] = typeName(t)
	}
	return strings.Join(names, ", ")
}

// Value types that wazero's API has no constants for.
const (
	valueTypeV128    api.ValueType = 0x7b
	valueTypeFuncref api.ValueType = 0x70
)

func typeName(t api.ValueType) string {
	switch t {
	case valueTypeV128:
		return "v128"
	case valueTypeFuncref:
		return "funcref"
	default:
		return api.ValueTypeName(t)
	}
}

// exportsOf lists a module's exported functions by name.
func exportsOf(m wazero.CompiledModule) []Export {
	var exports []Export
	for name, f := range m.ExportedFunctions() {
		exports = append(exports, Export{Name: name, Params: f.ParamTypes(), Results: f.ResultTypes()})
	}
	slices.SortFunc(exports, func(a, b Export) int { return cmp.Compare(a.Name, b.Name) })
	return exports
}

// maxExportBytes bounds the bytes that ExportNames reads.
const maxExportBytes = 4 << 20

// ExportNames returns the names of the functions that the module in r exports, in
// the module's order, without compiling it. It reads the first 4 MiB of r at
// most: the list comes before the code. It returns none for a binary whose list is
// farther behind, or that is not a module. The error is that of r.
func ExportNames(r io.Reader) ([]string, error) {
	binary, err := io.ReadAll(io.LimitReader(r, maxExportBytes))
	if err != nil {
		return nil, err
	}
	parsed, err := wasmbin.Parse(wasmbin.WholeSections(binary))
	if err != nil {
		return nil, nil //nolint:nilerr // it is not a module
	}
	exports, err := parsed.Exports()
	if err != nil {
		return nil, nil //nolint:nilerr // likewise
	}
	var names []string
	for _, e := range exports {
		if e.Kind == wasmbin.ImportFunction {
			names = append(names, e.Name)
		}
	}
	return names, nil
}

// ModuleKind is the way in which a module is run.
type ModuleKind uint8

// The kinds of modules, by the application ABI of WASI preview1.
const (
	// Library exports neither _start nor _initialize: its functions are called
	// by name.
	Library ModuleKind = iota
	// Command exports _start, which runs the program once.
	Command
	// Reactor exports _initialize, to be called once before any other function.
	Reactor
)

// String returns "library", "command" or "reactor".
func (k ModuleKind) String() string {
	switch k {
	case Command:
		return "command"
	case Reactor:
		return "reactor"
	default:
		return "library"
	}
}

const (
	exportStart      = "_start"
	exportInitialize = "_initialize"
)

// kindOf looks for _start and _initialize without parameters and results, the
// signatures of the application ABI of preview1. A module with both is a command.
func kindOf(exports []Export) ModuleKind {
	kind := Library
	for _, e := range exports {
		if len(e.Params)+len(e.Results) > 0 {
			continue
		}
		switch e.Name {
		case exportStart:
			return Command
		case exportInitialize:
			kind = Reactor
		}
	}
	return kind
}

// find returns the export of that name, from a list that is sorted by name.
func find(exports []Export, name string) (Export, bool) {
	i, ok := slices.BinarySearchFunc(exports, name, func(e Export, name string) int { return cmp.Compare(e.Name, name) })
	if !ok {
		return Export{}, false
	}
	return exports[i], true
}
