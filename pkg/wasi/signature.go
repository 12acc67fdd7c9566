package wasi

import (
	"strings"

	"github.com/tetratelabs/wazero/api"
)

// paramTypes gives the value type of a parameter's type. All that is not 64
// bits wide travels as an i32.
var paramTypes = map[string]api.ValueType{
	"u64":    api.ValueTypeI64,
	"s64":    api.ValueTypeI64,
	"rights": api.ValueTypeI64,
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
		t, wide := paramTypes[kind]
		if !wide {
			t = api.ValueTypeI32
		}
		names, types = append(names, name), append(types, t)
		if paramWidth(kind) == 2 {
			names, types = append(names, name+"_len"), append(types, api.ValueTypeI32)
		}
	}
	return names, types
}
