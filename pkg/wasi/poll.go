package wasi

import (
	"encoding/binary"
	"math"
	"time"
)

// Layouts of poll_oneoff. Under wasi_unstable a clock subscription begins with
// an identifier of its own, so that all after it sits eight bytes later.
type subscriptionLayout struct {
	size, clock int // of a subscription; where the clock's fields begin in it
}

var (
	subscriptionPreview1 = subscriptionLayout{size: 48, clock: 16}
	subscriptionUnstable = subscriptionLayout{size: 56, clock: 24}
)

const eventSize = 32

// event types.
const (
	eventClock = iota
	eventFDRead
	eventFDWrite
)

const (
	subclockAbstime     = 1 << 0
	eventrwflagHangup   = 1 << 0
	maxSubscriptions    = 1 << 16 // bounds what the host holds for one call
	subscriptionContent = 16      // where the union of a subscription begins
)

// subscription is one of poll_oneoff's, decoded.
type subscription struct {
	userdata uint64
	deadline time.Time // of a clock
	file     *openFile // of a descriptor
	errno    Errno     // what is wrong with it; the event says so
	kind     uint8
}

// readiness is what became of a subscription.
type readiness struct {
	occurred bool
	hangup   bool
	errno    Errno
	bytes    uint64
}

// pollOneoff: poll_oneoff(in, out, nsubscriptions, nevents).
func pollOneoff(s *System, m memory, p []uint64) Errno {
	return s.pollOneoff(m, p, subscriptionPreview1)
}

func pollOneoffUnstable(s *System, m memory, p []uint64) Errno {
	return s.pollOneoff(m, p, subscriptionUnstable)
}

func (s *System) pollOneoff(m memory, p []uint64, layout subscriptionLayout) Errno {
	count := uint32(p[2])
	if count == 0 || count > maxSubscriptions {
		return EINVAL
	}
	in, errno := m.array(uint32(p[0]), count, uint32(layout.size))
	if errno != ESUCCESS {
		return errno
	}
	out, errno := m.array(uint32(p[1]), count, eventSize)
	if errno != ESUCCESS {
		return errno
	}
	if errno := m.check(uint32(p[3]), 4); errno != ESUCCESS {
		return errno
	}
	// A few, as programs wait for, stay on the stack.
	var fewSubs [8]subscription
	var fewReady [len(fewSubs)]readiness
	subs, ready := fewSubs[:], fewReady[:]
	if count > uint32(len(fewSubs)) {
		subs, ready = make([]subscription, count), make([]readiness, count)
	}
	subs, ready = subs[:count], ready[:count]
	for i := range subs {
		s.decodeSubscription(in[i*layout.size:], layout, &subs[i])
	}
	if errno := s.poll(subs, ready); errno != ESUCCESS {
		return errno
	}
	n := 0
	for i := range ready {
		if ready[i].occurred {
			putEvent(out[n*eventSize:], &subs[i], &ready[i])
			n++
		}
	}
	return m.putU32(uint32(p[3]), uint32(n))
}

func (s *System) decodeSubscription(b []byte, layout subscriptionLayout, sub *subscription) {
	sub.userdata = binary.LittleEndian.Uint64(b)
	sub.kind = b[8]
	switch sub.kind {
	case eventClock:
		c := b[layout.clock:]
		sub.deadline, sub.errno = clockDeadline(binary.LittleEndian.Uint32(c),
			binary.LittleEndian.Uint64(c[8:]), binary.LittleEndian.Uint16(c[24:]))
	case eventFDRead:
		sub.file, sub.errno = s.fds.get(binary.LittleEndian.Uint32(b[subscriptionContent:]), RightPollFDReadwrite)
	case eventFDWrite:
		sub.file, sub.errno = s.fds.get(binary.LittleEndian.Uint32(b[subscriptionContent:]), RightPollFDReadwrite)
	default:
		sub.errno = EINVAL
	}
}

// clockDeadline turns a clock's time-out into a moment. What lies further in
// the future than the host can count is as good as never.
func clockDeadline(id uint32, timeout uint64, flags uint16) (time.Time, Errno) {
	if id != clockRealtime && id != clockMonotonic {
		return time.Time{}, EINVAL // CPU clocks cannot be waited for
	}
	now := time.Now()
	if flags&subclockAbstime != 0 {
		current := monotonic()
		if id == clockRealtime {
			current = uint64(now.UnixNano())
		}
		if timeout <= current {
			return now, ESUCCESS
		}
		timeout -= current
	}
	return now.Add(time.Duration(min(timeout, math.MaxInt64))), ESUCCESS
}

// poll waits until a subscription occurred and marks all that did.
func (s *System) poll(subs []subscription, ready []readiness) Errno {
	var earliest time.Time
	waits := false // for a descriptor that is not ready by nature
	occurred := false
	for i := range subs {
		sub := &subs[i]
		switch {
		case sub.errno != ESUCCESS:
			ready[i] = readiness{occurred: true, errno: sub.errno}
			occurred = true
		case sub.kind == eventClock:
			if earliest.IsZero() || sub.deadline.Before(earliest) {
				earliest = sub.deadline
			}
		case sub.file.alwaysReady():
			ready[i] = readiness{occurred: true, bytes: sub.file.available(sub.kind)}
			occurred = true
		default:
			waits = true
		}
	}
	if occurred {
		earliest = time.Now() // nothing to wait for; who else is ready now?
	}
	switch {
	case waits:
		if errno := s.osPoll(subs, ready, earliest); errno != ESUCCESS {
			return errno
		}
	case !occurred:
		s.sleepUntil(earliest)
	}
	now := time.Now()
	for i := range subs {
		if sub := &subs[i]; sub.kind == eventClock && sub.errno == ESUCCESS && !sub.deadline.After(now) {
			ready[i].occurred = true
		}
	}
	return ESUCCESS
}

// alwaysReady reports whether reading or writing never waits: files, and the
// streams that Go serves, which cannot tell.
func (d *openFile) alwaysReady() bool {
	return d.sysfd == noSysfd || d.seekable() || d.filetype == filetypeDirectory
}

// available is how many bytes a read will get at once, where it is known.
func (d *openFile) available(kind uint8) uint64 {
	if kind != eventFDRead || d.filetype != filetypeRegularFile {
		return 0
	}
	var st filestat
	if osFilestat(d.sysfd, &st) != ESUCCESS || d.syncOffset() != ESUCCESS {
		return 0
	}
	if at := uint64(max(d.offset, 0)); at < st.size {
		return st.size - at
	}
	return 0
}

// sleepUntil waits for the deadline; a done context ends the guest.
func (s *System) sleepUntil(deadline time.Time) {
	wait := time.Until(deadline)
	if wait <= 0 {
		return
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.ctx.Done():
		panic(doneError(s.ctx))
	}
}

func putEvent(b []byte, sub *subscription, r *readiness) {
	clear(b[:eventSize])
	binary.LittleEndian.PutUint64(b, sub.userdata)
	binary.LittleEndian.PutUint16(b[8:], uint16(r.errno))
	b[10] = sub.kind
	if sub.kind != eventClock {
		binary.LittleEndian.PutUint64(b[16:], r.bytes)
		if r.hangup {
			binary.LittleEndian.PutUint16(b[24:], eventrwflagHangup)
		}
	}
}
