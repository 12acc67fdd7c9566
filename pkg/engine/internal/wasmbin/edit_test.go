package wasmbin

import (
	"bytes"
	"testing"
)

func TestApply(t *testing.T) {
	binary := []byte("0123456789")
	for _, tc := range []struct {
		edits []Edit
		want  string
	}{
		{nil, "0123456789"},
		{[]Edit{{3, 5, nil}}, "01256789"},
		{[]Edit{{3, 3, []byte("ab")}}, "012ab3456789"},
		{[]Edit{{10, 10, []byte("end")}, {0, 1, []byte("begin")}}, "begin123456789end"},
		{[]Edit{{5, 9, []byte("x")}, {2, 5, []byte("y")}}, "01yx9"},
	} {
		if got := Apply(binary, tc.edits...); string(got) != tc.want {
			t.Errorf("%v: %q, want %q", tc.edits, got, tc.want)
		}
	}
	if string(binary) != "0123456789" {
		t.Errorf("the binary became %q", binary)
	}
}

func TestHollow(t *testing.T) {
	types, functions := section(Type, 1, 0x60, 0, 0), section(Function, 2, 0, 0)
	code := section(Code, 2, 3, 0, 1, opEnd, 5, 1, 1, 0x7f, 1, opEnd)
	traps := section(Code, 2, 3, 0, 0, opEnd, 3, 0, 0, opEnd)
	data, key := section(Data, 0), section(Custom, 1, 'n', 7, 8)
	for _, tc := range []struct {
		name         string
		binary, want []byte // nil: it cannot be read
	}{
		{"functions", binaryOf(types, functions, code, data), binaryOf(types, functions, traps, data, key)},
		{"no code", binaryOf(types), binaryOf(types, key)},
		{"no functions", binaryOf(section(Code, 0)), binaryOf(section(Code, 0), key)},
		{"more than there is room for", binaryOf(section(Code, 9, 3, 0, 1, opEnd)), nil},
		{"truncated", binaryOf(types, functions, code)[:20], nil},
		{"not wasm", []byte("hello"), nil},
	} {
		edits := Hollow(tc.binary, "n", []byte{7, 8})
		if tc.want == nil {
			if edits != nil {
				t.Errorf("%s: %v", tc.name, edits)
			}
			continue
		}
		if got := Apply(tc.binary, edits...); !bytes.Equal(got, tc.want) {
			t.Errorf("%s: got % x, want % x", tc.name, got, tc.want)
		}
	}
}

// FuzzHollow wants the hollow of what can be read to say the same of itself.
func FuzzHollow(f *testing.F) {
	memory := section(Memory, 1, 0, 1)
	f.Add(binaryOf(section(Type, 1, 0x60, 0, 0), section(Function, 1, 0), memory, section(Code, 1, 3, 0, 0, opEnd),
		section(Data, 1, 0, opI32Const, 3, opEnd, 2, 'a', 'b')))
	f.Add(binaryOf(section(Code, 0), section(Code, 0)))
	f.Fuzz(func(t *testing.T, binary []byte) {
		edits := Hollow(binary, "name", []byte("key"))
		if strip, _, ok := Strip(binary); ok {
			edits = append(edits, strip)
		}
		before, err := Read(binary)
		if err != nil {
			return
		}
		after, err := Read(Apply(binary, edits...))
		if err != nil {
			t.Fatalf("hollow: %v", err)
		}
		if after.Functions != before.Functions || len(after.Imports) != len(before.Imports) || len(after.Memories) != len(before.Memories) {
			t.Errorf("%+v became %+v", before, after)
		}
	})
}
