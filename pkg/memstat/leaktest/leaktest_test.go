package leaktest_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/memstat/leaktest"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// fake is a test whose failures are collected.
type fake struct {
	cleanups []func()
	failures []string
}

func (*fake) Helper() {}

func (f *fake) Errorf(format string, args ...any) {
	f.failures = append(f.failures, fmt.Sprintf(format, args...))
}

func (f *fake) Cleanup(cleanup func()) { f.cleanups = append(f.cleanups, cleanup) }

// run runs a test with VerifyNone.
func run(test func(t leaktest.TB)) []string {
	f := &fake{}
	leaktest.VerifyNone(f)
	test(f)
	for _, cleanup := range slices.Backward(f.cleanups) {
		cleanup()
	}
	return f.failures
}

// program holds the package variables of an embedder.
var program struct {
	wazero    wazero.Runtime
	compiled  []wazero.CompiledModule
	instances []api.Module
	engine    *engine.Runtime
	module    *engine.Module
	instance  *engine.Instance
	cache     wazero.CompilationCache
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func wasm(name string) []byte {
	return must(os.ReadFile(filepath.Join("../../../testdata", name+".wasm")))
}

//go:noinline
func newRuntime(interpreter bool) wazero.Runtime {
	if interpreter {
		return wazero.NewRuntimeWithConfig(context.Background(), wazero.NewRuntimeConfigInterpreter())
	}
	return wazero.NewRuntime(context.Background())
}

//go:noinline
func compileModule(r wazero.Runtime, name string) wazero.CompiledModule {
	return must(r.CompileModule(context.Background(), wasm(name)))
}

//go:noinline
func instantiate(r wazero.Runtime, c wazero.CompiledModule) api.Module {
	return must(r.InstantiateModule(context.Background(), c, wazero.NewModuleConfig().WithName("")))
}

//go:noinline
func makeEngine() *engine.Runtime { return engine.NewRuntime(engine.Config{}) }

//go:noinline
func makeModule(r *engine.Runtime) *engine.Module {
	b := must(engine.Load(context.Background(), "../../../testdata/wat/arith.wasm", nil))
	return must(r.Compile(context.Background(), b))
}

//go:noinline
func makeInstance(m *engine.Module) *engine.Instance {
	return must(m.Instantiate(context.Background(), wasi.Config{}))
}

// TestVerifyNone makes things and forgets to give them back.
func TestVerifyNone(t *testing.T) {
	defer leaktest.SetPatience(time.Millisecond)()
	ctx := context.Background()
	for _, interpreter := range []bool{false, true} {
		shared := newRuntime(interpreter) // a program keeps it on purpose
		wasi_snapshot_preview1.MustInstantiate(ctx, shared)
		for _, tc := range []struct {
			name string
			test func()
			want []string // of each failure: the object, and the function that made it
		}{
			{"nothing", func() {}, nil},
			{"all closed", func() {
				r := newRuntime(interpreter)
				instantiate(r, compileModule(r, "wat/arith"))
				_ = r.Close(ctx)
			}, nil},
			{"closed one by one", func() {
				c := compileModule(shared, "wat/arith")
				i := instantiate(shared, c)
				_ = i.Close(ctx)
				_ = c.Close(ctx)
			}, nil},
			{"runtime", func() { program.wazero = newRuntime(interpreter) }, []string{"wazero runtime", "newRuntime"}},
			{"compiled module", func() { compileModule(shared, "wat/arith") }, []string{"wazero compiled module", "compileModule"}},
			{"instances", func() {
				c := compileModule(shared, "wat/arith")
				for range 3 {
					instantiate(shared, c)
				}
				_ = c.Close(ctx)
			}, []string{"3 × wazero instance", "instantiate"}},
			{"host module", func() {
				b := shared.NewHostModuleBuilder("host").NewFunctionBuilder().WithFunc(func() {}).Export("f")
				must(b.Instantiate(ctx))
			}, []string{"wazero compiled module", "TestVerifyNone.func", "wazero instance", "TestVerifyNone.func"}},
			{"cache", func() { program.cache = wazero.NewCompilationCache() }, []string{"wazero compilation cache", "TestVerifyNone.func"}},
			{"engine, all closed", func() {
				r := makeEngine()
				m := makeModule(r)
				_ = makeInstance(m).Close(ctx)
				_ = m.Close(ctx)
				_ = r.Close(ctx)
			}, nil},
			{"engine", func() { makeEngine() }, []string{"engine runtime", "makeEngine"}},
			{"engine module", func() {
				program.engine = makeEngine()
				program.module = makeModule(program.engine)
			}, []string{"engine module", "makeModule", "engine runtime", "makeEngine"}},
			{"engine instance", func() {
				r := makeEngine()
				m := makeModule(r)
				program.instance = makeInstance(m)
				_ = m.Close(ctx)
				_ = r.Close(ctx)
			}, []string{"engine instance", "makeInstance"}},
		} {
			name := fmt.Sprintf("%s, interpreter %v", tc.name, interpreter)
			got := run(func(leaktest.TB) { tc.test() })
			if len(got) != len(tc.want)/2 {
				t.Errorf("%s: %q", name, got)
				continue
			}
			for i, failure := range got {
				what, maker := tc.want[2*i], tc.want[2*i+1]
				if !strings.HasPrefix(failure, "not given back: "+what+", made at:\n\tgithub.com/wamr-go/wamr-go/pkg/memstat/leaktest_test."+maker) {
					t.Errorf("%s: %q, want %q by %q", name, failure, what, maker)
				}
			}
			closeProgram()
		}
		_ = shared.Close(ctx)
	}
}

func closeProgram() {
	ctx := context.Background()
	for _, c := range []interface{ Close(context.Context) error }{program.wazero, program.cache, program.engine} {
		if c != nil && c != (*engine.Runtime)(nil) {
			_ = c.Close(ctx)
		}
	}
	if program.instance != nil {
		_ = program.instance.Close(ctx)
	}
	program.wazero, program.cache, program.engine, program.module, program.instance = nil, nil, nil, nil, nil
}

// TestVerifyNoneWaits: an object that another goroutine is about to give back is no
// leak, and a call that goes on is one.
func TestVerifyNoneWaits(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfig().WithCloseOnContextDone(true))
	loop := instantiateLater(r, "wat/loop")
	ended := make(chan struct{})
	got := run(func(leaktest.TB) {
		go func() {
			defer close(ended)
			_, _ = loop.ExportedFunction("_start").Call(ctx)
		}()
	})
	if len(got) != 1 || !strings.HasPrefix(got[0], "not given back: running call of a guest, made at:\n\tgithub.com/wamr-go/wamr-go/pkg/memstat/leaktest_test.TestVerifyNoneWaits") {
		t.Errorf("%q", got)
	}
	got = run(func(f leaktest.TB) {
		f.Cleanup(cancel) // runs before that of VerifyNone
	})
	<-ended
	if len(got) != 0 {
		t.Errorf("%q", got)
	}
	_ = r.Close(context.Background())
}

// instantiateLater instantiates a module without running _start.
func instantiateLater(r wazero.Runtime, name string) api.Module {
	c := compileModule(r, name)
	return must(r.InstantiateModule(context.Background(), c, wazero.NewModuleConfig().WithStartFunctions()))
}

// TestVerifyNoneRestores: the rate of the memory profile is the program's.
func TestVerifyNoneRestores(t *testing.T) {
	before, during := runtime.MemProfileRate, 0
	run(func(leaktest.TB) { during = runtime.MemProfileRate })
	if during != 1 || runtime.MemProfileRate != before {
		t.Errorf("rate %d in the test, %d after it, %d before", during, runtime.MemProfileRate, before)
	}
}

// TestCycle runs functions that lose something, and some that do not.
func TestCycle(t *testing.T) {
	ctx := context.Background()
	shared := newRuntime(false)
	defer shared.Close(ctx)
	compiled := compileModule(shared, "wat/arith")
	e := makeEngine()
	defer e.Close(ctx)
	module := makeModule(e)
	defer module.Close(ctx)
	var kept [][]byte
	var open []*engine.Instance
	for _, tc := range []struct {
		name string
		f    func()
		want []string // parts of the first failure
	}{
		{"nothing", func() {}, nil},
		{"a whole runtime", func() {
			r := newRuntime(false)
			instantiate(r, compileModule(r, "wat/arith"))
			_ = r.Close(ctx)
		}, nil},
		{"instances", func() { _ = instantiate(shared, compiled).Close(ctx) }, nil},
		{"engine", func() { _ = makeInstance(module).Close(ctx) }, nil},
		{"heap", func() { kept = append(kept, make([]byte, 100)) }, []string{"grows with each cycle: 1 objects", "leaktest_test.TestCycle.func"}},
		{"lost instances", func() { instantiate(shared, compiled) }, []string{"× wazero instance, made at:", "leaktest_test.instantiate"}},
		{"lost engine instances", func() { open = append(open, makeInstance(module)) }, []string{"not given back: 100 × engine instance, made at:", "leaktest_test.makeInstance"}},
	} {
		f := &fake{}
		leaktest.Cycle(f, 100, tc.f)
		if len(tc.want) == 0 && len(f.failures) > 0 || len(tc.want) > 0 && len(f.failures) == 0 {
			t.Errorf("%s: %q", tc.name, f.failures)
			continue
		}
		for _, part := range tc.want {
			if !strings.Contains(f.failures[0], part) {
				t.Errorf("%s: %q, want %q", tc.name, f.failures[0], part)
			}
		}
		if len(f.failures) > 7 {
			t.Errorf("%s: %d failures", tc.name, len(f.failures))
		}
	}
	for _, in := range open {
		_ = in.Close(ctx)
	}
	runtime.KeepAlive(kept)
	f := &fake{}
	leaktest.Cycle(f, 5, func() {})
	if len(f.failures) != 1 || !strings.Contains(f.failures[0], "too few") {
		t.Errorf("%q", f.failures)
	}
}
