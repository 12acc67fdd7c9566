package wasmbin

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// newComponent returns a component with sections of the given id and content, in
// turn.
func newComponent(sections ...any) []byte {
	b := append(bytes.Clone(magic), component...)
	for i := 0; i < len(sections); i += 2 {
		b = AppendSection(b, ID(sections[i].(int)), sections[i+1].([]byte))
	}
	return b
}

func TestCoreModules(t *testing.T) {
	one, two := []byte("\x00asm\x01\x00\x00\x00"), []byte("\x00asm\x01\x00\x00\x00\x00\x02\x01x")
	cut := newComponent(componentCoreModule, one, componentCoreModule, two)
	deep := newComponent(componentCoreModule, one)
	for range maxNesting {
		deep = newComponent(componentNested, deep)
	}
	for _, tc := range []struct {
		name   string
		binary []byte
		want   [][]byte
	}{
		{"none", newComponent(), nil},
		{"a core module is none", one, nil},
		{"empty", nil, nil},
		{"two", newComponent(componentCoreModule, one, 7, []byte{0}, componentCoreModule, two), [][]byte{one, two}},
		{"nested", newComponent(componentNested, newComponent(componentCoreModule, two), componentCoreModule, one), [][]byte{two, one}},
		{"cut", cut[:len(cut)-1], [][]byte{one}},
		{"too deep", deep, nil},
		{"a module in place of a component", newComponent(componentNested, one), nil},
	} {
		if diff := cmp.Diff(tc.want, CoreModules(tc.binary)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.name, diff)
		}
	}
}

// FuzzCoreModules: modules are parts of the component, in order and without
// overlap.
func FuzzCoreModules(f *testing.F) {
	f.Add(newComponent(componentCoreModule, []byte("\x00asm\x01\x00\x00\x00")))
	f.Add(newComponent(componentNested, newComponent(componentCoreModule, []byte{}), componentCoreModule, []byte("x")))
	f.Add([]byte("\x00asm\x0d\x00\x01\x00\x01\xff\xff\xff\xff\x0f"))
	f.Fuzz(func(t *testing.T, binary []byte) {
		rest := binary
		for _, m := range CoreModules(binary) {
			at := cap(binary) - cap(m) // a part of binary has the rest of its capacity
			if len(m) > 0 && (at < len(binary)-len(rest) || &binary[at] != &m[0]) {
				t.Fatalf("a module at %d, after %d", at, len(binary)-len(rest))
			}
			if len(m) > 0 {
				rest = binary[at+len(m):]
			}
			_, _ = Parse(m)
		}
	})
}
