//go:build linux || darwin

package wasi

import (
	"context"
	"math"
	"time"

	"golang.org/x/sys/unix"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// poller waits for host descriptors, and for the end of a call's context: a
// pipe that is written to when the context is done. It is made at the first
// wait that needs it.
type poller struct {
	fds     []unix.PollFd
	pipe    [2]int
	open    bool
	handles [2]memstat.Handle
}

func (p *poller) destroy(scope *memstat.Scope) {
	if !p.open {
		return
	}
	p.open = false
	for i, fd := range p.pipe {
		_ = osClose(fd) // a pipe of our own: nothing is lost
		scope.Release(p.handles[i])
	}
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

// waitFor waits until fd has the event.
func (p *poller) waitFor(s *System, fd int, event int16) Errno {
	p.fds = append(p.fds[:0], unix.PollFd{Fd: int32(fd), Events: event})
	return p.wait(s, time.Time{})
}

// wait waits until one of p.fds has an event, or for the deadline where there
// is one. A done context ends the guest.
func (p *poller) wait(s *System, deadline time.Time) Errno {
	if s.ctx.Done() == nil {
		_, err := pollUntil(p.fds, deadline)
		return errnoOf(err)
	}
	// What is ready at once needs no pipe.
	if n, err := pollUntil(p.fds, time.Now()); err != nil || n > 0 {
		return errnoOf(err)
	}
	if err := p.init(s.scope); err != nil {
		return errnoOf(err)
	}
	p.fds = append(p.fds, unix.PollFd{Fd: int32(p.pipe[0]), Events: unix.POLLIN})
	woken := make(chan struct{})
	stop := context.AfterFunc(s.ctx, func() {
		_, _ = unix.Write(p.pipe[1], []byte{0})
		close(woken)
	})
	_, err := pollUntil(p.fds, deadline)
	if !stop() {
		// The pipe must not be closed under the writer, nor be found ready by a
		// later call of the guest, with another context.
		<-woken
		_, _ = unix.Read(p.pipe[0], make([]byte, 1))
		panic(doneError(s.ctx))
	}
	p.fds = p.fds[:len(p.fds)-1]
	return errnoOf(err)
}

// pollUntil is poll(2) with a moment instead of a duration; the zero time is
// never. A moment is never missed by coming back early.
func pollUntil(fds []unix.PollFd, deadline time.Time) (int, error) {
	for {
		timeout := -1
		if !deadline.IsZero() {
			// Round up to whole milliseconds; the sum could overflow.
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

// pollNow asks without waiting.
func pollNow(fd int, event int16) (bool, Errno) {
	fds := [1]unix.PollFd{{Fd: int32(fd), Events: event}}
	n, err := pollUntil(fds[:], time.Now())
	return n > 0, errnoOf(err)
}

// osPoll waits for the descriptors among subs and marks those that are
// ready.
func (s *System) osPoll(subs []subscription, ready []readiness, deadline time.Time) Errno {
	p := &s.poller
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
	if errno := p.wait(s, deadline); errno != ESUCCESS {
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

// waits reports whether only the host knows when the subscription occurs.
func (s *subscription) waits() bool {
	return s.errno == ESUCCESS && s.kind != eventClock && !s.file.alwaysReady()
}
