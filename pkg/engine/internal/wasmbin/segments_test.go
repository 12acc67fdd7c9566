package wasmbin

import (
	"fmt"
	"slices"
	"testing"
)

func TestSegments(t *testing.T) {
	tables := section(SectionTable, 2, 0x70, 0, 4, 0x70, 1, 2, 9)
	memory := section(SectionMemory, 1, 0, 1)
	elements := func(segments ...[]byte) []byte {
		return section(SectionElement, slices.Concat(append([][]byte{{byte(len(segments))}}, segments...)...)...)
	}
	data := func(segments ...[]byte) []byte {
		return section(SectionData, slices.Concat(append([][]byte{{byte(len(segments))}}, segments...)...)...)
	}
	active := func(n int, offset ...byte) []byte {
		return slices.Concat([]byte{0}, offset, []byte{opEnd}, vector(n, 0))
	}
	inTable := func(table byte, n int, offset ...byte) []byte {
		return slices.Concat([]byte{2, table}, offset, []byte{opEnd, 0}, vector(n, 0))
	}
	passive := slices.Concat([]byte{5, 0x70}, vector(3, opRefNull, 0x70, opEnd))
	declarative := []byte{3, 0, 1, 0}
	globals := section(SectionGlobal, 3,
		0x7f, 0, opI32Const, 2, opEnd,
		0x7f, 0, opGlobalGet, 0, opI32Const, 3, opI32Mul, opEnd,
		0x7e, 0, opI64Const, 1, opEnd)
	imported := section(SectionImport, 2, 1, 'm', 1, 't', 1, 0x70, 0, 1, 1, 'm', 1, 'g', 3, 0x7f, 0)
	for _, tc := range []struct {
		name     string
		sections [][]byte
		want     string
	}{
		{"no segments", [][]byte{tables, memory}, "0 <nil>"},
		{"one that fits exactly", [][]byte{tables, elements(active(4, opI32Const, 0))}, "4 <nil>"},
		{"an empty one at the end", [][]byte{tables, elements(active(0, opI32Const, 4))}, "0 <nil>"},
		{"an empty one beyond the end", [][]byte{tables, elements(active(0, opI32Const, 5))},
			"0 element segment 0 is out of bounds: offset 5, length 0, table size 4"},
		{"one too many", [][]byte{tables, elements(active(1, opI32Const, 0), active(4, opI32Const, 1))},
			"5 element segment 1 is out of bounds: offset 1, length 4, table size 4"},
		{"an offset of -1", [][]byte{tables, elements(active(1, opI32Const, 0x7f))},
			"1 element segment 0 is out of bounds: offset 4294967295, length 1, table size 4"},
		{"the first of two", [][]byte{tables, elements(inTable(1, 3, opI32Const, 0), active(5, opI32Const, 0))},
			"8 element segment 0 is out of bounds: offset 0, length 3, table size 2"},
		{"the minimum counts, not the maximum", [][]byte{tables, elements(inTable(1, 1, opI32Const, 2))},
			"1 element segment 0 is out of bounds: offset 2, length 1, table size 2"},
		{"passive and declarative ones", [][]byte{tables, elements(passive, declarative, passive)}, "6 <nil>"},
		{"a sum", [][]byte{tables, elements(active(1, opI32Const, 1, opI32Const, 2, opI32Add))}, "1 <nil>"},
		{"a sum beyond the end", [][]byte{tables, elements(active(1, opI32Const, 2, opI32Const, 2, opI32Add))},
			"1 element segment 0 is out of bounds: offset 4, length 1, table size 4"},
		{"a difference below 0", [][]byte{tables, elements(active(1, opI32Const, 2, opI32Const, 3, opI32Sub))},
			"1 element segment 0 is out of bounds: offset 4294967295, length 1, table size 4"},
		{"a global", [][]byte{tables, globals, elements(active(2, opGlobalGet, 0))}, "2 <nil>"},
		{"a global of a global", [][]byte{tables, globals, elements(active(1, opGlobalGet, 1))},
			"1 element segment 0 is out of bounds: offset 6, length 1, table size 4"},
		{"a global of another type", [][]byte{tables, globals, elements(active(9, opGlobalGet, 2))}, "9 <nil>"},
		{"no such global", [][]byte{tables, globals, elements(active(9, opGlobalGet, 3))}, "9 <nil>"},
		{"an imported global", [][]byte{imported, tables, elements(inTable(1, 9, opGlobalGet, 0))}, "9 <nil>"},
		{"an imported table", [][]byte{imported, tables, elements(active(9, opI32Const, 9))}, "9 <nil>"},
		{"the table after an imported one", [][]byte{imported, tables, elements(inTable(2, 3, opI32Const, 0))},
			"3 element segment 0 is out of bounds: offset 0, length 3, table size 2"},
		{"no such table", [][]byte{tables, elements(inTable(7, 9, opI32Const, 9))}, "9 <nil>"},
		{"too few values", [][]byte{tables, elements(active(9, opI32Const, 1, opI32Add))}, "9 <nil>"},
		{"too many values", [][]byte{tables, elements(active(9, opI32Const, 9, opI32Const, 9))}, "9 <nil>"},
		{"no value", [][]byte{tables, elements(active(9))}, "9 <nil>"},
		{"data that fit exactly", [][]byte{memory, data([]byte{0, opI32Const, 0xff, 0xff, 3, opEnd, 1, 'a'})}, "0 <nil>"},
		{"data beyond the end", [][]byte{memory, data([]byte{1, 1, 'p'}, []byte{0, opI32Const, 0xff, 0xff, 3, opEnd, 2, 'a', 'b'})},
			"0 data segment 1 is out of bounds: offset 65535, length 2, memory size 65536"},
		{"data at a global", [][]byte{memory, globals, data([]byte{0, opGlobalGet, 0, opI32Const, 3, opI32Sub, opEnd, 1, 'a'})},
			"0 data segment 0 is out of bounds: offset 4294967295, length 1, memory size 65536"},
		{"elements come before data", [][]byte{tables, memory, elements(active(9, opI32Const, 0)), data([]byte{0, opI32Const, 0x7f, opEnd, 1, 'a'})},
			"9 element segment 0 is out of bounds: offset 0, length 9, table size 4"},
		{"no memory", [][]byte{data([]byte{0, opI32Const, 0x7f, opEnd, 1, 'a'})}, "0 <nil>"},
		{"a segment that is cut", [][]byte{tables, elements([]byte{0, opI32Const})}, "element section: unexpected end of the binary"},
	} {
		m := parse(t, binaryOf(tc.sections...))
		all, err := m.Tables()
		if err != nil {
			t.Fatalf("%s: %v", tc.name, err)
		}
		s, err := m.Segments(all)
		got := fmt.Sprint(s.Elements, " <nil>")
		if s.Trap != nil {
			got = fmt.Sprint(s.Elements, " ", s.Trap)
		}
		if err != nil {
			got = err.Error()
		}
		if got != tc.want {
			t.Errorf("%s: %s, want %s", tc.name, got, tc.want)
		}
	}
}
