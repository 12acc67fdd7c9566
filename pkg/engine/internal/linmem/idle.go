package linmem

import "time"

// idleAfter is the time for which slots wait for their next use before they go
// back to the system.
const idleAfter = 10 * time.Second

// idleTimer detects that something has not been used for a while, at almost no
// cost per use: its timer checks now and then whether there was a use. It is
// guarded by its owner's lock. The zero value runs with idleAfter.
type idleTimer struct {
	after time.Duration // 0 means idleAfter
	timer *time.Timer   // nil while there is nothing to watch
	used  bool          // since the timer was set
}

// touch records a use. From then on look is called once in a while, in a
// goroutine of its own, until over returns true.
func (t *idleTimer) touch(look func()) {
	t.used = true
	if t.timer == nil {
		t.timer = time.AfterFunc(t.period(), look)
	}
}

// over reports whether there was no use since the last call. look calls it.
func (t *idleTimer) over() bool {
	if t.timer == nil {
		return false // stopped meanwhile
	}
	if t.used {
		t.used = false
		t.timer.Reset(t.period())
		return false
	}
	t.timer = nil
	return true
}

func (t *idleTimer) stop() {
	if t.timer != nil {
		t.timer.Stop()
		t.timer = nil
	}
}

func (t *idleTimer) period() time.Duration {
	if t.after > 0 {
		return t.after
	}
	return idleAfter
}
