package wasmbin

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDebugSections(t *testing.T) {
	other := AppendCustom(nil, "producers", []byte("x"))
	info, line := AppendCustom(nil, ".debug_info", []byte("i")), AppendCustom(nil, ".debug_line", nil)
	m := mustParse(t, binaryOf(other, info, line, AppendCustom(nil, ".debug_info", []byte("second"))))
	if diff := cmp.Diff(map[string][]byte{".debug_info": []byte("i"), ".debug_line": {}}, m.DebugSections()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := Apply(m.Binary, m.DropDebug()...); !bytes.Equal(got, binaryOf(other)) {
		t.Errorf("% x", got)
	}
}

func TestKeepBodies(t *testing.T) {
	types, imports := section(SectionType, 1, 0x60, 0, 0), section(SectionImport, 1, 1, 'm', 1, 'f', 0, 0)
	functions := section(SectionFunction, 3, 0, 0, 0)
	code := section(SectionCode, 3, 2, 0, 0x0b, 3, 0, 1, 0x0b, 4, 0, 1, 1, 0x0b)
	m := mustParse(t, binaryOf(types, imports, functions, code))
	for _, tc := range []struct {
		keep []uint32
		want []byte
	}{
		{nil, section(SectionCode, 3, 3, 0, 0, 0x0b, 3, 0, 0, 0x0b, 3, 0, 0, 0x0b)},
		{[]uint32{3, 0}, section(SectionCode, 3, 3, 0, 0, 0x0b, 3, 0, 0, 0x0b, 4, 0, 1, 1, 0x0b)}, // 0 is the import
		{[]uint32{1, 2, 3}, code},
	} {
		if got := Apply(m.Binary, m.KeepBodies(tc.keep...)); !bytes.Equal(got, binaryOf(types, imports, functions, tc.want)) {
			t.Errorf("%v: % x", tc.keep, got)
		}
	}
	for _, binary := range [][]byte{binaryOf(types), binaryOf(section(SectionCode, 1, 9, 0))} {
		m := mustParse(t, binary)
		if got := Apply(binary, m.KeepBodies()); !bytes.Equal(got, binary) {
			t.Errorf("% x became % x", binary, got)
		}
	}
}
