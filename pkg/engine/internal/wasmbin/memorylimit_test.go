package wasmbin

import (
	"bytes"
	"testing"
)

func TestStripMemoryLimit(t *testing.T) {
	tail := section(SectionCustom, 1, 'x')
	one := func(limits ...byte) []byte { return section(SectionMemory, append([]byte{1}, limits...)...) }
	for _, tc := range []struct {
		name   string
		binary []byte
		want   []byte // nil: not stripped
		pages  uint64
	}{
		{"a maximum", binaryOf(one(1, 1, 2), tail), binaryOf(one(0, 1), tail), 2},
		{"no pages", binaryOf(one(1, 0, 0)), binaryOf(one(0, 0)), 0},
		{"all pages", binaryOf(one(1, 0x81, 0, 0x80, 0x80, 4)), binaryOf(one(0, 1)), 65536},
		{"none", binaryOf(one(0, 1)), nil, 0},
		{"no memory", binaryOf(tail), nil, 0},
		{"no memory in the section", binaryOf(section(SectionMemory, 0)), nil, 0},
		{"less than the minimum", binaryOf(one(1, 3, 2)), nil, 0},
		{"more than WebAssembly has", binaryOf(one(1, 1, 0x81, 0x80, 4)), nil, 0},
		{"shared", binaryOf(one(3, 1, 2)), nil, 0},
		{"64 bits wide", binaryOf(one(5, 1, 2)), nil, 0},
		{"two memories", binaryOf(section(SectionMemory, 2, 1, 1, 2, 1, 1, 2)), nil, 0},
		{"two sections", binaryOf(one(1, 1, 2), one(1, 1, 2)), nil, 0},
		{"imported", binaryOf(section(SectionImport, 1, 1, 'm', 1, 'm', 2, 1, 1, 2), one(1, 1, 2)), nil, 0},
		{"bytes after the limits", binaryOf(one(1, 1, 2, 0)), nil, 0},
	} {
		edit, pages, ok := parse(t, tc.binary).StripMemoryLimit()
		var got []byte
		if ok {
			got = Apply(tc.binary, edit)
		}
		if ok != (tc.want != nil) || pages != tc.pages || !bytes.Equal(got, tc.want) {
			t.Errorf("%s: % x, %d pages, %v; want % x, %d", tc.name, got, pages, ok, tc.want, tc.pages)
		}
	}
}
