package wasmbin

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// walk reads all instructions of a module. It checks that they follow one
// another without a gap, from the locals to the end of each body.
func walk(m *Module) (instructions int, err error) {
	for body, err := range m.FunctionBodies() {
		if err != nil {
			return 0, err
		}
		in, locals := m.Instructions(body)
		at := locals.End
		for in.Next() {
			if in.Start != at || in.End <= at || in.Depth < -1 {
				return 0, fmt.Errorf("function %d: an instruction from %#x to %#x at depth %d follows one that ends at %#x",
					body.Index, in.Start, in.End, in.Depth, at)
			}
			at = in.End
			instructions++
		}
		if err := in.Err(); err != nil {
			return 0, err
		}
		if end := body.Offset + body.Size; at != end {
			return 0, fmt.Errorf("function %d: the walk ended at %#x, and the function ends at %#x", body.Index, at, end)
		}
	}
	return instructions, nil
}

func TestInstructionsOfGuests(t *testing.T) {
	for name, binary := range guests(t) {
		m, err := Parse(binary)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := walk(m); err != nil || n == 0 && m.Functions > 0 {
			t.Errorf("%s: %d instructions, %v", name, n, err)
		}
	}
}

// TestInstructionsOfSpecification walks the modules of the specification's
// tests, which are in wazero's module: the valid ones to the end.
func TestInstructionsOfSpecification(t *testing.T) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/tetratelabs/wazero").Output()
	if err != nil {
		t.Skipf("no go command: %v", err)
	}
	scripts, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(out)), "internal/integration_test/spectest/*/testdata/*.json"))
	if err != nil || len(scripts) == 0 {
		t.Skipf("no tests of the specification: %v", err)
	}
	valid, invalid := 0, 0
	for _, script := range scripts {
		data, err := os.ReadFile(script)
		if err != nil {
			t.Fatal(err)
		}
		var commands struct {
			Commands []struct {
				Type, Filename string
				Line           int
			}
		}
		if err := json.Unmarshal(data, &commands); err != nil {
			t.Fatal(err)
		}
		for _, c := range commands.Commands {
			if filepath.Ext(c.Filename) != ".wasm" {
				continue
			}
			binary, err := os.ReadFile(filepath.Join(filepath.Dir(script), c.Filename))
			if err != nil {
				t.Fatal(err)
			}
			m, err := Parse(binary)
			if err == nil {
				_, err = walk(m)
			}
			switch c.Type {
			case "module", "assert_unlinkable", "assert_uninstantiable":
				valid++
				if err != nil {
					t.Errorf("%s:%d: %s: %v", script, c.Line, c.Filename, err)
				}
			default: // it must only not panic
				invalid++
			}
		}
	}
	t.Logf("%d valid modules, %d others", valid, invalid)
}

// TestUnknownInstructions checks bytes that are no instruction, and
// instructions that wazero reads in another way than the specification.
func TestUnknownInstructions(t *testing.T) {
	for name, tc := range map[string]struct{ code, err string }{
		"legacy try":               {"\x06\x40\x0b\x0b", "unknown instruction 0x6"},
		"unknown":                  {"\xff\x0b", "unknown instruction 0xff"},
		"unknown misc":             {"\xfc\x12\x0b", "unknown instruction 0xfc 0x12"},
		"large misc":               {"\xfc\x8a\x02\x0b", "unknown instruction 0xfc 0x10a"},
		"relaxed SIMD":             {"\xfd\x80\x02\x0b", "unknown vector instruction 0x80 0x2"},
		"padded vector number":     {"\xfd\xe4\x00\x0b", "unknown vector instruction 0xe4 0x0"},
		"unknown atomic":           {"\xfe\x04\x0b", "unknown instruction 0xfe 0x4"},
		"typed reference":          {"\x1c\x01\x63\x70\x0b", "two ways"},
		"two types":                {"\x1c\x02\x7f\x7f\x0b", "more than one type"},
		"other memory":             {"\x28\x42\x01\x00\x0b", "alignment"},
		"catch clause":             {"\x1f\x40\x01\x04\x00\x0b\x0b", "catch clause"},
		"no end":                   {"\x01", "no end"},
		"empty":                    {"", "no end"},
		"open block":               {"\x02\x40\x0b", "no end"},
		"bytes after the end":      {"\x0b\x01", "after the end"},
		"cut":                      {"\x41", "unexpected end"},
		"many labels":              {"\x0e\xff\xff\xff\xff\x0f\x00", "unexpected end"},
		"many catches":             {"\x1f\x40\xff\xff\xff\xff\x0f", "unexpected end"},
		"vector, number of 8 bits": {"\xfd\x9d\x01\x0b", ""},
		"block of a reference":     {"\x02\x63\x70\x0b\x0b", ""},
		"block of a type":          {"\x02\x80\x01\x0b\x0b", ""},
		"catches":                  {"\x1f\x40\x04\x00\x01\x00\x01\x01\x00\x02\x00\x03\x00\x0b\x0b", ""},
	} {
		code := "\x00" + tc.code // no locals
		section := append([]byte{1, byte(len(code))}, code...)
		m, err := Parse(AppendSection([]byte(header), SectionCode, section))
		if err != nil {
			t.Fatal(err)
		}
		_, err = walk(m)
		if (tc.err == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), tc.err) {
			t.Errorf("%s: %v, want %q", name, err, tc.err)
		}
	}
}

func FuzzWalk(f *testing.F) {
	for _, binary := range guests(f) {
		if len(binary) < 64<<10 {
			f.Add(binary)
		}
	}
	f.Fuzz(func(_ *testing.T, binary []byte) {
		m, err := Parse(binary)
		if err != nil {
			return
		}
		if _, err := walk(m); err != nil && strings.Contains(err.Error(), "follows") {
			panic(err)
		}
	})
}
