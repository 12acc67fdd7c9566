package codecache

import (
	"bytes"
	"testing"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
)

func section(id wasmbin.ID, content ...byte) []byte { return wasmbin.AppendSection(nil, id, content) }

func binaryOf(sections ...[]byte) []byte {
	return append([]byte("\x00asm\x01\x00\x00\x00"), bytes.Join(sections, nil)...)
}

func TestStub(t *testing.T) {
	const end = 0x0b
	types, functions := section(wasmbin.SectionType, 1, 0x60, 0, 0), section(wasmbin.SectionFunction, 2, 0, 0)
	code := section(wasmbin.SectionCode, 2, 3, 0, 1, end, 5, 1, 1, 0x7f, 1, end)
	traps := section(wasmbin.SectionCode, 2, 3, 0, 0, end, 3, 0, 0, end)
	data := section(wasmbin.SectionData, 0)
	key := Key{7, 8}
	mark := section(wasmbin.SectionCustom, append([]byte("\x07wamr-go"), key[:]...)...)
	for _, tc := range []struct {
		name         string
		binary, want []byte
	}{
		{"functions", binaryOf(types, functions, code, data), binaryOf(types, functions, traps, data, mark)},
		{"no code", binaryOf(types), binaryOf(types, mark)},
		{"no functions", binaryOf(section(wasmbin.SectionCode, 0)), binaryOf(section(wasmbin.SectionCode, 0), mark)},
	} {
		m, err := wasmbin.Parse(tc.binary)
		if err != nil {
			t.Fatal(err)
		}
		if got := Stub(m, key, m.Functions); !bytes.Equal(got, tc.want) {
			t.Errorf("%s: got % x, want % x", tc.name, got, tc.want)
		}
	}
}

// FuzzStub: a stub has the functions, imports and memories of its module.
func FuzzStub(f *testing.F) {
	f.Add(binaryOf(section(wasmbin.SectionType, 1, 0x60, 0, 0), section(wasmbin.SectionFunction, 1, 0), section(wasmbin.SectionMemory, 1, 0, 1),
		section(wasmbin.SectionCode, 1, 3, 0, 0, 0x0b), section(wasmbin.SectionData, 1, 0, 0x41, 3, 0x0b, 2, 'a', 'b')))
	f.Add(binaryOf(section(wasmbin.SectionCode, 0), section(wasmbin.SectionCode, 0)))
	f.Fuzz(func(t *testing.T, binary []byte) {
		m, err := wasmbin.Parse(binary)
		if err != nil {
			return
		}
		var edits []wasmbin.Edit
		if strip, _, ok := m.StripData(); ok {
			edits = append(edits, strip)
		}
		stub, err := wasmbin.Parse(Stub(m, Key{1}, m.Functions, edits...))
		if err != nil {
			t.Fatalf("stub: %v", err)
		}
		if stub.Functions != m.Functions || len(stub.Imports) != len(m.Imports) || len(stub.Memories) != len(m.Memories) {
			t.Errorf("%d functions, %d imports, %d memories became %d, %d, %d", m.Functions, len(m.Imports), len(m.Memories),
				stub.Functions, len(stub.Imports), len(stub.Memories))
		}
	})
}
