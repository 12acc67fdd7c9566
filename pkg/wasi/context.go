package wasi

import (
	"context"
	"errors"

	"github.com/tetratelabs/wazero/sys"
)

// systemContext carries the System of the guest that is called. Host functions
// recognise its type, which is faster than a chain of Value calls.
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

// WithSystem returns a context for calling a guest, including for
// instantiating it if that calls a start function. The guest's WASI calls use
// the System s. s must stay open while the guest runs.
//
// When ctx is done, it ends the guest: in the WASI call in progress if that waits or takes long, otherwise
// in the next call; see [Wait] for the exceptions. wazero then returns a *sys.ExitError from the guest
// function, with the code sys.ExitCodeDeadlineExceeded or sys.ExitCodeContextCanceled. A guest that makes no
// WASI call is not ended.
func WithSystem(ctx context.Context, s *System) context.Context {
	return &systemContext{ctx, s}
}

// systemContextOf returns the systemContext in ctx, or nil.
func systemContextOf(ctx context.Context) *systemContext {
	if c, ok := ctx.(*systemContext); ok {
		return c
	}
	c, _ := ctx.Value(systemKey{}).(*systemContext)
	return c
}

// exitIfDone ends the guest if its context is done. For the standard library's
// contexts, Err is one atomic load.
func (c *systemContext) exitIfDone() {
	if c.Err() != nil {
		panic(doneError(c))
	}
}

// exitIfDone is systemContext.exitIfDone within a call that takes long.
func (c *call) exitIfDone() {
	if c.ctx.Err() != nil {
		panic(doneError(c.ctx))
	}
}

func doneError(ctx context.Context) *sys.ExitError {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return sys.NewExitError(sys.ExitCodeDeadlineExceeded)
	}
	return sys.NewExitError(sys.ExitCodeContextCanceled)
}
