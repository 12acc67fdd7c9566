//go:build cgo

// Command wasmtime runs a WASI command with wasmtime's library. It supports the
// part of the syntax of wasmtime's own command line that make conformance
// needs:
//
//	wasmtime run [--dir HOST::GUEST] [--env NAME=VALUE]... MODULE [ARG...]
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"

	wt "github.com/bytecodealliance/wasmtime-go/v39"
)

func main() {
	if len(os.Args) < 2 || os.Args[1] != "run" {
		fmt.Fprintln(os.Stderr, "usage: wasmtime run [--dir HOST::GUEST] [--env NAME=VALUE]... MODULE [ARG...]")
		os.Exit(2)
	}
	code, err := run(os.Args[2:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(134)
	}
	os.Exit(code)
}

func run(args []string) (code int, err error) {
	wasi := wt.NewWasiConfig()
	var names, values []string
	flags := flag.NewFlagSet("wasmtime", flag.ExitOnError)
	flags.Func("dir", "HOST::GUEST", func(s string) error {
		host, guest, ok := strings.Cut(s, "::")
		if !ok {
			return errors.New("no ::")
		}
		return wasi.PreopenDir(host, guest, wt.DIR_READ|wt.DIR_WRITE, wt.FILE_READ|wt.FILE_WRITE)
	})
	flags.Func("env", "NAME=VALUE", func(s string) error {
		name, value, _ := strings.Cut(s, "=")
		names, values = append(names, name), append(values, value)
		return nil
	})
	if err := flags.Parse(args); err != nil {
		return 0, err
	}
	wasi.SetEnv(names, values)
	wasi.SetArgv(flags.Args())
	wasi.InheritStdin()
	wasi.InheritStdout()
	wasi.InheritStderr()

	engine := wt.NewEngine()
	module, err := wt.NewModuleFromFile(engine, flags.Arg(0))
	if err != nil {
		return 0, err
	}
	linker := wt.NewLinker(engine)
	if err := linker.DefineWasi(); err != nil {
		return 0, err
	}
	store := wt.NewStore(engine)
	store.SetWasi(wasi)
	instance, err := linker.Instantiate(store, module)
	if err != nil {
		return 0, err
	}
	start := instance.GetFunc(store, "_start")
	if start == nil {
		return 0, errors.New("the module exports no _start")
	}
	_, err = start.Call(store)
	var exit *wt.Error
	if errors.As(err, &exit) {
		if status, ok := exit.ExitStatus(); ok {
			return int(status), nil
		}
	}
	return 0, err
}
