package engine

import (
	"context"
	"errors"
	"fmt"

	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/sys"
)

// OutcomeKind is the way in which a guest ended.
type OutcomeKind uint8

// The kinds of outcome.
const (
	// OutcomeExit is a return from the function or a proc_exit; see ExitCode.
	OutcomeExit OutcomeKind = iota
	// OutcomeTrap is a trap; Err is a *TrapError.
	OutcomeTrap
	// OutcomeTimeout is a context whose deadline passed.
	OutcomeTimeout
	// OutcomeInterrupted is a context that was cancelled.
	OutcomeInterrupted
	// OutcomeFuel is a guest that executed more instructions than Config.Fuel;
	// Err is a *FuelError.
	OutcomeFuel
	// OutcomeError is a guest that could not be run, or a failure of the host;
	// see Err.
	OutcomeError

	outcomeKinds = iota
)

var outcomeNames = [outcomeKinds]string{"exit", "trap", "timeout", "interrupted", "fuel", "error"}

// String returns the kind's name as reports spell it.
func (k OutcomeKind) String() string {
	if int(k) < len(outcomeNames) {
		return outcomeNames[k]
	}
	return fmt.Sprintf("OutcomeKind(%d)", k)
}

// Outcome is the end of a guest. The zero Outcome is an exit with code 0.
type Outcome struct {
	Kind     OutcomeKind
	ExitCode uint32 // for OutcomeExit
	Err      error  // nil for OutcomeExit
}

// stopped reports whether the guest was ended within a call by its limits or
// its context.
func (o Outcome) stopped() bool {
	return o.Kind == OutcomeTimeout || o.Kind == OutcomeInterrupted || o.Kind == OutcomeFuel
}

// Clean reports an exit with code 0.
func (o Outcome) Clean() bool { return o.Kind == OutcomeExit && o.ExitCode == 0 }

// String returns the outcome in words: "exit 0", "trap: unreachable".
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

// TrapError is a trap of the guest.
type TrapError struct {
	Message string // such as "unreachable"
	Stack   *Stack // the guest's calls at the trap
}

// Error returns the message alone.
func (e *TrapError) Error() string { return e.Message }

// InternalError is a failure of a host function or of the engine: a bug of the
// host, not of the guest.
type InternalError struct {
	Message string
	Stack   *Stack // the guest's calls, if it was running
	GoStack string // the goroutine's stack, for an error of the Go runtime
	Err     error  // the value of the panic if it was an error, else nil
}

// Error returns the message with the prefix "internal error: ".
func (e *InternalError) Error() string { return "internal error: " + e.Message }

// Unwrap returns the error that the host panicked with.
func (e *InternalError) Unwrap() error { return e.Err }

// outcomeOf returns the outcome for an error of wazero in a call of f with ctx. A nil
// error is a return. f is nil if wazero made the call itself.
func (m *Module) outcomeOf(ctx context.Context, err error, f api.Function) Outcome {
	if err == nil {
		return Outcome{}
	}
	var exit *sys.ExitError
	if errors.As(err, &exit) {
		return exitOutcome(ctx, exit)
	}
	var fuel *FuelError
	if errors.As(err, &fuel) {
		return Outcome{Kind: OutcomeFuel, Err: fuel}
	}
	p := unwrapPanic(err)
	stack := newStack(m, f, p.trace)
	var unknown *unknownCallError
	if p.recovered && !errors.As(p.cause, &unknown) {
		return Outcome{Kind: OutcomeError, Err: &InternalError{p.message, stack, p.goStack, p.cause}}
	}
	return Outcome{Kind: OutcomeTrap, Err: &TrapError{p.message, stack}}
}

// doneOutcome returns the outcome of a guest whose context is done.
func doneOutcome(ctx context.Context) Outcome {
	o := Outcome{Kind: OutcomeInterrupted, Err: context.Cause(ctx)}
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		o.Kind = OutcomeTimeout
	}
	return o
}

// exitOutcome distinguishes a guest that its context ended from a guest that
// exits with a number which wazero uses for that; exit(-1) is one of them.
func exitOutcome(ctx context.Context, exit *sys.ExitError) Outcome {
	switch exit.ExitCode() {
	case sys.ExitCodeDeadlineExceeded, sys.ExitCodeContextCanceled:
		if ctx.Err() != nil {
			return doneOutcome(ctx)
		}
	}
	return Outcome{Kind: OutcomeExit, ExitCode: exit.ExitCode()}
}
