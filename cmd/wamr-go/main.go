// Command wamr-go runs WebAssembly/WASI programs and accounts for every byte
// and handle that they take.
package main

import (
	"io"
	"os"
	"runtime"
)

// version is set by the linker; see the Makefile.
var version string

func main() {
	runtime.MemProfileRate = 0 // the hunt for leaks turns the profile on for its own time
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run executes the command line and returns the exit code.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	out, messages := &output{w: stdout}, &output{w: stderr}
	a := &app{stdin: stdin, stdout: stdout, stderr: stderr, out: out, ui: newUI(messages)}
	err := checkDescriptors()
	if err == nil {
		args = route(args)
		a.words = args
		root := newRoot(a, args)
		root.SetArgs(args)
		err = root.Execute()
	}
	if lost := out.lost(); lost != nil {
		err = cannotRunf("standard output could not be written: %v", systemReason(lost))
	}
	code := a.code
	if err != nil {
		code = a.ui.fail(err)
	}
	if messages.lost() != nil {
		return exitCannotRun // no stream is left for a message
	}
	return code
}

// app holds the state that all commands share.
type app struct {
	stdin  io.Reader
	stdout io.Writer // the guest's
	stderr io.Writer // the guest's
	out    *output   // standard output for the text of commands
	ui     *ui       // standard error for messages
	words  []string  // of the command line, with the command's name
	code   int       // exit code of the process if the command returns no error
}
