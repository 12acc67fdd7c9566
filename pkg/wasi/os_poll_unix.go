//go:build linux || darwin

package wasi

import (
	"context"
	"math"
	"time"

	"golang.org/x/sys/unix"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// poller lets a call wait for descriptors and for the end of its context. It
// has a pipe, which it polls as well, and to which it writes when the context
// is done. The pipe is opened by the first wait that needs it, and kept.
type poller struct {
	fds     []unix.PollFd
	pipe    [2]int
	open    bool
	handles [2]memstat.Handle
}

func (p *poller) init(scope *memstat.Scope) error {
	if p.open {
		return nil
	}
	if err := unix.Pipe(p.pipe[:]); err != nil {
		return err
	}
	for i, fd := range p.pipe {
		unix.CloseOnExec(fd)
		p.handles[i] = scope.Acquire(memstat.KindHostFD, 0)
	}
	p.open = true
	return nil
}

func (p *poller) destroy(scope *memstat.Scope) {
	p.fds = nil
	if !p.open {
		return
	}
	p.open = false
	for i, fd := range p.pipe {
		_ = osClose(fd) // nothing is lost with a pipe of our own
		scope.Release(p.handles[i])
	}
}

// waitFor waits until fd has the event.
func (c *call) waitFor(fd int, event int16) Errno {
	c.poller.fds = append(c.poller.fds[:0], unix.PollFd{Fd: int32(fd), Events: event})
	return c.wait(time.Time{})
}

// wait waits until one of poller.fds has an event, or until the deadline
// unless that is zero. It ends the guest if the context is done first.
func (c *call) wait(deadline time.Time) Errno {
	p := &c.poller
	if c.ctx.Done() == nil {
		_, err := pollUntil(p.fds, deadline)
		return errnoOf(err)
	}
	// If something is ready now, no pipe is needed.
	if n, err := pollUntil(p.fds, time.Now()); err != nil || n > 0 {
		return errnoOf(err)
	}
	if err := p.init(c.system.scope); err != nil {
		return errnoOf(err)
	}
	p.fds = append(p.fds, unix.PollFd{Fd: int32(p.pipe[0]), Events: unix.POLLIN})
	woken := make(chan struct{})
	stop := context.AfterFunc(c.ctx, func() {
		_, _ = unix.Write(p.pipe[1], []byte{0})
		close(woken)
	})
	_, err := pollUntil(p.fds, deadline)
	if !stop() {
		// Wait for the writer and drain the pipe. Otherwise the pipe could be
		// closed under the writer, or be found readable by a later call that has
		// another context.
		<-woken
		_, _ = unix.Read(p.pipe[0], make([]byte, 1))
		panic(doneError(c.ctx))
	}
	p.fds = p.fds[:len(p.fds)-1]
	return errnoOf(err)
}

// pollUntil is poll(2) with a deadline, or none if that is zero. It never
// returns before the deadline unless a descriptor is ready.
func pollUntil(fds []unix.PollFd, deadline time.Time) (int, error) {
	for {
		timeout := -1
		if !deadline.IsZero() {
			// Round up to milliseconds, without an addition that could overflow.
			left := max(time.Until(deadline), 0)
			ms := left / time.Millisecond
			if left%time.Millisecond > 0 {
				ms++
			}
			timeout = int(min(ms, math.MaxInt32))
		}
		n, err := unix.Poll(fds, timeout)
		if err == unix.EINTR || n == 0 && timeout == math.MaxInt32 {
			continue
		}
		return n, err
	}
}

// pollNow reports whether fd has the event now.
func pollNow(fd int, event int16) (bool, Errno) {
	fds := [1]unix.PollFd{{Fd: int32(fd), Events: event}}
	n, err := pollUntil(fds[:], time.Now())
	return n > 0, errnoOf(err)
}

// osPoll waits for the descriptors of subs, and marks those that are ready.
func (c *call) osPoll(subs []subscription, ready []readiness, deadline time.Time) Errno {
	p := &c.poller
	p.fds = p.fds[:0]
	for i := range subs {
		if sub := &subs[i]; sub.waits() {
			event := int16(unix.POLLIN)
			if sub.kind == eventFDWrite {
				event = unix.POLLOUT
			}
			p.fds = append(p.fds, unix.PollFd{Fd: int32(sub.file.sysfd), Events: event})
		}
	}
	if errno := c.wait(deadline); errno != ESUCCESS {
		return errno
	}
	next := 0
	for i := range subs {
		sub := &subs[i]
		if !sub.waits() {
			continue
		}
		got := p.fds[next].Revents
		next++
		if got == 0 {
			continue
		}
		r := readiness{occurred: true, hangup: got&unix.POLLHUP != 0}
		switch {
		case got&unix.POLLNVAL != 0:
			r.errno = EBADF
		case got&unix.POLLERR != 0 && sub.kind == eventFDWrite:
			r.errno, r.hangup = EPIPE, true
		case sub.kind == eventFDRead:
			if n, err := unix.IoctlGetInt(sub.file.sysfd, readableBytes); err == nil {
				r.bytes = uint64(max(n, 0))
			}
		}
		ready[i] = r
	}
	return ESUCCESS
}

// waits reports whether only the operating system knows when the subscription
// occurs.
func (s *subscription) waits() bool {
	return s.errno == ESUCCESS && s.kind != eventClock && !s.file.alwaysReady()
}
