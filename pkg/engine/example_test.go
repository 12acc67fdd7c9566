package engine_test

import (
	"context"
	"fmt"
	"os"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// A program is loaded, compiled, run, and destroyed; the ledger tells whether
// all was given back.
func Example() {
	ctx := context.Background()
	ledger := memstat.NewLedger(memstat.SitesAuto)
	binary, err := engine.Load("../../testdata/c/hello.wasm", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	runtime, err := engine.NewRuntime(ctx, engine.Config{Ledger: ledger})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer runtime.Close(ctx)
	module, err := runtime.Compile(ctx, binary)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer module.Close(ctx)
	instance, err := module.Instantiate(ctx, wasi.Config{Args: []string{"hello"}, Stdout: os.Stdout})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(instance.Start(ctx))
	fmt.Println("leaks:", len(instance.Close(ctx)))
	// Output:
	// hello, world
	// exit 0
	// leaks: 0
}

// Cycles find a leak in the first one: here of a lock that is lost on purpose,
// as in wasm-micro-runtime's issue 4192.
func ExampleModule_Cycle() {
	ctx := context.Background()
	ledger := memstat.NewLedger(memstat.SitesNever)
	binary, err := engine.Load("../../testdata/c/hello.wasm", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	runtime, err := engine.NewRuntime(ctx, engine.Config{Ledger: ledger})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer runtime.Close(ctx)
	module, err := runtime.Compile(ctx, binary)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer module.Close(ctx)
	result := module.Cycle(ctx, engine.CycleConfig{
		Cycles: 1000,
		Config: func(uint64) wasi.Config { return wasi.Config{Faults: wasi.FaultPrestatsLock} },
	})
	fmt.Println(result.Completed, "cycles,", result.Leaky, "leaked")
	for _, leak := range ledger.Snapshot().Leaks {
		fmt.Println(leak.Objects, leak.Kind, "from cycle", leak.Cycle)
	}
	// Output:
	// 1000 cycles, 1000 leaked
	// 1000 prestat_lock from cycle 1
}
