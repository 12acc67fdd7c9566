package engine

import (
	"context"
	"errors"
	"fmt"
	goruntime "runtime"
	"strings"

	"github.com/tetratelabs/wazero/sys"
)

// OutcomeKind says how a guest ended.
type OutcomeKind uint8

const (
	// OutcomeExit is a return from the function or a proc_exit; see ExitCode.
	OutcomeExit OutcomeKind = iota
	// OutcomeTrap is a trap; Err is a *TrapError.
	OutcomeTrap
	// OutcomeTimeout is a context whose deadline passed.
	OutcomeTimeout
	// OutcomeInterrupted is a context that was cancelled.
	OutcomeInterrupted
	// OutcomeError is a guest that could not be run, or a failure of the host's;
	// see Err.
	OutcomeError

	outcomeKinds = iota
)

var outcomeNames = [outcomeKinds]string{"exit", "trap", "timeout", "interrupted", "error"}

// String returns the kind's name as reports spell it.
func (k OutcomeKind) String() string {
	if int(k) < len(outcomeNames) {
		return outcomeNames[k]
	}
	return fmt.Sprintf("OutcomeKind(%d)", k)
}

// Outcome is how a guest ended.
type Outcome struct {
	Kind     OutcomeKind
	ExitCode uint32 // of OutcomeExit
	Err      error  // nil for OutcomeExit
}

// Clean reports an exit with code 0.
func (o Outcome) Clean() bool { return o.Kind == OutcomeExit && o.ExitCode == 0 }

func (o Outcome) String() string {
	switch {
	case o.Kind == OutcomeExit:
		return fmt.Sprintf("exit %d", o.ExitCode)
	case o.Err == nil:
		return o.Kind.String()
	default:
		return o.Kind.String() + ": " + o.Err.Error()
	}
}

// TrapError is a trap of the guest's.
type TrapError struct {
	Message string // "unreachable"
	// Stack are the guest's frames, innermost first: "inner(i32)". A line that
	// begins with a tab is the source line of the frame above it. wazero
	// leaves it empty for a stack overflow, and ends it after 30 frames.
	Stack []string
}

func (e *TrapError) Error() string { return e.Message }

// InternalError is a failure of a host function: a bug of the host's, not of
// the guest's.
type InternalError struct {
	Message string
	Stack   []string // as in TrapError
	GoStack string   // of a Go runtime error, else ""
}

func (e *InternalError) Error() string { return "internal error: " + e.Message }

// outcomeOf tells what an error of wazero's means for a guest that was called
// with ctx. nil is a return.
func outcomeOf(ctx context.Context, err error) Outcome {
	if err == nil {
		return Outcome{}
	}
	var exit *sys.ExitError
	if errors.As(err, &exit) {
		return exitOutcome(ctx, exit)
	}
	message, stack, goStack := splitTrap(err.Error())
	var runtimeError goruntime.Error
	inner, recovered := strings.CutSuffix(message, " (recovered by wazero)")
	if recovered || errors.As(err, &runtimeError) {
		return Outcome{Kind: OutcomeError, Err: &InternalError{inner, stack, goStack}}
	}
	return Outcome{Kind: OutcomeTrap, Err: &TrapError{message, stack}}
}

// doneOutcome is that of a guest whose context is done.
func doneOutcome(ctx context.Context) Outcome {
	o := Outcome{Kind: OutcomeInterrupted, Err: context.Cause(ctx)}
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		o.Kind = OutcomeTimeout
	}
	return o
}

// exitOutcome tells a guest that its context ended from one which exits with a
// number that wazero uses for that; exit(-1) is one of them.
func exitOutcome(ctx context.Context, exit *sys.ExitError) Outcome {
	switch exit.ExitCode() {
	case sys.ExitCodeDeadlineExceeded, sys.ExitCodeContextCanceled:
		if ctx.Err() != nil {
			return doneOutcome(ctx)
		}
	}
	return Outcome{Kind: OutcomeExit, ExitCode: exit.ExitCode()}
}

// splitTrap takes the text of a trap of wazero's apart.
func splitTrap(text string) (message string, stack []string, goStack string) {
	message, trace, _ := strings.Cut(text, "\nwasm stack trace:\n")
	trace, goStack, _ = strings.Cut(trace, "\n\nGo runtime stack trace:\n")
	for line := range strings.Lines(trace) {
		line = strings.TrimSuffix(strings.TrimPrefix(line, "\t"), "\n")
		// Frames are "module.function(…)", and the module has no name.
		if line = strings.TrimPrefix(line, "."); line != "" {
			stack = append(stack, line)
		}
	}
	if where, rest, ok := strings.Cut(message, " failed: "); ok && strings.HasPrefix(where, "start ") {
		message = rest
	}
	return strings.TrimPrefix(message, "wasm error: "), stack, goStack
}
