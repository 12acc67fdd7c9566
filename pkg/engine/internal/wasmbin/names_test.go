package wasmbin

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// nameMap is the content of a name section: a module name, and the function
// names after it.
func nameMap(functions ...byte) []byte {
	content := append([]byte{4, 'n', 'a', 'm', 'e'}, 0, 2, 1, 'm')
	return append(content, append([]byte{functionNames, byte(len(functions))}, functions...)...)
}

func TestDropNames(t *testing.T) {
	types, tail := section(SectionType, 1, 0x60, 0, 0), section(SectionCustom, 1, 'x')
	names := section(SectionCustom, nameMap(2, 0, 1, 'a', 5, 2, 'b', '\n')...)
	other := section(SectionCustom, nameMap(1, 0, 1, 'z')...)
	for _, tc := range []struct {
		name         string
		binary, want []byte
		functions    map[uint32]string
	}{
		{"none", binaryOf(types, tail), binaryOf(types, tail), map[uint32]string{}},
		{"at the end", binaryOf(types, names), binaryOf(types), map[uint32]string{0: "a", 5: "b\n"}},
		{"before another", binaryOf(types, names, tail), binaryOf(types, tail), map[uint32]string{0: "a", 5: "b\n"}},
		{"two: the first counts", binaryOf(names, types, other), binaryOf(types), map[uint32]string{0: "a", 5: "b\n"}},
		{"cut short", binaryOf(section(SectionCustom, nameMap(2, 0, 1, 'a', 5, 9, 'b')...)), binaryOf(), map[uint32]string{0: "a"}},
		{"count too large", binaryOf(section(SectionCustom, nameMap(0xff, 0xff, 3, 0, 1, 'a')...)), binaryOf(), map[uint32]string{}},
		{"subsection too long", binaryOf(section(SectionCustom, 4, 'n', 'a', 'm', 'e', 1, 9, 0)), binaryOf(), map[uint32]string{}},
		{"no name at all", binaryOf(section(SectionCustom)), binaryOf(section(SectionCustom)), map[uint32]string{}},
	} {
		edits, got := mustParse(t, tc.binary).DropNames()
		if edited := Apply(tc.binary, edits...); !bytes.Equal(edited, tc.want) {
			t.Errorf("%s: % x, want % x", tc.name, edited, tc.want)
		}
		if diff := cmp.Diff(tc.functions, got.Functions(0, 5, 7)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.name, diff)
		}
	}
}

// FuzzNames reads names of any bytes at all.
func FuzzNames(f *testing.F) {
	f.Add(binaryOf(section(SectionCustom, nameMap(1, 0, 1, 'a')...)))
	f.Fuzz(func(t *testing.T, binary []byte) {
		m, err := Parse(binary)
		if err != nil {
			return
		}
		edits, names := m.DropNames()
		edited := Apply(binary, edits...)
		if len(edited) > len(binary) {
			t.Errorf("%d bytes became %d", len(binary), len(edited))
		}
		if again, _ := mustParse(t, edited).DropNames(); again != nil {
			t.Errorf("a second time: %v", again)
		}
		names.Functions(0, 1, 2)
	})
}

func mustParse(t *testing.T, binary []byte) *Module {
	t.Helper()
	m, err := Parse(binary)
	if err != nil {
		t.Fatal(err)
	}
	return m
}
