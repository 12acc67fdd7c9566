package wasmbin

import (
	"bytes"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestShareReferences(t *testing.T) {
	const null, funcRef = 0x70, 0x70
	declare := section(SectionElement, 1, 3, 0, 2, 0, 1)
	one := []byte{0, opRefFunc, 0, opDrop}
	replaced := []byte{0, opGlobalGet, 0, opDrop}
	global := func(function byte) []byte { return []byte{funcRef, 0, opRefFunc, function, opEnd} }
	with := func(sections [][]byte, at int, more ...[]byte) []byte {
		return binaryOf(slices.Insert(slices.Clone(sections), at, more...)...)
	}
	globals := section(SectionGlobal, 1, 0x7f, 0, opI32Const, 7, opEnd)
	// 128 bytes of code, with their end and without locals: the size takes two bytes as soon as it grows.
	long := slices.Concat([]byte{0, opRefFunc, 0, opDrop}, bytes.Repeat([]byte{1}, 122))
	many := section(SectionGlobal, vector(200, 0x7f, 0, opI32Const, 7, opEnd)...)
	for _, tc := range []struct {
		name         string
		binary, want []byte
	}{
		{"none", with(functions([]byte{0}), 2, declare), with(functions([]byte{0}), 2, declare)},
		{"a new section of globals", with(functions(one), 2, declare),
			with(functions(replaced), 2, section(SectionGlobal, append([]byte{1}, global(0)...)...), declare)},
		{"a section of globals", with(functions(one), 2, globals, declare),
			with(functions([]byte{0, opGlobalGet, 1, opDrop}), 2, section(SectionGlobal, slices.Concat([]byte{2, 0x7f, 0, opI32Const, 7, opEnd}, global(0))...), declare)},
		{"two functions, three references", with(functions([]byte{0, opRefFunc, 1, opDrop}, []byte{0}, slices.Concat([]byte{0}, one[1:], []byte{opRefFunc, 1, opDrop})), 2, declare),
			with(functions([]byte{0, opGlobalGet, 0, opDrop}, []byte{0}, []byte{0, opGlobalGet, 1, opDrop, opGlobalGet, 0, opDrop}), 2,
				section(SectionGlobal, slices.Concat([]byte{2}, global(1), global(0))...), declare)},
		{"not declared", binaryOf(functions(one)...), binaryOf(functions(one)...)},
		{"one of two declared", with(functions([]byte{0, opRefFunc, 9, opDrop, opRefFunc, 0, opDrop}), 2, declare),
			with(functions([]byte{0, opRefFunc, 9, opDrop, opGlobalGet, 0, opDrop}), 2, section(SectionGlobal, append([]byte{1}, global(0)...)...), declare)},
		{"declared by an export", with(functions(one), 2, section(SectionExport, 1, 1, 'f', 0, 0)),
			with(functions(replaced), 2, section(SectionGlobal, append([]byte{1}, global(0)...)...), section(SectionExport, 1, 1, 'f', 0, 0))},
		{"declared by a global", with(functions(one), 2, section(SectionGlobal, append([]byte{1}, global(0)...)...)),
			with(functions([]byte{0, opGlobalGet, 1, opDrop}), 2, section(SectionGlobal, slices.Concat([]byte{2}, global(0), global(0))...))},
		{"declared by an expression", with(functions(one), 2, section(SectionElement, 1, 5, funcRef, 2, opRefNull, null, opEnd, opRefFunc, 0, opEnd)),
			with(functions(replaced), 2, section(SectionGlobal, append([]byte{1}, global(0)...)...), section(SectionElement, 1, 5, funcRef, 2, opRefNull, null, opEnd, opRefFunc, 0, opEnd))},
		{"a body that grows", with(functions(long), 2, many, declare),
			with(functions(slices.Concat([]byte{0, opGlobalGet, 0xc8, 0x01, opDrop}, bytes.Repeat([]byte{1}, 122))), 2,
				section(SectionGlobal, slices.Concat(AppendU32(nil, 201), bytes.Repeat([]byte{0x7f, 0, opI32Const, 7, opEnd}, 200), global(0))...), declare)},
	} {
		m := parse(t, tc.binary)
		code, err := m.CheckLimits(true)
		if err != nil {
			t.Fatalf("%s: %v", tc.name, err)
		}
		outside, inside, err := m.ShareReferences(code)
		if err != nil {
			t.Fatalf("%s: %v", tc.name, err)
		}
		if diff := cmp.Diff(tc.want, Apply(m.Binary, slices.Concat(inside, outside)...)); diff != "" {
			t.Errorf("%s: %s", tc.name, diff)
		}
		checkReferences(t, m, code)
	}
}

// checkReferences checks that a module with shared references can be read, and
// has no reference left that could be shared.
func checkReferences(t *testing.T, m *Module, code Code) {
	outside, inside, err := m.ShareReferences(code)
	if err != nil {
		return // a section cannot be read
	}
	if len(outside) == 0 != (len(inside) == 0) {
		t.Fatalf("%d edits outside of the code, and %d inside", len(outside), len(inside))
	}
	again := parse(t, Apply(m.Binary, slices.Concat(outside, inside)...))
	left, err := again.CheckLimits(true)
	if err != nil {
		t.Fatalf("after the edits: %v", err)
	}
	declared, err := again.declaredFunctions()
	if err != nil {
		return // as above, in a module without references
	}
	for _, r := range left.references {
		if declared[r.function] {
			t.Errorf("function %d is still referred to at %#x", r.function, r.from)
		}
	}
	if again.Functions != m.Functions || len(again.Imports) != len(m.Imports) {
		t.Errorf("%d functions and %d imports became %d and %d", m.Functions, len(m.Imports), again.Functions, len(again.Imports))
	}
}
