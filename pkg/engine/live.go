package engine

import (
	"sync"
	"sync/atomic"

	"github.com/wamr-go/wamr-go/pkg/memstat/probe"
)

// Live shows a run of cycles while it lasts: see CycleConfig.Live. The zero Live
// shows none. It is safe for concurrent use, and shows one run at a time.
type Live struct {
	run     atomic.Pointer[cycles]
	looking sync.RWMutex // read-held by Look, held during a census
}

// Look calls f, which may call Result. The hunt for leaks counts all objects of the
// process now and then: it waits for f, and f for it, so that no object of f is
// taken for one that the run lost.
func (l *Live) Look(f func()) {
	l.looking.RLock()
	defer l.looking.RUnlock()
	f()
}

// quiet keeps those who look waiting until the function that it returns is called.
func (l *Live) quiet() (end func()) {
	l.looking.Lock()
	return l.looking.Unlock
}

// Result returns the result so far, and whether a run is in progress. It waits
// for no cycle, and so it can be called as often as somebody looks: it takes some
// 100 microseconds and 64 KiB for a moment. The verdict of the run is not in it:
// the hunt for leaks is the last part of a run.
func (l *Live) Result() (CycleResult, bool) {
	c := l.run.Load()
	if c == nil {
		return CycleResult{}, false
	}
	r := c.soFar(new(histogram))
	r.Running = true
	if c.before != nil {
		now := probe.Now()
		r.After = &now
	}
	return r, true
}

// show shows a run, or none if c is nil. A nil Live shows nothing.
func (l *Live) show(c *cycles) {
	if l != nil {
		l.run.Store(c)
	}
}
