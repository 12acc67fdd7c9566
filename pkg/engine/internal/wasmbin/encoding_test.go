package wasmbin

import (
	"slices"
	"testing"
)

func TestEncodings(t *testing.T) {
	code := func(body ...byte) []byte {
		return section(SectionCode, append([]byte{1, byte(len(body))}, body...)...)
	}
	in := func(op uint32) Encoding { return Encoding{EncodedInstruction, op} }
	for _, tc := range []struct {
		name    string
		binary  []byte
		want    []Encoding // among others
		unknown []Encoding
	}{
		{"sections", binaryOf(section(SectionStart, 0), section(SectionTag, 1, 0, 0)), []Encoding{{EncodedSection, 8}, {EncodedSection, 13}}, nil},
		{"types", binaryOf(section(SectionType, 3, 0x60, 2, 0x7f, 0x64, 0x6e, 0, 0x5f, 0, 0x60, 0, 0)),
			[]Encoding{{EncodedTypeForm, 0x60}, {EncodedTypeForm, 0x5f}, {EncodedValueType, 0x7f}, {EncodedValueType, 0x64}, {EncodedValueType, 0x6e}}, nil},
		{"imports", binaryOf(section(SectionImport, 2, 1, 'a', 1, 'b', 2, 3, 1, 1, 1, 'a', 1, 'b', 4, 0, 0)),
			[]Encoding{{EncodedImport, 2}, {EncodedImport, 4}, {EncodedLimits, 3}, {EncodedMemories, 1}}, nil},
		{"memories", binaryOf(section(SectionImport, 1, 1, 'a', 1, 'b', 2, 0, 1), section(SectionMemory, 2, 0, 1, 8, 1, 0)),
			[]Encoding{{EncodedMemories, 3}, {EncodedLimits, 0}, {EncodedLimits, 8}}, nil},
		{"tables", binaryOf(section(SectionTable, 1, 0x6f, 4, 1)), []Encoding{{EncodedLimits, 4}, {EncodedValueType, 0x6f}}, nil},
		{"globals", binaryOf(section(SectionGlobal, 1, 0x6c, 0, opI32Const, 0, 0xfb, 0x1c, opEnd)), []Encoding{{EncodedValueType, 0x6c}, in(0xfb)}, nil},
		{"elements", binaryOf(section(SectionElement, 1, 5, 0x6b, 0)), []Encoding{{EncodedValueType, 0x6b}}, nil},
		{"code", binaryOf(code(0, 0x01, 0xfc, 0x00, 0xfd, 0x80, 0x01, opEnd)), []Encoding{in(0x01), in(0xfc0000), in(0xfd0080), in(opEnd)}, nil},
		{"unknown code", binaryOf(code(0, 0x01, 0xfd, 0x80, 0x02, 0x01, opEnd)), []Encoding{in(0x01), in(0xfd0100)}, []Encoding{in(0xfd0100)}},
		{"immediates that are unknown", binaryOf(code(0, 0x28, 0x42, 1, 0, opEnd)), []Encoding{in(0x28)}, []Encoding{in(0x28)}},
	} {
		all, unknown := Encodings(tc.binary)
		for _, e := range tc.want {
			if !slices.Contains(all, e) {
				t.Errorf("%s: no %+v in %+v", tc.name, e, all)
			}
		}
		if !slices.Equal(unknown, tc.unknown) {
			t.Errorf("%s: unknown are %+v, want %+v", tc.name, unknown, tc.unknown)
		}
	}
	if all, unknown := Encodings([]byte("no module")); all != nil || unknown != nil {
		t.Errorf("%v, %v", all, unknown)
	}
}

func FuzzEncodings(f *testing.F) {
	for _, binary := range guests(f) {
		if len(binary) < 64<<10 {
			f.Add(binary)
		}
	}
	f.Add(binaryOf(section(SectionMemory, 2, 0, 1, 8, 1, 0), section(SectionTable, 1, 0x6f, 4, 1)))
	f.Fuzz(func(t *testing.T, binary []byte) {
		all, unknown := Encodings(binary)
		for _, e := range unknown {
			if !slices.Contains(all, e) {
				t.Errorf("%+v is unknown, and not among %+v", e, all)
			}
		}
		m, err := Parse(binary)
		if err != nil {
			return
		}
		if n := m.Imported(ImportMemory) + uint32(len(m.Memories)); !slices.Contains(all, Encoding{EncodedMemories, n}) {
			t.Errorf("no count of %d memories in %+v", n, all)
		}
	})
}
