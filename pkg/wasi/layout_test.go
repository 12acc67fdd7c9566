package wasi

import (
	"encoding/binary"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// masked is a memory full of a sentinel that a layout is put into at 8.
func masked() memory {
	m := make(memory, 96)
	for i := range m {
		m[i] = 0xa5
	}
	return m
}

func wantLayout(t *testing.T, m memory, want []byte) {
	t.Helper()
	all := masked()
	copy(all[8:], want)
	if d := cmp.Diff([]byte(all), []byte(m)); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

func le(n int, v uint64) []byte { return binary.LittleEndian.AppendUint64(nil, v)[:n] }

func layoutOf(parts ...[]byte) (b []byte) {
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}

var someStat = filestat{
	dev: 0x0102030405060708, ino: 0x1112131415161718, nlink: 0x21222324_25262728, filetype: filetypeRegularFile,
	size: 0x3132333435363738, atim: 0x4142434445464748, mtim: 0x5152535455565758, ctim: 0x6162636465666768,
}

func TestLayoutFdstat(t *testing.T) {
	m := masked()
	m.putFdstat(8, filetypeDirectory, 0x1234, 0x0102030405060708, 0x1112131415161718)
	wantLayout(t, m, layoutOf(
		le(1, 3), le(1, 0), le(2, 0x1234), le(4, 0), le(8, 0x0102030405060708), le(8, 0x1112131415161718)))
}

func TestLayoutFilestat(t *testing.T) {
	m := masked()
	m.putFilestat(8, &someStat)
	wantLayout(t, m, layoutOf(
		le(8, someStat.dev), le(8, someStat.ino), le(1, 4), le(7, 0), le(8, someStat.nlink),
		le(8, someStat.size), le(8, someStat.atim), le(8, someStat.mtim), le(8, someStat.ctim)))
}

func TestLayoutFilestatUnstable(t *testing.T) {
	for nlink, want := range map[uint64]uint64{3: 3, math.MaxUint32: math.MaxUint32, 1 << 40: math.MaxUint32} {
		m, st := masked(), someStat
		st.nlink = nlink
		m.putFilestatUnstable(8, &st)
		wantLayout(t, m, layoutOf(
			le(8, st.dev), le(8, st.ino), le(1, 4), le(3, 0), le(4, want),
			le(8, st.size), le(8, st.atim), le(8, st.mtim), le(8, st.ctim)))
	}
}

func TestLayoutDirent(t *testing.T) {
	m := masked()
	putDirent(m[8:], 0x0102030405060708, 0x1112131415161718, 0x21222324, filetypeSymbolicLink)
	wantLayout(t, m, layoutOf(
		le(8, 0x0102030405060708), le(8, 0x1112131415161718), le(4, 0x21222324), le(1, 7), le(3, 0)))
}

func TestLayoutEvent(t *testing.T) {
	m := masked()
	putEvent(m[8:], &subscription{userdata: 0x0102030405060708, kind: eventFDRead},
		&readiness{errno: 0x1234, bytes: 0x1112131415161718, hangup: true})
	wantLayout(t, m, layoutOf(
		le(8, 0x0102030405060708), le(2, 0x1234), le(1, 1), le(5, 0), le(8, 0x1112131415161718), le(2, 1), le(6, 0)))

	m = masked()
	putEvent(m[8:], &subscription{userdata: 7, kind: eventClock}, &readiness{bytes: 5, hangup: true})
	wantLayout(t, m, layoutOf(le(8, 7), le(2, 0), le(1, 0), make([]byte, 21)))
}

// subscriptions of both ABIs, as their C headers lay them out.
func TestLayoutSubscription(t *testing.T) {
	s, err := NewSystem(Config{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	const timeout, precision, abstime = 1, 99, 1
	clock := layoutOf(le(4, clockMonotonic), le(4, 0), le(8, timeout), le(8, precision), le(2, abstime), le(6, 0))
	for _, test := range []struct {
		name   string
		layout subscriptionLayout
		bytes  []byte
	}{
		{"preview1", subscriptionPreview1, layoutOf(le(8, 42), le(8, eventClock), clock)},
		{"unstable", subscriptionUnstable, layoutOf(le(8, 42), le(8, eventClock), le(8, 77), clock)},
	} {
		if len(test.bytes) != test.layout.size {
			t.Errorf("%s: %d bytes, want %d", test.name, len(test.bytes), test.layout.size)
		}
		var sub subscription
		s.decodeSubscription(test.bytes, test.layout, &sub)
		if sub.userdata != 42 || sub.kind != eventClock || sub.errno != ESUCCESS {
			t.Errorf("%s: %+v", test.name, sub)
		}
		now := time.Now()
		if sub.deadline.After(now) {
			t.Errorf("%s: an absolute time in the past lies in the future", test.name)
		}
		binary.LittleEndian.PutUint16(test.bytes[test.layout.clock+24:], 0) // relative
		binary.LittleEndian.PutUint64(test.bytes[test.layout.clock+8:], math.MaxUint64)
		s.decodeSubscription(test.bytes, test.layout, &sub)
		if !sub.deadline.After(now) {
			t.Errorf("%s: the longest time-out lies in the past", test.name)
		}
		binary.LittleEndian.PutUint32(test.bytes[test.layout.clock:], 2)
		if s.decodeSubscription(test.bytes, test.layout, &sub); sub.errno != EINVAL {
			t.Errorf("%s: a CPU clock: %v", test.name, sub.errno)
		}
		test.bytes[8] = eventFDWrite
		binary.LittleEndian.PutUint32(test.bytes[16:], 1)
		if s.decodeSubscription(test.bytes, test.layout, &sub); sub.errno != ESUCCESS || sub.file != s.fds.slots[1] {
			t.Errorf("%s: descriptor 1: %+v", test.name, sub)
		}
		test.bytes[8] = 3
		if s.decodeSubscription(test.bytes, test.layout, &sub); sub.errno != EINVAL {
			t.Errorf("%s: an unknown event: %v", test.name, sub.errno)
		}
	}
}

// Every layout that does not fit is EFAULT, and nothing is written.
func TestLayoutBounds(t *testing.T) {
	puts := map[string]struct {
		size int
		put  func(m memory, at uint32) Errno
	}{
		"u32":      {4, func(m memory, at uint32) Errno { return m.putU32(at, 1) }},
		"u64":      {8, func(m memory, at uint32) Errno { return m.putU64(at, 1) }},
		"fdstat":   {24, func(m memory, at uint32) Errno { return m.putFdstat(at, 1, 1, 1, 1) }},
		"filestat": {64, func(m memory, at uint32) Errno { return m.putFilestat(at, &someStat) }},
		"unstable": {56, func(m memory, at uint32) Errno { return m.putFilestatUnstable(at, &someStat) }},
	}
	for name, p := range puts {
		m := masked()
		last := uint32(len(m) - p.size)
		for _, at := range []uint32{last + 1, uint32(len(m)) - 1, uint32(len(m)), 1 << 31, math.MaxUint32, -uint32(p.size)} {
			if errno := p.put(m, at); errno != EFAULT {
				t.Errorf("%s at %d: %v, want EFAULT", name, at, errno)
			}
			wantLayout(t, m, nil)
		}
		if errno := p.put(m, last); errno != ESUCCESS {
			t.Errorf("%s at its last place: %v", name, errno)
		}
		if errno := p.put(nil, 0); errno != EFAULT {
			t.Errorf("%s without memory: %v", name, errno)
		}
	}
}

func TestIovecs(t *testing.T) {
	m := make(memory, 1<<14)
	list := func(pairs ...uint32) (ptr, count uint32) {
		for i, v := range pairs {
			binary.LittleEndian.PutUint32(m[64+4*i:], v)
		}
		return 64, uint32(len(pairs) / 2)
	}
	size := uint32(len(m))
	for _, test := range []struct {
		name  string
		pairs []uint32
		want  Errno
		bufs  int
	}{
		{"none", nil, ESUCCESS, 0},
		{"one", []uint32{0, 4}, ESUCCESS, 1},
		{"empty ones are left out", []uint32{0, 0, 8, 1, 16, 0}, ESUCCESS, 1},
		{"overlapping", []uint32{0, 8, 4, 8}, ESUCCESS, 2},
		{"itself", []uint32{64, 16, 64, 16}, ESUCCESS, 2},
		{"to the end", []uint32{size - 1, 1}, ESUCCESS, 1},
		{"past the end", []uint32{size - 1, 2}, EFAULT, 0},
		{"far past the end", []uint32{size, 1}, EFAULT, 0},
		{"wrapping", []uint32{math.MaxUint32, 2}, EFAULT, 0},
		{"as long as can be", []uint32{8, math.MaxUint32}, EFAULT, 0},
		{"second is bad", []uint32{0, 8, 1 << 31, 8}, EFAULT, 0},
	} {
		ptr, count := list(test.pairs...)
		bufs, errno := m.iovecs(nil, ptr, count)
		if errno != test.want || len(bufs) != test.bufs {
			t.Errorf("%s: %d buffers, %v; want %d, %v", test.name, len(bufs), errno, test.bufs, test.want)
		}
		for _, b := range bufs {
			if cap(b) != len(b) {
				t.Errorf("%s: a buffer can grow into the memory behind it", test.name)
			}
		}
	}
	for _, test := range []struct {
		ptr, count uint32
		want       Errno
	}{
		{size - 8, 1, ESUCCESS}, {size - 7, 1, EFAULT}, {size, 0, ESUCCESS}, {size + 1, 0, EFAULT},
		{math.MaxUint32, 1, EFAULT}, {0, 1024, ESUCCESS}, {0, 1025, EINVAL}, {0, 1 << 20, EINVAL},
		{0, 1 << 29, EINVAL}, {0, math.MaxUint32, EINVAL},
	} {
		clear(m)
		if _, errno := m.iovecs(nil, test.ptr, test.count); errno != test.want {
			t.Errorf("%d at %d: %v, want %v", test.count, test.ptr, errno, test.want)
		}
	}
}
