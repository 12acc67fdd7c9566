package wasmbin

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCapTables(t *testing.T) {
	const ref, null = 0x70, opRefNull
	withInit := []byte{0x40, 0, ref, 0, 1, null, ref, opEnd}
	for _, tc := range []struct {
		name         string
		tables, want []byte // the table section's content
		most         uint64
	}{
		{"no limit of its own", []byte{1, ref, 0, 3}, []byte{1, ref, 1, 3, 103}, 100},
		{"a number that becomes longer", []byte{1, ref, 0, 3}, []byte{1, ref, 1, 3, 0xeb, 0x07}, 1000},
		{"a higher limit of its own", []byte{1, ref, 1, 3, 0x80, 0x01}, []byte{1, ref, 1, 3, 103}, 100},
		{"a lower limit of its own", []byte{1, ref, 1, 3, 5}, []byte{1, ref, 1, 3, 5}, 100},
		{"cannot grow", []byte{1, ref, 1, 3, 3}, []byte{1, ref, 1, 3, 3}, 0},
		{"may not grow", []byte{1, ref, 0, 3}, []byte{1, ref, 1, 3, 3}, 0},
		{"tables share", []byte{3, ref, 0, 3, ref, 1, 1, 1, ref, 0, 7}, []byte{3, ref, 1, 3, 53, ref, 1, 1, 1, ref, 1, 7, 57}, 100},
		{"with an initial value", append([]byte{1}, withInit...), []byte{1, 0x40, 0, ref, 1, 1, 9, null, ref, opEnd}, 8},
		{"invalid: above the maximum", []byte{1, ref, 1, 3, 2}, []byte{1, ref, 1, 3, 2}, 100},
		{"invalid: 64 bits", []byte{1, ref, 4, 3}, []byte{1, ref, 4, 3}, 100},
		{"32 bits are enough", []byte{1, ref, 0, 3}, []byte{1, ref, 0, 3}, 1<<32 - 3},
	} {
		before, after := section(SectionType, 0), section(SectionMemory, 0)
		m := parse(t, binaryOf(before, section(SectionTable, tc.tables...), after))
		got := Apply(m.Binary, m.CapTables(tc.most)...)
		if diff := cmp.Diff(binaryOf(before, section(SectionTable, tc.want...), after), got); diff != "" {
			t.Errorf("%s: %s", tc.name, diff)
		}
		checkCaps(t, m)
	}
	m := parse(t, binaryOf(section(SectionTable, 1, ref, 9, 1)))
	if edits := m.CapTables(1); edits != nil {
		t.Errorf("limits that cannot be read: %v", edits)
	}
	m = parse(t, binaryOf())
	if edits := m.CapTables(1); edits != nil {
		t.Errorf("no tables: %v", edits)
	}
}
