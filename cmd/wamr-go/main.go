// Command wamr-go runs WebAssembly/WASI programs and accounts for every byte
// and handle that it takes.
package main

import (
	"io"
	"os"

	_ "github.com/wamr-go/wamr-go/cmd/wamr-go/internal/deepstack" // a run starts sooner
)

// version is set by the linker; see the Makefile.
var version string

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// run executes the command line and returns the exit code.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	a := &app{stdin: stdin, stdout: stdout, ui: newUI(stderr)}
	args = route(args)
	root := newRoot(a, args)
	root.SetArgs(args)
	err := root.Execute()
	if err != nil {
		return a.ui.fail(err)
	}
	return a.code
}

// app holds the state that all commands share.
type app struct {
	stdin  io.Reader
	stdout io.Writer
	ui     *ui
	code   int // exit code of the process if the command returns no error
}
