//go:build linux

package wasi_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/tetratelabs/wazero"

	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// A directory is opened once, and any number of guests can use it.
func ExampleOpenPreopen() {
	demo, err := wasi.OpenPreopen("../../testdata/demo", "/data", wasi.ReadOnly)
	if err != nil {
		log.Fatal(err)
	}
	defer demo.Close()
	cfg := wasi.Config{
		Args:     []string{"cat", "/data/notes/keepsake.md"},
		Stdout:   os.Stdout,
		Preopens: []*wasi.Preopen{demo},
	}
	for range 2 {
		system, err := wasi.NewSystem(cfg, nil)
		if err != nil {
			log.Fatal(err)
		}
		ctx := wasi.WithSystem(context.Background(), system)
		runtime := wazero.NewRuntime(ctx)
		if err := instantiate(ctx, runtime, "cat.wasm"); err != nil {
			log.Fatal(err)
		}
		fmt.Println(runtime.Close(ctx), system.Close())
	}
	// Output:
	// Nobody reads this file; it makes the directory `notes` something to list.
	// <nil> <nil>
	// Nobody reads this file; it makes the directory `notes` something to list.
	// <nil> <nil>
}

// A host can tell of files that the guest did not close.
func ExampleSystem_LeftOpen() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	data, err := wasi.OpenPreopen(dir, "/data", wasi.ReadWrite)
	if err != nil {
		log.Fatal(err)
	}
	defer data.Close()
	system, err := wasi.NewSystem(wasi.Config{
		Args:     []string{"leaveopen", "/data/log", "/data/other"},
		Preopens: []*wasi.Preopen{data},
	}, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer system.Close()
	ctx := wasi.WithSystem(context.Background(), system)
	runtime := wazero.NewRuntime(ctx)
	defer runtime.Close(ctx)
	if err := instantiate(ctx, runtime, "leaveopen.wasm"); err != nil {
		log.Fatal(err)
	}
	count, first := system.LeftOpen()
	fmt.Println(count, "left open, the first is", system.GuestPath(first))
	// Output:
	// 2 left open, the first is /data/log
}
