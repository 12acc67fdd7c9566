package leaktest_test

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/tetratelabs/wazero"

	"github.com/wamr-go/wamr-go/pkg/memstat/leaktest"
)

// printer stands for the *testing.T of a test. It prints the first two lines of
// each failure: the object, and the function that made it.
type printer struct{ cleanups []func() }

func (*printer) Helper() {}

func (*printer) Errorf(format string, args ...any) {
	lines := strings.Split(fmt.Sprintf(format, args...), "\n")
	fmt.Println(lines[0])
	if len(lines) > 1 {
		function, _, _ := strings.Cut(strings.TrimSpace(lines[1]), " ") // without file and line
		fmt.Println("  " + function[strings.LastIndexByte(function, '/')+1:])
	}
}

func (p *printer) Cleanup(f func()) { p.cleanups = append(p.cleanups, f) }

func (p *printer) end() {
	for _, f := range slices.Backward(p.cleanups) {
		f()
	}
}

// plugins is a host of plug-ins on plain wazero, with a mistake: it closes no
// instance. Its runtime keeps them all.
type plugins struct {
	runtime wazero.Runtime
	module  wazero.CompiledModule
}

func newPlugins(ctx context.Context) *plugins {
	r := wazero.NewRuntime(ctx)
	return &plugins{r, must(r.CompileModule(ctx, wasm("wat/arith")))}
}

func (p *plugins) add(ctx context.Context, a, b uint64) uint64 {
	instance := must(p.runtime.InstantiateModule(ctx, p.module, wazero.NewModuleConfig().WithName("")))
	return must(instance.ExportedFunction("add").Call(ctx, a, b))[0]
}

// A test of a host of plug-ins that forgets to close an instance.
func ExampleVerifyNone() {
	ctx := context.Background()
	host := newPlugins(ctx)
	defer host.runtime.Close(ctx)

	t := &printer{} // in a test: func Test…(t *testing.T)
	leaktest.VerifyNone(t)
	fmt.Println(host.add(ctx, 20, 22))
	t.end()
	// Output:
	// 42
	// not given back: wazero instance, made at:
	//   leaktest_test.(*plugins).add
}
