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

// openGuests makes the context of the guests of a phase. It is done with ctx, or
// CycleConfig.Grace (unless 0) after the run was stopped or its duration was over. The
// caller calls end once no guest runs any more.
func (c *cycles) openGuests(ctx context.Context, duration time.Duration) (end func()) {
	c.guests = ctx
	if c.cfg.Grace <= 0 || c.cfg.Stop == nil && duration == 0 {
		return func() {}
	}
	guests, cancel := context.WithCancelCause(ctx)
	c.guests = guests
	var wg sync.WaitGroup
	wg.Go(func() {
		var over <-chan time.Time
		if duration > 0 {
			over = time.After(duration)
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
	return func() {
		cancel(nil)
		wg.Wait()
	}
}

// guestContext returns the context of one cycle's guest. A hunt takes longer than
// planned if profiled cycles are slow, and it is lost if one of them is cut. So the end
// of CycleConfig.Duration does not end its guests, unless a single one takes longer
// than Grace.
func (c *cycles) guestContext() (context.Context, context.CancelFunc) {
	var (
		deadline time.Time
		cause    error // nil for a timeout
	)
	if c.cfg.Timeout > 0 {
		deadline = time.Now().Add(c.cfg.Timeout)
	}
	if c.hunting && c.cfg.Duration > 0 && c.cfg.Grace > 0 {
		over := c.started.Add(max(c.cfg.Duration, time.Since(c.started)) + c.cfg.Grace)
		if deadline.IsZero() || over.Before(deadline) {
			deadline, cause = over, errRunOver
		}
	}
	if deadline.IsZero() {
		return c.guests, func() {}
	}
	return context.WithDeadlineCause(c.guests, deadline, cause)
}

// cut reports whether a guest was ended because the run was over.
func cut(o Outcome) bool { return errors.Is(o.Err, errRunOver) }
