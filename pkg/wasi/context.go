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
		return c
	}
	return c.Context.Value(key)
}

// WithSystem returns a context with which a guest is called, so that its WASI
// calls reach s. When ctx is done, the guest's next WASI call, or the one that
// it waits in, ends the guest by a panic with a *sys.ExitError, of code
// sys.ExitCodeContextCanceled or sys.ExitCodeDeadlineExceeded; wazero returns
// that error from the guest function.
func WithSystem(ctx context.Context, s *System) context.Context {
	return &systemContext{ctx, s}
}

// systemContextOf finds what WithSystem made in the context that a guest was
// called with; nil where there is none.
func systemContextOf(ctx context.Context) *systemContext {
	if c, ok := ctx.(*systemContext); ok {
		return c
	}
	c, _ := ctx.Value(systemKey{}).(*systemContext)
	return c
}

// exitIfDone ends the guest where its context is done. To ask for the error is
// one atomic load, of a context of the standard library's.
func (c *systemContext) exitIfDone() {
	if c.Err() != nil {
		panic(doneError(c))
	}
}

func doneError(ctx context.Context) *sys.ExitError {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return sys.NewExitError(sys.ExitCodeDeadlineExceeded)
	}
	return sys.NewExitError(sys.ExitCodeContextCanceled)
}
