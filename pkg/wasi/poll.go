package wasi

import (
	"encoding/binary"
	"math"
	"time"
)

// subscriptionLayout is the layout of poll_oneoff's subscription. In
// wasi_unstable a clock has an identifier before its other fields, so these
// sit eight bytes later.
type subscriptionLayout struct {
	size  int // of a subscription
	clock int // offset of the clock's fields
}

var (
	subscriptionPreview1 = subscriptionLayout{size: 48, clock: 16}
	subscriptionUnstable = subscriptionLayout{size: 56, clock: 24}
)

const (
	subscriptionUnion = 16 // offset of a subscription's union
	eventSize         = 32
)

// Event types. Source: preview1 docs, section eventtype.
const (
	eventClock = iota
	eventFDRead
	eventFDWrite
)

const (
	subclockAbstime   = 1 << 0
	eventrwflagHangup = 1 << 0
)

// maxSubscriptions bounds the memory that the host allocates for one call.
const maxSubscriptions = 1 << 16

// subscription is a decoded subscription of poll_oneoff.
type subscription struct {
	userdata uint64
	deadline time.Time // of a clock
	file     *openFile // of a descriptor
	errno    Errno     // the error to report in the event
	kind     uint8     // an event type, or any other value with errno EINVAL
}

// readiness is the result for a subscription.
type readiness struct {
	occurred bool
	hangup   bool
	errno    Errno
	bytes    uint64
}

// pollOneoff: poll_oneoff(in, out, nsubscriptions, nevents).
func pollOneoff(c *call) Errno { return c.pollOneoff(subscriptionPreview1) }

func pollOneoffUnstable(c *call) Errno { return c.pollOneoff(subscriptionUnstable) }

func (c *call) pollOneoff(layout subscriptionLayout) Errno {
	count := c.u32(2)
	if count == 0 || count > maxSubscriptions {
		return EINVAL
	}
	in, errno := c.memory.array(c.ptr(0), count, uint32(layout.size))
	if errno != ESUCCESS {
		return errno
	}
	out, errno := c.memory.array(c.ptr(1), count, eventSize)
	if errno != ESUCCESS {
		return errno
	}
	if errno := c.checkOut(3, 4); errno != ESUCCESS {
		return errno
	}
	// Programs wait for few things at a time. Those stay on the stack.
	var fewSubs [8]subscription
	var fewReady [len(fewSubs)]readiness
	subs, ready := fewSubs[:], fewReady[:]
	if count > uint32(len(fewSubs)) {
		subs, ready = make([]subscription, count), make([]readiness, count)
	}
	subs, ready = subs[:count], ready[:count]
	for i := range subs {
		c.system.decodeSubscription(in[i*layout.size:], layout, &subs[i])
	}
	if errno := c.poll(subs, ready); errno != ESUCCESS {
		return errno
	}
	n := 0
	for i := range ready {
		if ready[i].occurred {
			putEvent(out[n*eventSize:], &subs[i], &ready[i])
			n++
		}
	}
	return c.out32(3, uint32(n))
}

func (s *System) decodeSubscription(b []byte, layout subscriptionLayout, sub *subscription) {
	sub.userdata = binary.LittleEndian.Uint64(b)
	sub.kind = b[8]
	switch sub.kind {
	case eventClock:
		clock := b[layout.clock:]
		sub.deadline, sub.errno = clockDeadline(binary.LittleEndian.Uint32(clock),
			binary.LittleEndian.Uint64(clock[8:]), binary.LittleEndian.Uint16(clock[24:]))
	case eventFDRead, eventFDWrite:
		sub.file, sub.errno = s.fds.get(binary.LittleEndian.Uint32(b[subscriptionUnion:]), rightPollFDReadwrite)
	default:
		sub.errno = EINVAL
	}
}

// clockDeadline returns when a clock's timeout ends. A timeout too long for
// the host's clock becomes the longest one that it can express, 292 years.
func clockDeadline(id uint32, timeout uint64, flags uint16) (time.Time, Errno) {
	if id != clockRealtime && id != clockMonotonic {
		return time.Time{}, EINVAL // a CPU clock cannot be waited for
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

// poll waits until at least one subscription has occurred, and marks all that
// have.
func (c *call) poll(subs []subscription, ready []readiness) Errno {
	var earliest time.Time
	waits := false // for a descriptor
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
		earliest = time.Now() // do not wait; only see which others are ready
	}
	switch {
	case waits:
		if errno := c.osPoll(subs, ready, earliest); errno != ESUCCESS {
			return errno
		}
	case !occurred:
		c.sleepUntil(earliest)
	}
	now := time.Now()
	for i := range subs {
		if sub := &subs[i]; sub.kind == eventClock && sub.errno == ESUCCESS && !sub.deadline.After(now) {
			ready[i].occurred = true
		}
	}
	return ESUCCESS
}

// available returns the number of bytes left to read in a regular file, and 0
// for all other files, which do not report it.
func (f *openFile) available(kind uint8) uint64 {
	if kind != eventFDRead || f.filetype != filetypeRegularFile {
		return 0
	}
	var st filestat
	if osFilestat(f.sysfd, &st) != ESUCCESS || f.syncOffset() != ESUCCESS {
		return 0
	}
	if at := uint64(max(f.offset, 0)); at < st.size {
		return st.size - at
	}
	return 0
}

// sleepUntil waits for the deadline. It ends the guest if the context is done
// first.
func (c *call) sleepUntil(deadline time.Time) {
	wait := time.Until(deadline)
	if wait <= 0 {
		return
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-c.ctx.Done():
		panic(doneError(c.ctx))
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
