package wasi_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/sys"

	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// instantiate compiles a program of testdata and makes an instance that calls
// this package. A program that embeds a runtime has one such function of its
// own; package engine is another.
func instantiate(ctx context.Context, runtime wazero.Runtime, program string) error {
	for _, module := range wasi.Modules() {
		builder := runtime.NewHostModuleBuilder(module.Name)
		for _, f := range module.Functions {
			builder.NewFunctionBuilder().WithGoModuleFunction(f.Call, f.Params, f.Results).Export(f.Name)
		}
		if _, err := builder.Instantiate(ctx); err != nil {
			return err
		}
	}
	binary, err := os.ReadFile("../../testdata/c/" + program)
	if err != nil {
		return err
	}
	_, err = runtime.Instantiate(ctx, binary) // calls _start, which ends with proc_exit or returns
	var exit *sys.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 0 {
		err = nil
	}
	return err
}

// A program runs with a System of its own, which its account checks.
func Example() {
	scope := memstat.NewLedger(memstat.SitesAuto).Open(1)
	system, err := wasi.NewSystem(wasi.Config{
		Args:   []string{"hello"},
		Stdout: os.Stdout,
	}, scope)
	if err != nil {
		log.Fatal(err)
	}
	ctx := wasi.WithSystem(context.Background(), system)
	runtime := wazero.NewRuntime(ctx)
	if err := instantiate(ctx, runtime, "hello.wasm"); err != nil {
		log.Fatal(err)
	}
	fmt.Println("guest:", runtime.Close(ctx))
	fmt.Println("system:", system.Close())
	fmt.Println("account:", scope.Close())
	// Output:
	// hello, world
	// guest: <nil>
	// system: <nil>
	// account: <nil>
}

// A trace has a line for each call of the functions and groups that it is asked
// for.
func ExampleNewTrace() {
	trace, err := wasi.NewTrace(os.Stdout, false, "proc", "fd_seek")
	if err != nil {
		log.Fatal(err)
	}
	system, err := wasi.NewSystem(wasi.Config{Args: []string{"exit", "0"}, Trace: trace}, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer system.Close()
	ctx := wasi.WithSystem(context.Background(), system)
	runtime := wazero.NewRuntime(ctx)
	defer runtime.Close(ctx)
	if err := instantiate(ctx, runtime, "exit.wasm"); err != nil {
		log.Fatal(err)
	}
	// Output:
	// proc_exit(rval=0) = ?
}

// A known leak, put back in, shows that the account finds it.
func ExampleFault() {
	scope := memstat.NewLedger(memstat.SitesNever).Open(1)
	system, err := wasi.NewSystem(wasi.Config{Faults: wasi.FaultPrestatsLock}, scope)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("system:", system.Close())
	leaks, err := memstat.SplitLeaks(scope.Close())
	fmt.Println("account:", err)
	for _, leak := range leaks {
		fmt.Println("leaked:", leak.Objects, leak.Kind)
	}
	// Output:
	// system: <nil>
	// account: <nil>
	// leaked: 1 prestat_lock
}
