package wasi_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"

	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// signatures are the parameters and results of functions by name.
type signatures map[string][2][]api.ValueType

func signaturesOf(m wasi.HostModule) signatures {
	s := signatures{}
	for _, f := range m.Functions {
		s[f.Name] = [2][]api.ValueType{f.Params, f.Results}
	}
	return s
}

// wazero's own host module is the oracle for names and signatures.
func oracleSignatures(t *testing.T) signatures {
	ctx := t.Context()
	r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigInterpreter())
	t.Cleanup(func() { r.Close(ctx) })
	b := r.NewHostModuleBuilder(wasi.ModulePreview1)
	wasi_snapshot_preview1.NewFunctionExporter().ExportFunctions(b)
	c, err := b.Compile(ctx)
	if err != nil {
		t.Fatal(err)
	}
	s := signatures{}
	for name, f := range c.ExportedFunctions() {
		s[name] = [2][]api.ValueType{f.ParamTypes(), f.ResultTypes()}
	}
	return s
}

func TestTable(t *testing.T) {
	modules := wasi.Modules()
	if len(modules) != 2 || modules[0].Name != wasi.ModulePreview1 || modules[1].Name != wasi.ModuleUnstable {
		t.Fatalf("modules: %v", modules)
	}
	if n := len(modules[0].Functions); n != 46 {
		t.Errorf("preview1 has %d functions, want 46", n)
	}
	if n := len(modules[1].Functions); n != 45 {
		t.Errorf("wasi_unstable has %d functions, want 45", n)
	}
	want := oracleSignatures(t)
	got := signaturesOf(modules[0])
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("preview1 (-wazero +ours):\n%s", d)
	}
	delete(want, "sock_accept")
	if d := cmp.Diff(want, signaturesOf(modules[1])); d != "" {
		t.Errorf("wasi_unstable (-wazero +ours):\n%s", d)
	}
}

func TestTableIsComplete(t *testing.T) {
	for _, m := range wasi.Modules() {
		seen := map[string]bool{}
		for _, f := range m.Functions {
			if seen[f.Name] {
				t.Errorf("%s.%s twice", m.Name, f.Name)
			}
			seen[f.Name] = true
			if f.Call == nil {
				t.Errorf("%s.%s does nothing", m.Name, f.Name)
			}
			if len(f.ParamNames) != len(f.Params) {
				t.Errorf("%s.%s: %d names for %d parameters", m.Name, f.Name, len(f.ParamNames), len(f.Params))
			}
		}
	}
}

// The proxy itself: a wrapper for each function, and a memory of the size
// that was asked for.
func TestProxy(t *testing.T) {
	for _, module := range []string{wasi.ModulePreview1, wasi.ModuleUnstable} {
		for _, pages := range []int{noMemory, 0, 1, 4} {
			r, c := compiledProxy(t, module, pages)
			for _, m := range wasi.Modules() {
				if m.Name != module {
					continue
				}
				if got, want := len(c.ExportedFunctions()), len(m.Functions); got != want {
					t.Errorf("%s: %d exports, want %d", module, got, want)
				}
			}
			g, err := r.InstantiateModule(t.Context(), c, wazero.NewModuleConfig().WithName("").WithStartFunctions())
			if err != nil {
				t.Fatal(err)
			}
			if m := g.ExportedMemory("memory"); pages == noMemory {
				if m != nil {
					t.Errorf("%s: a memory", module)
				}
			} else if m.Size() != uint32(pages*pageSize) {
				t.Errorf("%s: memory of %d bytes, want %d pages", module, m.Size(), pages)
			}
			g.Close(t.Context())
		}
	}
}

// docs/wasi.md lists the functions that wait.
func TestWaitIsDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/wasi.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(text), "\n## Ending a guest that waits\n")
	if !found {
		t.Fatal("docs/wasi.md has no such section")
	}
	section, _, _ = strings.Cut(section, "\n## ")
	var rows strings.Builder
	for line := range strings.Lines(section) {
		if strings.HasPrefix(line, "| ") {
			rows.WriteString(line)
		}
	}
	for _, f := range wasi.Modules()[0].Functions {
		named := strings.Contains(rows.String(), "`"+f.Name+"`") || strings.HasPrefix(f.Name, "path_") // all of them in one row
		if waits := f.Wait != wasi.WaitNone; waits != named {
			t.Errorf("%s: it waits: %v; docs/wasi.md has it: %v", f.Name, waits, named)
		}
	}
}
