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

// signature returns the WebAssembly parameters of the row. A path is two of
// them: where it begins, and how long it is.
func (r *row) signature() (names []string, types []api.ValueType) {
	for field := range strings.FieldsSeq(r.params) {
		name, kind, _ := strings.Cut(field, ":")
		t, wide := paramTypes[kind]
		if !wide {
			t = api.ValueTypeI32
		}
		names, types = append(names, name), append(types, t)
		if kind == "path" {
			names, types = append(names, name+"_len"), append(types, api.ValueTypeI32)
		}
	}
	return names, types
}
