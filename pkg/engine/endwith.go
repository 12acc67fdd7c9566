package engine

import (
	"context"
	"errors"
	"time"
)

// endPatience is the time that endWith waits for a function after its context
// is done: most functions check the context themselves, and clean up.
const endPatience = 200 * time.Millisecond

// endWith returns the results of do, or the context's error if that is done first. For
// that, do runs on a goroutine of its own, which goes on; discard then gets its result.
// left receives a channel that is closed after that.
func endWith[T any](ctx context.Context, do func() (T, error), discard func(T, error), left func(ended <-chan struct{})) (T, error) {
	if ctx.Done() == nil {
		return do()
	}
	type result struct {
		value  T
		err    error
		panics any
	}
	results, abandoned, ended := make(chan result), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		var r result
		defer func() {
			r.panics = recover()
			select {
			case results <- r:
			case <-abandoned:
				discard(r.value, r.err)
			}
		}()
		r.value, r.err = do()
	}()
	take := func(r result) (T, error) {
		if r.panics != nil {
			panic(r.panics)
		}
		return r.value, r.err
	}
	select {
	case r := <-results:
		return take(r)
	case <-ctx.Done():
	}
	select {
	case r := <-results:
		return take(r)
	case <-time.After(endPatience):
	}
	select {
	case r := <-results: // the process had no time meanwhile
		return take(r)
	default:
	}
	left(ended)
	close(abandoned)
	var none T
	return none, contextError(ctx)
}

// contextError returns the error of an operation that a context ended. It wraps
// the context's error, and the cause that its maker gave.
func contextError(ctx context.Context) error {
	cause := context.Cause(ctx)
	if errors.Is(cause, ctx.Err()) {
		return cause
	}
	return because(cause.Error(), cause, ctx.Err())
}
