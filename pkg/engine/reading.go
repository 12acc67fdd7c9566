package engine

import (
	"reflect"

	"github.com/tetratelabs/wazero/api"
)

// wazero v1.12.0 has no API for the sizes of tables and stacks. Reflection
// reads them from fields of its structs, without unsafe. If a field is gone,
// its figure is absent, and TestReadings fails. No limit depends on it. Remove
// when wazero has an API for these sizes.

// tableSizes returns the bytes of each table of a guest, with the room that Go
// left for it to grow.
func tableSizes(guest api.Module) ([]int64, bool) {
	tables := field(reflect.ValueOf(guest), "Tables")
	if tables.Kind() != reflect.Slice {
		return nil, false
	}
	sizes := make([]int64, tables.Len())
	for i := range sizes {
		elements := field(tables.Index(i), "References")
		if elements.Kind() != reflect.Slice {
			return nil, false
		}
		sizes[i] = sliceBytes(elements)
	}
	return sizes, true
}

// referenceBytes returns the bytes of a guest's passive element segments, and of
// the references to functions that wazero made for its elements.
func referenceBytes(guest api.Module) int64 {
	var n int64
	if segments := field(reflect.ValueOf(guest), "ElementInstances"); segments.Kind() == reflect.Slice {
		for i := range segments.Len() {
			n += sliceBytes(segments.Index(i))
		}
	}
	// The compiler's references are structs, those of the interpreter are
	// pointers to functions.
	if functions := field(field(reflect.ValueOf(guest), "Engine"), "localFunctionInstances"); functions.Kind() == reflect.Slice {
		n += sliceBytes(functions) + int64(functions.Len())*int64(functions.Type().Elem().Elem().Size())
	}
	return n
}

// stackBytes returns the size of the stack on which a function was called,
// which grows and never shrinks. The interpreter's stack holds values and no
// frames.
func stackBytes(function api.Function) (int64, bool) {
	stack := field(reflect.ValueOf(function), "stack")
	if stack.Kind() != reflect.Slice {
		return 0, false
	}
	return sliceBytes(stack), true
}

// sliceBytes returns the size of a slice's array in bytes.
func sliceBytes(slice reflect.Value) int64 {
	return int64(slice.Cap()) * int64(slice.Type().Elem().Size())
}

// field returns a field of the struct v, or of the struct that v points to; the zero
// Value if there is none.
func field(v reflect.Value, name string) reflect.Value {
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct {
		return reflect.Value{}
	}
	return v.FieldByName(name)
}
