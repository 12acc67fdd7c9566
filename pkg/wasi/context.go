package wasi

import (
	"context"
	"errors"

	"github.com/tetratelabs/wazero/sys"
)

// systemContext carries the calling guest's system. Host functions recognise
// it by its type, which is faster than a chain of Value calls.
type systemContext struct {
	context.Context
	system *System
}

type systemKey struct{}

func (c *systemContext) Value(key any) any {
	if key == (systemKey{}) {
		return c.system
	}
	return c.Context.Value(key)
}

// WithSystem returns a context with which a guest is called, so that its WASI
// calls reach s. When ctx is done, the guest's next WASI call, or the one that
// it waits in, ends the guest by a panic with a *sys.ExitError, of code
// sys.ExitCodeContextCanceled or sys.ExitCodeDeadlineExceeded; wazero returns
// that error from the guest function.
func WithSystem(ctx context.Context, s *System) context.Context {
	return &systemContext{Context: ctx, system: s}
}

// systemOf returns the system of the guest that is called with ctx.
func systemOf(ctx context.Context) *System {
	if c, ok := ctx.(*systemContext); ok {
		return c.system
	}
	s, _ := ctx.Value(systemKey{}).(*System)
	return s
}

// exitIfDone ends the guest where ctx is done.
func exitIfDone(ctx context.Context) {
	select {
	case <-ctx.Done():
		panic(doneError(ctx))
	default:
	}
}

func doneError(ctx context.Context) *sys.ExitError {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return sys.NewExitError(sys.ExitCodeDeadlineExceeded)
	}
	return sys.NewExitError(sys.ExitCodeContextCanceled)
}
