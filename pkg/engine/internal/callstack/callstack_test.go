package callstack

import (
	"bytes"
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/experimental"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
)

// debug is the least debug information for which wazero keeps the map.
var debug = slices.Concat(
	wasmbin.AppendCustom(nil, ".debug_info", []byte{7, 0, 0, 0, 4, 0, 0, 0, 0, 0, 4}),
	wasmbin.AppendCustom(nil, ".debug_abbrev", []byte{0}))

// compile compiles a binary, or returns nil if it is invalid.
func compile(t *testing.T, binary []byte) wazero.CompiledModule {
	t.Helper()
	ctx := experimental.WithCompilationWorkers(context.Background(), 2)
	r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigCompiler())
	t.Cleanup(func() { _ = r.Close(ctx) })
	m, err := r.CompileModule(ctx, binary)
	if err != nil {
		return nil
	}
	return m
}

func nativeCode(m wazero.CompiledModule) (c code, executable []byte) {
	engine := reflect.ValueOf(m).Elem().FieldByName("compiledEngine").Elem().Elem()
	entry := engine.FieldByName("compiledModules").MapRange()
	entry.Next()
	compiled := entry.Value().Elem().FieldByName("compiledModule").Elem()
	return codeOf(compiled), compiled.FieldByName("executable").Bytes()
}

// TestCodeIsTheSame: the map of places changes no byte of the code, and a function
// has the same size when all others are traps.
func TestCodeIsTheSame(t *testing.T) {
	if !compilerSupported(t) {
		t.Skip("wazero has no compiler for this processor")
	}
	files, err := filepath.Glob("../../../../testdata/*/*.wasm")
	if err != nil || len(files) == 0 {
		t.Fatalf("no guests: %v", err)
	}
	compared := 0
	for _, file := range files {
		original, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		m, err := wasmbin.Parse(original)
		if err != nil {
			t.Fatal(err)
		}
		stripped := wasmbin.Apply(original, m.DropDebug()...)
		plain := compile(t, stripped)
		if plain == nil || m.Functions == 0 {
			continue
		}
		code, executable := nativeCode(plain)
		mapped, withMap := nativeCode(compile(t, append(bytes.Clone(stripped), debug...)))
		if !bytes.Equal(executable, withMap) {
			t.Errorf("%s: code with a map differs", file)
		}
		imported := m.Imported(wasmbin.ImportFunction)
		for i := 0; i < int(m.Functions); i += 1 + int(m.Functions)/3 {
			begin, end := code.bounds(i)
			if b, e := mapped.bounds(i); b != begin || e != end {
				t.Errorf("%s: function %d lies from %d to %d, and with a map from %d to %d", file, i, begin, end, b, e)
			}
			stub := wasmbin.Apply(original, append(m.DropDebug(), m.KeepBodies(imported+uint32(i)))...)
			alone, _ := nativeCode(compile(t, stub))
			if b, e := alone.bounds(i); !sameSize(e-b, end-begin) {
				t.Errorf("%s: function %d has %d bytes of code, and alone %d", file, i, end-begin, e-b)
			}
			compared++
		}
	}
	if compared < 50 {
		t.Errorf("only %d functions compared", compared)
	}
}

func compilerSupported(t *testing.T) (ok bool) {
	t.Helper()
	defer func() { ok = recover() == nil }()
	_ = wazero.NewRuntimeWithConfig(context.Background(), wazero.NewRuntimeConfigCompiler()).Close(context.Background())
	return true
}

// TestOtherFunctions: a function that is not compiled has no calls.
func TestOtherFunctions(t *testing.T) {
	ctx := context.Background()
	r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigInterpreter())
	defer func() { _ = r.Close(ctx) }()
	binary, err := os.ReadFile("../../../../testdata/wat/trap.wasm")
	if err != nil {
		t.Fatal(err)
	}
	m, err := r.InstantiateWithConfig(ctx, binary, wazero.NewModuleConfig().WithStartFunctions())
	if err != nil {
		t.Fatal(err)
	}
	f := m.ExportedFunction("_start")
	if _, err := f.Call(ctx); err == nil {
		t.Error("no trap")
	}
	if calls, more := Calls(f, false, 9); calls != nil || more {
		t.Errorf("%v, %v", calls, more)
	}
	if calls, more := Calls(nil, true, 9); calls != nil || more {
		t.Errorf("of nil: %v, %v", calls, more)
	}
	interpreted, err := r.CompileModule(ctx, binary)
	if err != nil {
		t.Fatal(err)
	}
	if got := Offsets(interpreted, []Call{{}}); !slices.Equal(got, []uint64{0}) {
		t.Errorf("offsets %v", got)
	}
}

// TestWalk walks stacks as wazero lays them out, and damaged ones.
func TestWalk(t *testing.T) {
	const base = 0x1000
	words := func(list ...uint64) []byte {
		var b []byte
		for _, w := range list {
			b = binary.LittleEndian.AppendUint64(b, w)
		}
		return b
	}
	for _, tc := range []struct {
		name  string
		next  func(*stack) (uint64, bool)
		bytes []byte
		want  []uint64
	}{
		{"amd64", (*stack).nextAMD64, words(base+24, 71, 0, base+48, 72, 0, 0, 73), []uint64{71, 72, 73}},
		{"amd64, backwards", (*stack).nextAMD64, words(base+16, 71, base, 72), []uint64{71}},
		{"amd64, beyond the stack", (*stack).nextAMD64, words(base+1<<20, 71), []uint64{71}},
		{"amd64, cut", (*stack).nextAMD64, words(base + 8), nil},
		{"arm64", (*stack).nextARM64, words(16, 0, 0, 0, 71, 8, 0, 0, 0, 72, 0), []uint64{71, 72}},
		{"arm64, prologue", (*stack).nextARM64, words(71, 8, 0, 16, 0, 0, 0, 72, 0), []uint64{71, 72}},
		{"arm64, a size beyond the stack", (*stack).nextARM64, words(1<<63, 0, 71, 0), nil},
		{"arm64, sizes that wrap", (*stack).nextARM64, words(0, 0, 71, 1<<64-32), nil},
		{"empty", (*stack).nextARM64, nil, nil},
	} {
		s := stack{bytes: tc.bytes, base: base, sp: base, fp: base, prologue: strings.Contains(tc.name, "prologue")}
		var got []uint64
		for address, ok := tc.next(&s); ok && len(got) < 9; address, ok = tc.next(&s) {
			got = append(got, address)
		}
		if !slices.Equal(got, tc.want) {
			t.Errorf("%s: %v, want %v", tc.name, got, tc.want)
		}
	}
}
