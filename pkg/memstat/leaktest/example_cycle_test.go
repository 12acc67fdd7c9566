//go:build amd64 || arm64 || riscv64 || s390x || ppc64le || loong64

// The sizes that the example prints are those of 64 bits.

package leaktest_test

import (
	"context"
	"fmt"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/memstat/leaktest"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// Whatever grows with each run of a function is found, here a list that is never
// emptied.
func ExampleCycle() {
	ctx := context.Background()
	runtime := engine.NewRuntime(engine.Config{})
	defer runtime.Close(ctx)
	module := must(runtime.Compile(ctx, must(engine.Load(ctx, "../../../testdata/wat/arith.wasm", nil))))
	defer module.Close(ctx)
	history := make([]*[]string, 0, 1000)

	t := &printer{} // in a test: func Test…(t *testing.T)
	leaktest.Cycle(t, 200, func() {
		instance := must(module.Instantiate(ctx, wasi.Config{}))
		defer instance.Close(ctx)
		results, _ := instance.Invoke(ctx, "add", []string{"20", "22"})
		history = append(history, &results)
	})
	fmt.Println(len(history), "results kept")
	// Output:
	// grows with each cycle: 1 objects (24 bytes), made at:
	//   leaktest_test.ExampleCycle.func1
	// grows with each cycle: 1 objects (16 bytes), made at:
	//   engine.Export.format
	// 200 results kept
}
