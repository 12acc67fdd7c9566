package engine

import (
	"context"
	"errors"
	"sync"
	"time"
)

// errRunOver is the cause of a context that ended because the run of cycles was
// over.
var errRunOver = errors.New("the run is over")

// guestContext returns the context of the guests of a run. It is done with ctx,
// or CycleConfig.Grace after the run was stopped or its duration was over. The
// caller calls end once no guest runs any more.
func (c *cycles) guestContext(ctx context.Context) (guests context.Context, end func()) {
	if c.cfg.Grace <= 0 || c.cfg.Stop == nil && c.cfg.Duration == 0 {
		return ctx, func() {}
	}
	guests, cancel := context.WithCancelCause(ctx)
	var wg sync.WaitGroup
	wg.Go(func() {
		var over <-chan time.Time
		if c.cfg.Duration > 0 {
			over = time.After(c.cfg.Duration)
		}
		select {
		case <-c.cfg.Stop:
		case <-over:
		case <-guests.Done():
			return
		}
		select {
		case <-time.After(c.cfg.Grace):
			cancel(errRunOver)
		case <-guests.Done():
		}
	})
	return guests, func() {
		cancel(nil)
		wg.Wait()
	}
}

// cut reports whether a guest was ended because the run was over.
func cut(o Outcome) bool { return o.Kind == OutcomeInterrupted && errors.Is(o.Err, errRunOver) }
