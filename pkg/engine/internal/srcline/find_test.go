package srcline

import (
	"bytes"
	"debug/dwarf"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
)

// sectionsOf reads the DWARF of one of testdata's guests, and the size of its code
// section.
func sectionsOf(t testing.TB, name string) (map[string][]byte, uint64) {
	t.Helper()
	binary, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "testdata", "c", name+".wasm"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := wasmbin.Parse(binary)
	if err != nil {
		t.Fatal(err)
	}
	code, _ := m.Section(wasmbin.SectionCode)
	return m.DebugSections(), uint64(code.Size)
}

var guests = [...]string{"lines", "lines5"}

// TestFindAgrees compares all places of a guest with debug/dwarf's line tables.
func TestFindAgrees(t *testing.T) {
	for _, name := range guests {
		sections, size := sectionsOf(t, name)
		var addresses []uint64
		for a := range size {
			addresses = append(addresses, a)
		}
		got := Find(sections, addresses)
		want := tableOf(t, sections)
		known, inlined := 0, 0
		for _, a := range addresses {
			lines := got[a]
			if len(lines) == 0 {
				if w, ok := want[a]; ok {
					t.Errorf("%s: %#x is unknown, want %+v", name, a, w)
				}
				continue
			}
			known++
			inlined += len(lines) - 1
			if w := want[a]; lines[0].File != w.File || lines[0].Number != w.Number {
				t.Errorf("%s: %#x is %+v, want %+v", name, a, lines, w)
			}
			if last := lines[len(lines)-1].Function; !slices.Contains([]string{"divide", "deep", "_start"}, last) {
				t.Errorf("%s: %#x is in the function %q", name, a, last)
			}
		}
		if known < 20 || inlined == 0 {
			t.Errorf("%s: %d places, %d inlined calls", name, known, inlined)
		}
	}
}

// tableOf reads the line tables with debug/dwarf.
func tableOf(t *testing.T, sections map[string][]byte) map[uint64]Line {
	t.Helper()
	data, err := open(sections)
	if err != nil {
		t.Fatal(err)
	}
	table := make(map[uint64]Line)
	for r := data.Reader(); ; r.SkipChildren() {
		unit, err := r.Next()
		if err != nil || unit == nil {
			return table
		}
		lines, err := data.LineReader(unit)
		if err != nil {
			t.Fatal(err)
		}
		var before, now dwarf.LineEntry
		for {
			if err := lines.Next(&now); err == io.EOF {
				break
			} else if err != nil {
				t.Fatal(err)
			}
			for a := before.Address; before.File != nil && a < now.Address; a++ {
				table[a] = Line{File: before.File.Name, Number: before.Line}
			}
			before = now
			if now.EndSequence {
				before.File = nil
			}
		}
	}
}

// TestFindWithout: a missing part costs lines, and nothing else.
func TestFindWithout(t *testing.T) {
	for _, name := range guests {
		sections, size := sectionsOf(t, name)
		var addresses []uint64
		for a := range size {
			addresses = append(addresses, a)
		}
		all := Find(sections, addresses)
		for missing := range sections {
			fewer := make(map[string][]byte)
			for n, content := range sections {
				if n != missing {
					fewer[n] = content
				}
			}
			for a, lines := range Find(fewer, addresses) {
				if len(lines) > len(all[a]) {
					t.Errorf("%s without %s: %#x is %+v, and %+v with it", name, missing, a, lines, all[a])
				}
			}
		}
	}
	if got := Find(nil, []uint64{1}); len(got) != 0 {
		t.Errorf("without sections: %v", got)
	}
}

// TestGuard refuses sections from which much more memory would be made.
func TestGuard(t *testing.T) {
	unit := func(length uint32, table byte) []byte {
		return []byte{byte(length), byte(length >> 8), byte(length >> 16), byte(length >> 24), 4, 0, table, 0, 0, 0, 4}
	}
	table := []byte{1, 0x11, 0, 3, 8, 0, 0, 0}
	attributes := append([]byte{1, 0x11, 0}, bytes.Repeat([]byte{3, 8}, maxAttributes+1)...)
	for _, tc := range []struct {
		name          string
		info, abbrevs []byte
		want          error
	}{
		{"good", unit(7, 0), table, nil},
		{"two units, one table", slices.Concat(unit(7, 0), unit(7, 0)), table, nil},
		{"overlapping tables", slices.Concat(unit(7, 0), unit(7, 3)), append(bytes.Clone(table), 0, 0), errHostile},
		{"too long", unit(8, 0), table, errHostile},
		{"too short", unit(6, 0), table, errHostile},
		{"version 5", []byte{8, 0, 0, 0, 5, 0, 1, 4, 0, 0, 0, 0}, table, nil},
		{"version 5, cut", []byte{7, 0, 0, 0, 5, 0, 1, 4, 0, 0, 0}, table, errHostile},
		{"64-bit", unit(0xffffffff, 0), table, errHostile},
		{"a table beyond the section", unit(7, 200), table, errHostile},
		{"a table without end", unit(7, 0), table[:6], errHostile},
		{"too many attributes", unit(7, 0), append(attributes, 0, 0, 0), errHostile},
		{"too many units", bytes.Repeat(unit(7, 0), maxUnits+1), table, errHostile},
	} {
		if err := guard(map[string][]byte{".debug_info": tc.info, ".debug_abbrev": tc.abbrevs}); err != tc.want {
			t.Errorf("%s: %v", tc.name, err)
		}
	}
	long := map[string][]byte{".debug_str": bytes.Repeat([]byte("x"), maxString+2), ".debug_ranges": make([]byte, maxRanges+1)}
	if err := guard(long); err != nil || long[".debug_str"] != nil || long[".debug_ranges"] != nil {
		t.Errorf("%v, %d sections are left", err, len(long))
	}
}

// FuzzFind reads arbitrary sections. The seeds are those of the guests.
func FuzzFind(f *testing.F) {
	for _, name := range guests {
		s, _ := sectionsOf(f, name)
		f.Add(s[".debug_abbrev"], s[".debug_info"], s[".debug_line"], s[".debug_str"], s[".debug_line_str"],
			s[".debug_ranges"], s[".debug_rnglists"], s[".debug_addr"], s[".debug_str_offsets"])
	}
	addresses := []uint64{1, 9, 20, 33, 50, 70, 1 << 20}
	f.Fuzz(func(t *testing.T, abbrev, info, line, str, lineStr, ranges, rnglists, addr, strOffsets []byte) {
		began := time.Now()
		got := Find(map[string][]byte{
			".debug_abbrev": abbrev, ".debug_info": info, ".debug_line": line, ".debug_str": str, ".debug_line_str": lineStr,
			".debug_ranges": ranges, ".debug_rnglists": rnglists, ".debug_addr": addr, ".debug_str_offsets": strOffsets,
		}, addresses)
		for a, lines := range got {
			if !slices.Contains(addresses, a) || len(lines) == 0 {
				t.Errorf("%#x: %+v", a, lines)
			}
		}
		if took := time.Since(began); took > time.Minute {
			t.Errorf("it took %v", took)
		}
	})
}

// TestFile reads the tables of files, also such as no compiler writes.
func TestFile(t *testing.T) {
	strs := map[string][]byte{".debug_str": []byte("\x00in str\x00"), ".debug_line_str": []byte("dir\x00a.c\x00")}
	for _, tc := range []struct {
		name    string
		version int
		names   string
		number  int64
		want    string
	}{
		{"directory of the compilation", 4, "\x00a.c\x00\x00\x00\x00\x00", 1, "/comp/a.c"},
		{"relative directory", 4, "inc\x00\x00a.c\x00\x01\x00\x00\x00", 1, "/comp/inc/a.c"},
		{"absolute directory", 4, "/inc\x00\x00a.c\x00\x01\x00\x00\x00", 1, "/inc/a.c"},
		{"absolute file", 4, "inc\x00\x00/a.c\x00\x01\x00\x00\x00", 1, "/a.c"},
		{"Windows", 4, "\x00C:\\a.c\x00\x00\x00\x00\x00", 1, "C:\\a.c"},
		{"second", 4, "\x00a\x00\x00\x00\x00b\x00\x00\x00\x00\x00", 2, "/comp/b"},
		{"no such file", 4, "\x00a\x00\x00\x00\x00\x00", 2, ""},
		{"no such directory", 4, "\x00a.c\x00\x05\x00\x00\x00", 1, "/comp/a.c"},
		{"file 0", 4, "\x00a\x00\x00\x00\x00\x00", 0, ""},
		{"negative", 4, "\x00a\x00\x00\x00\x00\x00", -1, ""},
		{"cut", 4, "inc", 1, ""},
		{"version 5", 5, "\x01\x01\x1f\x02\x00\x00\x00\x00\x04\x00\x00\x00\x02\x01\x1f\x02\x0b\x01\x04\x00\x00\x00\x00", 0, "/comp/dir/a.c"},
		{"in .debug_str", 5, "\x00\x00\x01\x01\x0e\x01\x01\x00\x00\x00", 0, "/comp/in str"},
		{"inline", 5, "\x00\x00\x03\x01\x08\x05\x1e\x04\x0f\x02a\x000123456789abcdef\x07b\x000123456789abcdef\x07", 1, "/comp/b"},
		{"count without parts", 5, "\x00\xff\xff\xff\xff\xff\xff\xff\xff\x7f\x00\xff\xff\xff\xff\x0f", 1 << 40, ""},
		{"count beyond the table", 5, "\x01\x01\x08\xff\xff\xff\xff\xff\xff\xff\xff\x7fa\x00", 1 << 40, ""},
		{"unknown form", 5, "\x01\x01\x77\x01a\x00", 0, ""},
	} {
		table := &lineTable{version: tc.version, names: []byte(tc.names), compDir: "/comp", sections: strs}
		if got := table.file(tc.number); got != tc.want {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		}
	}
}

// TestRows runs line programs of their own.
func TestRows(t *testing.T) {
	table := &lineTable{addressSize: 4, minLength: 1, lineBase: -1, lineRange: 4, opcodeBase: 14,
		lengths: []byte{0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1, 2}}
	set := func(address byte) string { return "\x00\x05\x02" + string([]byte{address, 0, 0, 0}) }
	const end = "\x00\x01\x01"
	for _, tc := range []struct {
		name, program string
		want          map[uint64]row
	}{
		{"nothing", "", map[uint64]row{}},
		{"copy", set(8) + "\x03\x04\x01\x02\x05" + end, map[uint64]row{10: {8, 1, 5}}},
		{"special", set(8) + "\x11\x1a" + end, map[uint64]row{10: {8, 1, 3}}}, // at 8 line 3, at 11 line 2
		{"the last row of an address counts", set(9) + "\x01\x03\x01\x01\x02\x05" + end, map[uint64]row{10: {9, 1, 2}}},
		{"const_add_pc and fixed_advance_pc", set(1) + "\x04\x02\x01\x08\x09\x01\x00\x01" + end, map[uint64]row{10: {1, 2, 1}}},
		{"a hole", set(8) + "\x01\x02\x01" + end + set(11) + "\x01\x02\x01" + end, map[uint64]row{}},
		{"removed code", set(0) + "\x01\x02\x20" + end, map[uint64]row{}},
		{"the nearest of several", set(2) + "\x01\x02\x20" + end + set(9) + "\x03\x06\x01\x02\x20" + end, map[uint64]row{10: {9, 1, 7}}},
		{"unknown opcode with two arguments", set(8) + "\x0d\xff\x01\x05\x01\x02\x20" + end, map[uint64]row{10: {8, 1, 1}}},
		{"cut", set(8) + "\x01\x02", map[uint64]row{}},
	} {
		table.program = []byte(tc.program)
		if diff := cmp.Diff(tc.want, table.rows([]uint64{10}), cmp.AllowUnexported(row{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.name, diff)
		}
	}
}
