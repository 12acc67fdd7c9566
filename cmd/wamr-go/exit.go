package main

import (
	"errors"
	"fmt"
	"syscall"
)

// The exit codes of wamr-go itself; all others are the guest's.
const (
	exitUsage     = 2
	exitLeak      = 99
	exitTimeout   = 124
	exitCannotRun = 125
	exitTrap      = 134
)

const exitCodesHelp = `The guest's own exit code passes through. Otherwise:
   99  something was not given back, or a budget was exceeded
       (--error-exitcode changes it)
  124  the guest timed out, or used up its fuel
  125  the module could not be run, or output of wamr-go's own was lost
  129, 130, 143  ended by SIGHUP, SIGINT (Ctrl-C) or SIGTERM
  134  the guest trapped
    2  wrong usage
A guest can use these numbers too. The last lines of standard error tell: they
begin with "error:" for every code above, and never for a guest's own.
`

// failure is an error that ends wamr-go with an exit code. Its texts may contain
// any bytes: the user interface escapes them.
type failure struct {
	code    int
	problem string
	hint    string // a way out, or ""
}

func (f *failure) Error() string { return f.problem }

// ending returns the failure as a reason for an exit code.
func (f *failure) ending() ending { return ending{f.code, f.problem, f.hint} }

// withHint adds the text to type next.
func (f *failure) withHint(format string, args ...any) *failure {
	f.hint = fmt.Sprintf(format, args...)
	return f
}

func usagef(format string, args ...any) *failure {
	return &failure{code: exitUsage, problem: fmt.Sprintf(format, args...)}
}

func cannotRunf(format string, args ...any) *failure {
	return &failure{code: exitCannotRun, problem: fmt.Sprintf(format, args...)}
}

// cannotOpenf is cannotRunf for a file that cannot be opened or made.
func cannotOpenf(err error, format string, args ...any) *failure {
	f := cannotRunf("%s: %v", fmt.Sprintf(format, args...), systemReason(err))
	if errors.Is(err, syscall.EMFILE) {
		f.hint = hintDescriptors
	}
	return f
}

const hintDescriptors = "this process may not open more files; raise the limit with ulimit -n"

// failureOf turns any error into a failure. An error that no command classified
// comes from parsing the command line.
func failureOf(err error) *failure {
	var f *failure
	if errors.As(err, &f) {
		return f
	}
	return usagef("%v", err)
}
