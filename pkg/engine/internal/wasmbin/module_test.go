package wasmbin

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestSectionsOnDemand reads each section that Parse leaves.
func TestSectionsOnDemand(t *testing.T) {
	i32, funcRef := ValueType{Kind: 0x7f}, ValueType{Kind: 0x70}
	types := func(m *Module) (any, error) { return m.Types() }
	indices := func(m *Module) (any, error) { return m.TypeIndices() }
	tables := func(m *Module) (any, error) { return m.Tables() }
	globals := func(m *Module) (any, error) { return m.Globals() }
	exports := func(m *Module) (any, error) { return m.Exports() }
	elements := func(m *Module) (any, error) { return m.Elements() }
	start := func(m *Module) (any, error) {
		index, ok, err := m.Start()
		return []any{index, ok}, err
	}
	names := func(m *Module) (any, error) {
		_, names := m.DropNames()
		return names.Functions(0, 1, 2, 3, 4, 5), nil
	}
	bodies := func(m *Module) (any, error) {
		var all []FunctionBody
		for b, err := range m.FunctionBodies() {
			if err != nil {
				return nil, err
			}
			all = append(all, b)
		}
		return all, nil
	}
	importedFunction := section(SectionImport, 1, 1, 'a', 1, 'f', 0, 0)
	for _, tc := range []struct {
		name   string
		binary []byte
		get    func(*Module) (any, error)
		want   any
		err    string
	}{
		{"types", binaryOf(section(SectionType, 2, 0x60, 1, 0x7f, 2, 0x64, 0x70, 0x7f, 0x60, 0, 0)), types,
			[]FunctionType{{[]ValueType{i32}, []ValueType{{0x64, -16}, i32}}, {}}, ""},
		{"recursive types", binaryOf(section(SectionType, 3, 0x60, 0, 0, 0x4e, 2, 0x60, 1, 0x63, 2, 0, 0x60, 1, 0x7f, 0, 0x60, 0, 0)), types,
			[]FunctionType{{}, {Params: []ValueType{{0x63, 2}}}, {Params: []ValueType{i32}}, {}}, ""},
		{"recursive types past the end", binaryOf(section(SectionType, 1, 0x4e, 9, 0x60)), types, nil, "type section: unexpected end"},
		{"no types", binaryOf(), types, []FunctionType(nil), ""},
		{"struct type", binaryOf(section(SectionType, 1, 0x5f, 0)), types, nil, "type section: at offset 0xc: unknown form of type 0x5f"},
		{"type indices", binaryOf(section(SectionFunction, 2, 1, 0)), indices, []uint32{1, 0}, ""},
		{"tables", binaryOf(section(SectionTable, 2, 0x70, 0, 5, 0x40, 0, 0x70, 1, 1, 2, opRefNull, 0x70, opEnd)), tables,
			[]Table{{Type: funcRef, Limits: Limits{Min: 5}}, {funcRef, Limits{Min: 1, Max: 2, HasMax: true}, []byte{opRefNull, 0x70}}}, ""},
		{"globals", binaryOf(section(SectionGlobal, 1, 0x7f, 1, opI32Const, 4, opEnd)), globals,
			[]Global{{i32, true, []byte{opI32Const, 4}}}, ""},
		{"exports", binaryOf(section(SectionExport, 2, 1, 'f', 0, 3, 1, 'm', 2, 0)), exports,
			[]Export{{"f", ImportFunction, 3}, {"m", ImportMemory, 0}}, ""},
		{"export past the end", binaryOf(section(SectionExport, 1, 9, 'f')), exports, nil, "export section: unexpected end"},
		{"start", binaryOf(section(SectionStart, 7)), start, []any{uint32(7), true}, ""},
		{"no start", binaryOf(), start, []any{uint32(0), false}, ""},
		{"elements", binaryOf(section(SectionElement, 6,
			0, opI32Const, 1, opEnd, 2, 5, 6,
			1, 0, 1, 7,
			2, 3, opI32Const, 2, opEnd, 0, 1, 8,
			3, 0, 1, 9,
			5, 0x70, 1, opRefFunc, 4, opEnd,
			6, 1, opI32Const, 3, opEnd, 0x70, 1, opRefNull, 0x70, opEnd)), elements,
			[]ElementSegment{
				{Type: funcRef, Offset: []byte{opI32Const, 1}, Functions: []uint32{5, 6}},
				{Mode: ElementPassive, Type: funcRef, Functions: []uint32{7}},
				{Table: 3, Type: funcRef, Offset: []byte{opI32Const, 2}, Functions: []uint32{8}},
				{Mode: ElementDeclarative, Type: funcRef, Functions: []uint32{9}},
				{Mode: ElementPassive, Type: funcRef, Expressions: [][]byte{{opRefFunc, 4}}},
				{Table: 1, Type: funcRef, Offset: []byte{opI32Const, 3}, Expressions: [][]byte{{opRefNull, 0x70}}},
			}, ""},
		{"kind of element segment", binaryOf(section(SectionElement, 1, 8)), elements, nil, "unknown kind of element segment 8"},
		{"bodies", binaryOf(importedFunction, section(SectionCode, 2, 2, 0, opEnd, 3, 0, 1, opEnd)), bodies,
			[]FunctionBody{{1, 21, 2}, {2, 24, 3}}, ""},
		{"body past the end", binaryOf(section(SectionCode, 1, 9, 0)), bodies, nil, "code section: function 0: unexpected end"},
		{"names", binaryOf(section(SectionCustom, 4, 'n', 'a', 'm', 'e', 0, 2, 1, 'm', 1, 7, 2, 0, 1, 'a', 3, 1, 'b')), names,
			map[uint32]string{0: "a", 3: "b"}, ""},
		{"broken names", binaryOf(section(SectionCustom, 4, 'n', 'a', 'm', 'e', 1, 5, 2, 0, 1, 'a', 3)), names,
			map[uint32]string{0: "a"}, ""},
	} {
		got, err := tc.get(parse(t, tc.binary))
		if tc.err != "" {
			if err == nil || !strings.Contains(err.Error(), tc.err) {
				t.Errorf("%s: error %v, want %q", tc.name, err, tc.err)
			}
			continue
		}
		if diff := cmp.Diff(tc.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", tc.name, err, diff)
		}
	}
}
