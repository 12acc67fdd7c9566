package codecache

import "github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"

// stubSection is the name of the custom section with the key.
const stubSection = "wamr-go"

// trapBody is a function body with its size. It has no locals, traps, and is
// valid for any type: no locals, unreachable, end.
var trapBody = []byte{3, 0, 0x00, 0x0b}

// Stub returns a module's stub, with further edits made: the same module with a
// trap for each function body, of which there are as many as functions, and the
// key in a custom section at the end.
func Stub(m *wasmbin.Module, key Key, functions uint32, edits ...wasmbin.Edit) []byte {
	edits = append([]wasmbin.Edit(nil), edits...)
	for _, s := range m.Sections {
		if s.ID != wasmbin.SectionCode {
			continue
		}
		content := wasmbin.AppendU32(nil, functions)
		for range functions {
			content = append(content, trapBody...)
		}
		edits = append(edits, wasmbin.Edit{From: s.Header, To: s.End(), With: wasmbin.AppendSection(nil, s.ID, content)})
	}
	end := len(m.Binary)
	edits = append(edits, wasmbin.Edit{From: end, To: end, With: wasmbin.AppendCustom(nil, stubSection, key[:])})
	return wasmbin.Apply(m.Binary, edits...)
}
