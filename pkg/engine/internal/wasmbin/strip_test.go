package wasmbin

import (
	"bytes"
	"slices"
	"testing"
)

// section encodes a section.
func section(id ID, content ...byte) []byte {
	return append(appendU32([]byte{byte(id)}, uint32(len(content))), content...)
}

func binaryOf(sections ...[]byte) []byte {
	b := []byte("\x00asm\x01\x00\x00\x00")
	for _, s := range sections {
		b = append(b, s...)
	}
	return b
}

func TestStrip(t *testing.T) {
	memory := section(Memory, 1, 0, 1) // one page at least
	// Segments: "ab" at 3, nothing at 65536, "c" passive.
	ab := []byte{0, opI32Const, 3, opEnd, 2, 'a', 'b'}
	atEnd := []byte{0, opI32Const, 0x80, 0x80, 0x04, opEnd, 0}
	passive := []byte{1, 1, 'c'}
	data := func(n byte, segments ...[]byte) []byte {
		return section(Data, append([]byte{n}, bytes.Join(segments, nil)...)...)
	}
	tail := section(Custom, 1, 'x')
	for _, tc := range []struct {
		name   string
		binary []byte
		want   []byte // nil: not stripped
		placed []Placed
	}{
		{"active", binaryOf(memory, data(1, ab), tail), binaryOf(memory, data(0), tail), []Placed{{3, []byte("ab")}}},
		{"empty at the end of memory", binaryOf(memory, data(1, atEnd)), binaryOf(memory, data(0)), nil},
		{"no segments", binaryOf(memory, data(0)), binaryOf(memory, data(0)), nil},
		{"data count keeps the bytes", binaryOf(memory, section(DataCount, 2), data(2, ab, passive)),
			binaryOf(memory, section(DataCount, 2), data(2, []byte{1, 2, 'a', 'b'}, passive)), []Placed{{3, []byte("ab")}}},
		{"memory index", binaryOf(memory, data(1, append([]byte{2, 0}, ab[1:]...))), binaryOf(memory, data(0)), []Placed{{3, []byte("ab")}}},
		{"another memory", binaryOf(memory, data(1, append([]byte{2, 1}, ab[1:]...))), nil, nil},
		{"last byte", binaryOf(memory, data(1, []byte{0, opI32Const, 0xff, 0xff, 0x03, opEnd, 1, 'z'})),
			binaryOf(memory, data(0)), []Placed{{65535, []byte("z")}}},
		{"out of bounds", binaryOf(memory, data(1, []byte{0, opI32Const, 0xff, 0xff, 0x03, opEnd, 2, 'y', 'z'})), nil, nil},
		{"six bytes of a number", binaryOf(memory, data(1, []byte{0, opI32Const, 0x83, 0x80, 0x80, 0x80, 0x80, 0x00, opEnd, 1, 'z'})), nil, nil},
		{"more than 32 bits", binaryOf(memory, data(1, []byte{0, opI32Const, 0x83, 0x80, 0x80, 0x80, 0x10, opEnd, 1, 'z'})), nil, nil},
		{"negative", binaryOf(memory, data(1, []byte{0, opI32Const, 0x7f, opEnd, 1, 'z'})), nil, nil},
		{"empty out of bounds", binaryOf(memory, data(1, []byte{0, opI32Const, 0x81, 0x80, 0x04, opEnd, 0})), nil, nil},
		{"global offset", binaryOf(memory, data(1, []byte{0, opGlobalGet, 0, opEnd, 1, 'z'})), nil, nil},
		{"no data", binaryOf(memory), nil, nil},
		{"no memory", binaryOf(data(1, ab)), nil, nil},
		{"imported memory", binaryOf(section(Import, 1, 1, 'm', 1, 'm', 2, 0, 1), memory, data(1, ab)), nil, nil},
		{"two memories", binaryOf(section(Memory, 2, 0, 1, 0, 1), data(1, ab)), nil, nil},
		{"shared memory", binaryOf(section(Memory, 1, 3, 1, 1), data(1, ab)), nil, nil},
		{"64-bit memory", binaryOf(section(Memory, 1, 4, 1), data(1, ab)), nil, nil},
		{"two data sections", binaryOf(memory, data(1, ab), data(1, ab)), nil, nil},
		{"bytes after the segments", binaryOf(memory, data(1, ab, []byte{0})), nil, nil},
		{"truncated", binaryOf(memory, data(1, ab))[:20], nil, nil},
		{"not wasm", []byte("hello"), nil, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			edit, initial, ok := Strip(tc.binary)
			var got []byte
			var placed []Placed
			if ok {
				got, placed = Apply(tc.binary, edit), slices.Collect(initial)
			}
			if ok != (tc.want != nil) || !bytes.Equal(got, tc.want) {
				t.Fatalf("got % x, %v; want % x", got, ok, tc.want)
			}
			if len(placed) != len(tc.placed) {
				t.Fatalf("placed %v, want %v", placed, tc.placed)
			}
			for i, p := range placed {
				if p.Offset != tc.placed[i].Offset || !bytes.Equal(p.Bytes, tc.placed[i].Bytes) {
					t.Errorf("placed %v, want %v", p, tc.placed[i])
				}
			}
		})
	}
}

func FuzzStrip(f *testing.F) {
	memory := section(Memory, 1, 0, 1)
	f.Add(binaryOf(memory, section(Data, 1, 0, opI32Const, 3, opEnd, 2, 'a', 'b')))
	f.Add(binaryOf(memory, section(DataCount, 1), section(Data, 1, 1, 1, 'c')))
	f.Add(binaryOf(section(Memory, 1, 3, 1, 1), section(Data, 0)))
	f.Fuzz(func(t *testing.T, binary []byte) {
		edit, placed, ok := Strip(binary)
		if !ok {
			return
		}
		stripped := Apply(binary, edit)
		if _, err := Read(binary); err == nil {
			if _, err := Read(stripped); err != nil {
				t.Errorf("stripped: %v", err)
			}
		}
		if len(stripped) > len(binary)+8 { // a count may be spelt shorter or longer
			t.Errorf("%d bytes became %d", len(binary), len(stripped))
		}
		for p := range placed {
			if p.Offset+uint64(len(p.Bytes)) > 1<<32 {
				t.Errorf("placed beyond any memory: %d bytes at %d", len(p.Bytes), p.Offset)
			}
		}
		// What has no active segments is left as it is, but for its spelling.
		again, rest, ok := Strip(stripped)
		if ok && (len(slices.Collect(rest)) > 0 || !bytes.Equal(Apply(stripped, again), stripped)) {
			t.Errorf("a second time: %v", slices.Collect(rest))
		}
	})
}
