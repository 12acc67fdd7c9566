package wasmbin

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const header = "\x00asm\x01\x00\x00\x00"

func TestCheckHeader(t *testing.T) {
	for _, tc := range []struct {
		data string
		want error
	}{
		{header, nil},
		{header + "rest", nil},
		{"", ErrNotWasm},
		{"\x00asn", ErrNotWasm},
		{"\x00a", ErrTruncated},
		{header[:7], ErrTruncated},
		{"\x00asm\x0d\x00\x01\x00", ErrComponent},
		{"\x00asm\x0a\x00\x01\x00", ErrComponent},
		{"\x00asm\x02\x00\x00\x00", ErrVersion},
	} {
		if err := checkHeader([]byte(tc.data)); !errors.Is(err, tc.want) {
			t.Errorf("%q: %v, want %v", tc.data, err, tc.want)
		}
	}
}

func TestParse(t *testing.T) {
	section := func(id ID, content string) string { return string([]byte{byte(id), byte(len(content))}) + content }
	for _, tc := range []struct {
		name, sections string
		want           Module
		err            string
	}{
		{"empty", "", Module{}, ""},
		{"imports", section(SectionImport, "\x06"+
			"\x01a\x01f\x00\x05"+
			"\x01a\x01t\x01\x70\x01\x02\x03"+
			"\x01a\x01m\x02\x03\x01\x80\x02"+
			"\x01a\x01g\x03\x7f\x01"+
			"\x01a\x01r\x03\x64\x70\x00"+
			"\x01a\x01e\x04\x00\x07"),
			Module{Imports: []ImportEntry{
				{"a", "f", ImportFunction, 5}, {"a", "t", ImportTable, 0}, {"a", "m", ImportMemory, 0},
				{"a", "g", ImportGlobal, 0}, {"a", "r", ImportGlobal, 0}, {"a", "e", ImportTag, 7},
			}}, ""},
		{"functions", section(SectionFunction, "\x03\x00\x00\x00"), Module{Functions: 3}, ""},
		{"memories", section(SectionMemory, "\x03\x00\x02\x01\x01\x05\x04\x80\x80\x04"),
			Module{Memories: []Limits{{Min: 2}, {Min: 1, Max: 5, HasMax: true}, {Min: 1 << 16, Wide: true}}}, ""},
		{"data", section(SectionData, "\x04"+
			"\x00\x41\x10\x0b\x03abc"+
			"\x01\x02de"+
			"\x02\x00\x23\x01\x41\x04\x6a\x0b\x01f"+
			"\x00\x44\x00\x00\x00\x00\x00\x00\x00\x00\x43\x00\x00\x00\x00\x42\x7f\xd2\x01\xfd\x0c0123456789abcdef\x0b\x00"),
			Module{DataBytes: 6}, ""},
		{"section past the end", "\x03\x10\x01", Module{}, "function section at offset 0x8: unexpected end"},
		{"size of too many bits", "\x03\xff\xff\xff\xff\x1f", Module{}, "more than 32 bits"},
		{"vector past the end", section(SectionImport, "\xff\xff\x03"), Module{}, "import section: unexpected end"},
		{"name past the end", section(SectionImport, "\x01\x7fa"), Module{}, "import section: unexpected end"},
		{"kind of import", section(SectionImport, "\x01\x01a\x01b\x09"), Module{}, "unknown kind of import 9"},
		{"limits", section(SectionMemory, "\x01\x08\x00"), Module{}, "unknown limits"},
		{"mode of segment", section(SectionData, "\x01\x05"), Module{}, "data section: segment 0: at offset 0xc: unknown mode 5"},
		{"expression", section(SectionData, "\x01\x00\x20\x00\x0b\x00"), Module{}, "instruction 0x20 is not constant"},
		{"vector instruction", section(SectionData, "\x01\x00\xfd\x0d\x0b\x00"), Module{}, "vector instruction 13 is not constant"},
		{"endless expression", section(SectionData, "\x01\x00\x41\x00"), Module{}, "data section: segment 0: unexpected end"},
		{"segment past the end", section(SectionData, "\x01\x01\x09ab"), Module{}, "data section: segment 0: unexpected end"},
	} {
		got, err := Parse([]byte(header + tc.sections))
		if tc.err == "" {
			if err != nil {
				t.Errorf("%s: %v", tc.name, err)
				continue
			}
			if diff := cmp.Diff(tc.want, *got, cmpopts.IgnoreFields(Module{}, "Binary", "Sections"), cmpopts.IgnoreUnexported(Module{})); diff != "" {
				t.Errorf("%s:\n%s", tc.name, diff)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), tc.err) {
			t.Errorf("%s: error %v, want %q", tc.name, err, tc.err)
		}
	}
}

func TestNumbers(t *testing.T) {
	for _, tc := range []struct {
		bytes string
		u32   uint32
		s64   int64
		ok    bool // as an u32; all are numbers of 64 bits
	}{
		{"\x00", 0, 0, true},
		{"\x3f", 63, 63, true},
		{"\x40", 64, -64, true},
		{"\x7f", 127, -1, true},
		{"\x80\x01", 128, 128, true},
		{"\xff\xff\xff\xff\x0f", 1<<32 - 1, 1<<32 - 1, true},
		{"\xff\xff\xff\xff\x1f", 0, 1<<33 - 1, false},
		{"\x80\x80\x80\x80\x78", 0, -1 << 31, false},
		{"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x7f", 0, -1 << 63, false},
		{"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00", 0, 1<<63 - 1, false},
	} {
		r := reader{data: []byte(tc.bytes)}
		if v := r.u32(); v != tc.u32 || r.err == nil != tc.ok {
			t.Errorf("%x: %d, %v; want %d", tc.bytes, v, r.err, tc.u32)
		}
		r = reader{data: []byte(tc.bytes)}
		if v := r.s64(); v != tc.s64 || r.err != nil {
			t.Errorf("%x: %d, %v; want %d", tc.bytes, v, r.err, tc.s64)
		}
	}
}

func TestI32Const(t *testing.T) {
	for _, tc := range []struct {
		expression string
		want       int32
		ok         bool
	}{
		{"\x41\x10", 16, true},
		{"\x41\x7f", -1, true},
		{"\x41\x10\x41\x01\x6a", 16, false},
		{"\x23\x00", 0, false},
		{"\x41\x80\x80\x80\x80\x10", 0, false},
		{"\x41", 0, false},
		{"", 0, false},
	} {
		if v, ok := I32Const([]byte(tc.expression)); ok != tc.ok || ok && v != tc.want {
			t.Errorf("%x: %d, %v", tc.expression, v, ok)
		}
	}
}

// guests returns testdata's modules.
func guests(t testing.TB) map[string][]byte {
	paths, err := filepath.Glob(filepath.Join("..", "..", "..", "..", "testdata", "*", "*.wasm"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no guests: %v", err)
	}
	binaries := make(map[string][]byte)
	for _, p := range paths {
		if binaries[p], err = os.ReadFile(p); err != nil {
			t.Fatal(err)
		}
	}
	return binaries
}

func TestGuests(t *testing.T) {
	plain := 0
	for path, binary := range guests(t) {
		m, err := Parse(binary)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		end := HeaderSize
		for _, s := range m.Sections {
			if s.Header != end || len(s.Content(binary)) != s.Size {
				t.Errorf("%s: %+v does not follow offset %d", path, s, end)
			}
			end = s.End()
		}
		if end != len(binary) || m.Functions == 0 {
			t.Errorf("%s: sections end at %d of %d; %d functions", path, end, len(binary), m.Functions)
		}
		if err := readAll(m); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		plain += comparePlainSegments(t, m)
	}
	if plain < 10 {
		t.Errorf("%d plain segments in all guests", plain)
	}
}

// readAll reads the parts that Parse leaves for later, and compares them.
func readAll(m *Module) error {
	types, err1 := m.Types()
	indices, err2 := m.TypeIndices()
	_, err3 := m.Tables()
	_, err4 := m.Globals()
	_, err5 := m.Exports()
	_, err6 := m.Elements()
	_, _, err7 := m.Start()
	err := errors.Join(err1, err2, err3, err4, err5, err6, err7)
	var bodies uint32
	for _, bodyErr := range m.FunctionBodies() {
		if bodyErr != nil {
			return errors.Join(err, bodyErr)
		}
		bodies++
	}
	m.DropNames()
	switch {
	case err != nil:
		return err
	case bodies != m.Functions || len(indices) != int(m.Functions):
		return fmt.Errorf("%d functions, %d type indices, %d bodies", m.Functions, len(indices), bodies)
	}
	for _, i := range indices {
		if int(i) >= len(types) {
			return fmt.Errorf("type %d of %d", i, len(types))
		}
	}
	return nil
}

// comparePlainSegments reads each data segment with both readers, and compares
// the results of Parse with those of the iterator.
func comparePlainSegments(t *testing.T, m *Module) (plain int) {
	section, _ := m.Section(SectionData)
	content := section.Content(m.Binary)
	r := section.reader(m.Binary)
	r.count()
	i := 0
	for segment := range m.DataSegments() {
		quick, ok := plainSegment(content, uint32(r.pos-section.Offset))
		slow := r.dataSegment(section.Offset)
		address, constant := segment.Address()
		kept := m.data.all[i]
		if r.err != nil || constant && uint64(kept.address) != address {
			t.Fatalf("segment %d: %v, address %d; kept %+v", i, r.err, address, kept)
		}
		slow.address = kept.address
		if ok {
			plain++
			if quick != slow {
				t.Fatalf("segment %d: %+v, want %+v", i, quick, slow)
			}
		}
		if kept != slow {
			t.Fatalf("segment %d: kept %+v, want %+v", i, kept, slow)
		}
		i++
	}
	return plain
}

// FuzzRead looks for bytes that make the reader panic, or report more than
// there is.
func FuzzRead(f *testing.F) {
	for _, binary := range guests(f) {
		f.Add(binary[:min(len(binary), 2000)])
	}
	f.Add([]byte(header + "\x0b\x06\x01\x00\x41\x00\x0b\x00"))
	f.Fuzz(func(t *testing.T, binary []byte) {
		m, err := Parse(binary)
		if err != nil {
			return
		}
		if m.DataBytes > uint64(len(binary)) || len(m.Imports) > len(binary) || len(m.Memories) > len(binary) {
			t.Errorf("%d bytes hold %d bytes of data, %d imports, %d memories", len(binary), m.DataBytes, len(m.Imports), len(m.Memories))
		}
		_ = readAll(m)
		comparePlainSegments(t, m)
	})
}
