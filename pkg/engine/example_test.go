package engine_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/report"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// A program is loaded, compiled, run, and destroyed. Close says whether
// everything was given back.
func Example() {
	ctx := context.Background()
	binary, err := engine.Load(context.Background(), "../../testdata/c/hello.wasm", nil)
	if err != nil {
		log.Fatal(err)
	}
	runtime := engine.NewRuntime(engine.Config{})
	defer runtime.Close(ctx)
	module, err := runtime.Compile(ctx, binary)
	if err != nil {
		log.Fatal(err)
	}
	defer module.Close(ctx)
	instance, err := module.Instantiate(ctx, wasi.Config{Args: []string{"hello"}, Stdout: os.Stdout})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(instance.Start(ctx))
	fmt.Println("close:", instance.Close(ctx))
	// Output:
	// hello, world
	// exit 0
	// close: <nil>
}

// An instance that loses something says so when it is closed: here the lock of
// wasm-micro-runtime's issue 4192, which is lost on purpose.
func ExampleInstance_Close() {
	ctx := context.Background()
	binary, err := engine.Load(context.Background(), "../../testdata/c/hello.wasm", nil)
	if err != nil {
		log.Fatal(err)
	}
	runtime := engine.NewRuntime(engine.Config{})
	defer runtime.Close(ctx)
	module, err := runtime.Compile(ctx, binary)
	if err != nil {
		log.Fatal(err)
	}
	defer module.Close(ctx)
	instance, err := module.Instantiate(ctx, wasi.Config{Faults: wasi.FaultPrestatsLock})
	if err != nil {
		log.Fatal(err)
	}
	instance.Start(ctx)
	leaks, err := memstat.SplitLeaks(instance.Close(ctx))
	for _, leak := range leaks {
		fmt.Println(leak.Objects, leak.Kind)
	}
	fmt.Println("other failures:", err)
	// Output:
	// 1 prestat_lock
	// other failures: <nil>
}

// Many instances are made, run and destroyed, and the report shows their costs
// and their leaks.
func ExampleNewReport() {
	ctx := context.Background()
	binary, err := engine.Load(context.Background(), "../../testdata/c/hello.wasm", nil)
	if err != nil {
		log.Fatal(err)
	}
	runtime := engine.NewRuntime(engine.Config{Inspect: true})
	module, err := runtime.Compile(ctx, binary)
	if err != nil {
		log.Fatal(err)
	}
	result := module.Cycle(ctx, engine.CycleConfig{
		Cycles: 1000,
		Config: func(uint64) wasi.Config { return wasi.Config{Faults: wasi.FaultPrestatsLock} },
	})
	err = errors.Join(module.Close(ctx), runtime.Close(ctx))
	rep, err := engine.NewReport(engine.Run{Module: module, Cycles: &result, Err: err, Target: "esp32s3"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(rep.Outcome.Kind, *rep.Outcome.ExitCode)
	fmt.Println(rep.Cycles.Completed, "cycles,", result.LeakingCycles, "leaked:", rep.Cycles.Verdict)
	for _, leak := range rep.Ledger.Leaks {
		fmt.Println(leak.Objects, leak.Kind, "from cycle", leak.Cycle, "in", leak.Site[0].Function)
	}
	if err := report.WriteJSON(io.Discard, rep, report.Options{}); err != nil { // or WriteText
		log.Fatal(err)
	}
	// Output:
	// exit 0
	// 1000 cycles, 1000 leaked: leak
	// 1000 prestat_lock from cycle 1 in wasi.(*prestatTable).init
}

// A guest is profiled while it runs. `go tool pprof` reads the file.
func ExampleModule_WriteCPUProfile() {
	ctx := context.Background()
	binary, err := engine.Load(ctx, "../../testdata/c/profile.wasm", nil)
	if err != nil {
		log.Fatal(err)
	}
	runtime := engine.NewRuntime(engine.Config{CPUProfile: true})
	defer runtime.Close(ctx)
	module, err := runtime.Compile(ctx, binary)
	if err != nil {
		log.Fatal(err)
	}
	defer module.Close(ctx)
	instance, err := module.Instantiate(ctx, wasi.Config{Args: []string{"profile", "shares", "1000"}})
	if err != nil {
		log.Fatal(err)
	}
	defer instance.Close(ctx)
	fmt.Println(instance.Start(ctx))

	var file bytes.Buffer
	samples, err := module.WriteCPUProfile(&file)
	fmt.Println(samples > 0, err)
	// Output:
	// exit 0
	// true <nil>
}
