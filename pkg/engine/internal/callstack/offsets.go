package callstack

import (
	"reflect"
	"sort"

	"github.com/tetratelabs/wazero"
)

// Offsets returns the place in the code section of each call: of the call instruction,
// or of the one that trapped. It is an offset from the beginning of the section's
// content, or 0 if it is not known. m must be compiled with wazero's debug information,
// from a binary with the functions of the calls; the bodies of other functions can
// differ.
func Offsets(m wazero.CompiledModule, calls []Call) (offsets []uint64) {
	offsets = make([]uint64, len(calls))
	defer func() {
		if recover() != nil { // wazero has other fields
			clear(offsets)
		}
	}()
	engine := reflect.ValueOf(m).Elem().FieldByName("compiledEngine").Elem().Elem() // wazevo.engine
	modules := engine.FieldByName("compiledModules")
	if modules.Len() != 1 {
		return offsets
	}
	entry := modules.MapRange()
	entry.Next()
	compiled := entry.Value().Elem().FieldByName("compiledModule").Elem()
	code := codeOf(compiled)
	addresses := compiled.FieldByName("sourceMap").FieldByName("executableOffsets")
	places := compiled.FieldByName("sourceMap").FieldByName("wasmBinaryOffsets")
	for i, call := range calls {
		begin, end := code.bounds(int(call.Function))
		if !sameSize(end-begin, call.Size) {
			continue // a different compilation: its map does not apply
		}
		address := code.base + begin + call.Return
		// The place of the last instruction that begins before the return address.
		at := sort.Search(addresses.Len(), func(i int) bool { return addresses.Index(i).Uint() >= address }) - 1
		if at >= 0 && addresses.Index(at).Uint() >= code.base+begin {
			offsets[i] = places.Index(at).Uint()
		}
	}
	return offsets
}

// sameSize compares sizes of a function's code. Only the last function of a
// module has no padding.
func sameSize(a, b uint64) bool {
	const alignment = 16
	return (a+alignment-1)/alignment == (b+alignment-1)/alignment
}
