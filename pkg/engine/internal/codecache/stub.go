package codecache

import (
	"slices"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
)

// stubSection is the name of the custom section with the key.
const stubSection = "wamr-go"

// Stub returns a module's stub, with further edits made: the same module with a
// trap for each of so many function bodies, and the key in a custom section at the
// end.
func Stub(m *wasmbin.Module, key Key, functions uint32, edits ...wasmbin.Edit) []byte {
	end := len(m.Binary)
	marker := wasmbin.Edit{From: end, To: end, With: wasmbin.AppendCustom(nil, stubSection, key[:])}
	return wasmbin.Apply(m.Binary, slices.Concat(edits, []wasmbin.Edit{m.TrapBodies(functions), marker})...)
}
