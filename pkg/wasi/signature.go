package wasi

import (
	"strings"

	"github.com/tetratelabs/wazero/api"
)

// paramType is the value type of a parameter's type. All that is not 64 bits
// wide travels as an i32.
func paramType(kind string) api.ValueType {
	switch kind {
	case "u64", "s64", "rights":
		return api.ValueTypeI64
	}
	return api.ValueTypeI32
}

// paramWidth is how many WebAssembly parameters one of that type takes: a path
// or a list of buffers is where it begins and how long it is.
func paramWidth(kind string) int {
	switch kind {
	case "path", "outpath", "iovs", "iovsout":
		return 2
	}
	return 1
}

// signature returns the WebAssembly parameters of the row.
func (r *row) signature() (names []string, types []api.ValueType) {
	for field := range strings.FieldsSeq(r.params) {
		name, kind, _ := strings.Cut(field, ":")
		names, types = append(names, name), append(types, paramType(kind))
		if paramWidth(kind) == 2 {
			names, types = append(names, name+"_len"), append(types, api.ValueTypeI32)
		}
	}
	return names, types
}
