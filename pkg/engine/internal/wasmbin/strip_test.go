package wasmbin

import (
	"bytes"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// section encodes a section.
func section(id ID, content ...byte) []byte {
	return append(AppendU32([]byte{byte(id)}, uint32(len(content))), content...)
}

func binaryOf(sections ...[]byte) []byte {
	b := []byte("\x00asm\x01\x00\x00\x00")
	for _, s := range sections {
		b = append(b, s...)
	}
	return b
}

func TestStripData(t *testing.T) {
	memory := section(SectionMemory, 1, 0, 1) // one page at least
	// Segments: "ab" at 3, nothing at 65536, "c" passive.
	ab := []byte{0, opI32Const, 3, opEnd, 2, 'a', 'b'}
	atEnd := []byte{0, opI32Const, 0x80, 0x80, 0x04, opEnd, 0}
	passive := []byte{1, 1, 'c'}
	data := func(n byte, segments ...[]byte) []byte {
		return section(SectionData, append([]byte{n}, bytes.Join(segments, nil)...)...)
	}
	tail := section(SectionCustom, 1, 'x')
	for _, tc := range []struct {
		name    string
		binary  []byte
		want    []byte // nil: not stripped
		initial []ActiveSegment
	}{
		{"active", binaryOf(memory, data(1, ab), tail), binaryOf(memory, data(0), tail), []ActiveSegment{{3, []byte("ab")}}},
		{"empty at the end of memory", binaryOf(memory, data(1, atEnd)), binaryOf(memory, data(0)), nil},
		{"no segments", binaryOf(memory, data(0)), binaryOf(memory, data(0)), nil},
		{"data count keeps the bytes", binaryOf(memory, section(SectionDataCount, 2), data(2, ab, passive)),
			binaryOf(memory, section(SectionDataCount, 2), data(2, []byte{1, 2, 'a', 'b'}, passive)), []ActiveSegment{{3, []byte("ab")}}},
		{"memory index", binaryOf(memory, data(1, append([]byte{2, 0}, ab[1:]...))), binaryOf(memory, data(0)), []ActiveSegment{{3, []byte("ab")}}},
		{"another memory", binaryOf(memory, data(1, append([]byte{2, 1}, ab[1:]...))), nil, nil},
		{"last byte", binaryOf(memory, data(1, []byte{0, opI32Const, 0xff, 0xff, 0x03, opEnd, 1, 'z'})),
			binaryOf(memory, data(0)), []ActiveSegment{{65535, []byte("z")}}},
		{"out of bounds", binaryOf(memory, data(1, []byte{0, opI32Const, 0xff, 0xff, 0x03, opEnd, 2, 'y', 'z'})), nil, nil},
		{"six bytes of a number", binaryOf(memory, data(1, []byte{0, opI32Const, 0x83, 0x80, 0x80, 0x80, 0x80, 0x00, opEnd, 1, 'z'})), nil, nil},
		{"more than 32 bits", binaryOf(memory, data(1, []byte{0, opI32Const, 0x83, 0x80, 0x80, 0x80, 0x10, opEnd, 1, 'z'})), nil, nil},
		{"negative", binaryOf(memory, data(1, []byte{0, opI32Const, 0x7f, opEnd, 1, 'z'})), nil, nil},
		{"empty out of bounds", binaryOf(memory, data(1, []byte{0, opI32Const, 0x81, 0x80, 0x04, opEnd, 0})), nil, nil},
		{"global offset", binaryOf(memory, data(1, []byte{0, opGlobalGet, 0, opEnd, 1, 'z'})), nil, nil},
		{"computed offset", binaryOf(memory, data(1, []byte{0, opI32Const, 1, opI32Const, 2, opI32Add, opEnd, 1, 'z'})), nil, nil},
		{"no data", binaryOf(memory), nil, nil},
		{"no memory", binaryOf(data(1, ab)), nil, nil},
		{"imported memory", binaryOf(section(SectionImport, 1, 1, 'm', 1, 'm', 2, 0, 1), memory, data(1, ab)), nil, nil},
		{"two memories", binaryOf(section(SectionMemory, 2, 0, 1, 0, 1), data(1, ab)), nil, nil},
		{"shared memory", binaryOf(section(SectionMemory, 1, 3, 1, 1), data(1, ab)), nil, nil},
		{"64-bit memory", binaryOf(section(SectionMemory, 1, 4, 1), data(1, ab)), nil, nil},
		{"two data sections", binaryOf(memory, data(1, ab), data(1, ab)), nil, nil},
		{"bytes after the segments", binaryOf(memory, data(1, ab, []byte{0})), nil, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			edit, initial, ok := parse(t, tc.binary).StripData()
			var got []byte
			var segments []ActiveSegment
			if ok {
				got, segments = Apply(tc.binary, edit), slices.Collect(initial)
			}
			if ok != (tc.want != nil) || !bytes.Equal(got, tc.want) {
				t.Fatalf("got % x, %v; want % x", got, ok, tc.want)
			}
			if diff := cmp.Diff(tc.initial, segments); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func parse(t *testing.T, binary []byte) *Module {
	t.Helper()
	m, err := Parse(binary)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func FuzzStrip(f *testing.F) {
	memory := section(SectionMemory, 1, 0, 1)
	f.Add(binaryOf(memory, section(SectionData, 1, 0, opI32Const, 3, opEnd, 2, 'a', 'b')))
	f.Add(binaryOf(memory, section(SectionDataCount, 1), section(SectionData, 1, 1, 1, 'c')))
	f.Add(binaryOf(section(SectionMemory, 1, 3, 1, 1), section(SectionData, 0)))
	f.Fuzz(func(t *testing.T, binary []byte) {
		m, err := Parse(binary)
		if err != nil {
			return
		}
		edit, initial, ok := m.StripData()
		if !ok {
			return
		}
		stripped := Apply(binary, edit)
		again, err := Parse(stripped)
		if err != nil {
			t.Fatalf("stripped: %v", err)
		}
		if len(stripped) > len(binary)+8 { // the edit may encode a number differently
			t.Errorf("%d bytes became %d", len(binary), len(stripped))
		}
		for s := range initial {
			if s.Offset+uint64(len(s.Bytes)) > 1<<32 {
				t.Errorf("a segment beyond any memory: %d bytes at %d", len(s.Bytes), s.Offset)
			}
		}
		// Stripping is idempotent.
		edit, initial, ok = again.StripData()
		if !ok {
			t.Fatal("stripped once, but not twice")
		}
		if rest := slices.Collect(initial); len(rest) > 0 || !bytes.Equal(Apply(stripped, edit), stripped) {
			t.Errorf("a second time: %v", rest)
		}
	})
}
