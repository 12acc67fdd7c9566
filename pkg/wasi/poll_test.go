//go:build linux

package wasi_test

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/tetratelabs/wazero/sys"

	"github.com/wamr-go/wamr-go/pkg/wasi"
)

const (
	millisecond = uint64(time.Millisecond)
	hour        = uint64(time.Hour)
	abstime     = 1
	hangup      = 1
)

func wantEvents(t *testing.T, got []event, want ...event) {
	t.Helper()
	if d := cmp.Diff(want, got, cmp.AllowUnexported(event{})); d != "" {
		t.Errorf("events (-want +got):\n%s", d)
	}
}

func (p *proxy) clock(id uint64) uint64 {
	p.must("clock_time_get", id, 1, atResult)
	return p.u64(atResult)
}

func TestPollClocks(t *testing.T) {
	p := newProxy(t, wasi.Config{})
	for _, id := range []uint32{clockRealtime, clockMonotonic} {
		const wait = 2 * millisecond
		before := p.clock(uint64(id))
		wantEvents(t, p.poll(subscription{userdata: 7, kind: eventClock, fd: id, timeout: wait}), event{userdata: 7})
		if took := p.clock(uint64(id)) - before; took < wait {
			t.Errorf("clock %d: back after %d ns of %d", id, took, wait)
		}
		until := p.clock(uint64(id)) + wait
		wantEvents(t, p.poll(subscription{userdata: 8, fd: id, timeout: until, flags: abstime}), event{userdata: 8})
		if now := p.clock(uint64(id)); now < until {
			t.Errorf("clock %d: back %d ns too early", id, until-now)
		}
		wantEvents(t, p.poll(subscription{userdata: 9, fd: id, timeout: 1, flags: abstime}), event{userdata: 9})
		wantEvents(t, p.poll(subscription{userdata: 10, fd: id}), event{userdata: 10})
	}
	// Of several only those that are due, in the order of subscription.
	wantEvents(t, p.poll(
		subscription{userdata: 1, fd: clockMonotonic, timeout: hour},
		subscription{userdata: 2, fd: clockMonotonic, timeout: millisecond},
		subscription{userdata: 3, fd: clockRealtime, timeout: 1<<64 - 1},
		subscription{userdata: 4, fd: clockMonotonic, timeout: 1<<64 - 1, flags: abstime},
		subscription{userdata: 5, fd: clockRealtime},
	), event{userdata: 5})
	wantEvents(t, p.poll(
		subscription{userdata: 1, fd: clockMonotonic, timeout: hour},
		subscription{userdata: 2, fd: clockMonotonic, timeout: millisecond},
	), event{userdata: 2})
	// CPU clocks cannot be waited for, and unknown ones do not exist.
	wantEvents(t, p.poll(subscription{fd: 2}, subscription{fd: 99, userdata: 1}),
		event{errno: wasi.EINVAL}, event{errno: wasi.EINVAL, userdata: 1})
}

func TestPollDescriptors(t *testing.T) {
	inR, inW := pipe(t)
	outR, outW := pipe(t)
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "file"), "0123456789")
	p := newProxy(t, wasi.Config{Stdin: inR, Stdout: outW, Preopens: []*wasi.Preopen{preopen(t, dir, "", wasi.ReadWrite)}})
	never := subscription{userdata: 99, fd: clockMonotonic, timeout: hour}
	read0 := subscription{userdata: 1, kind: eventRead, fd: 0}
	write1 := subscription{userdata: 2, kind: eventWrite, fd: 1}

	wantEvents(t, p.poll(read0, never, write1), event{userdata: 2, kind: eventWrite})
	wantEvents(t, p.poll(read0, subscription{userdata: 3, fd: clockMonotonic, timeout: millisecond}), event{userdata: 3})
	inW.WriteString("hello")
	wantEvents(t, p.poll(never, read0), event{userdata: 1, kind: eventRead, bytes: 5})
	wantEvents(t, p.poll(read0, read0), event{userdata: 1, kind: eventRead, bytes: 5}, event{userdata: 1, kind: eventRead, bytes: 5})
	inW.Close()
	wantEvents(t, p.poll(read0, never), event{userdata: 1, kind: eventRead, bytes: 5, flags: hangup})
	p.read(0, 10)
	wantEvents(t, p.poll(read0), event{userdata: 1, kind: eventRead, flags: hangup})
	outR.Close()
	wantEvents(t, p.poll(write1, never), event{userdata: 2, kind: eventWrite, errno: wasi.EPIPE, flags: hangup})

	// Files are always ready, and report the number of bytes left.
	file := p.mustOpen(openParams{dir: root, path: "file", base: readRights | rightFDWrite | rightPollFDReadwrite})
	p.seek(file, 4, seekSet)
	wantEvents(t, p.poll(
		subscription{userdata: 1, kind: eventRead, fd: uint32(file)},
		subscription{userdata: 2, kind: eventWrite, fd: uint32(file)}, never,
	), event{userdata: 1, kind: eventRead, bytes: 6}, event{userdata: 2, kind: eventWrite})
	p.seek(file, 100, seekSet)
	wantEvents(t, p.poll(subscription{kind: eventRead, fd: uint32(file)}), event{kind: eventRead})

	// An error of one subscription is reported in its event.
	wantEvents(t, p.poll(
		subscription{userdata: 1, kind: eventRead, fd: 77},
		subscription{userdata: 2, kind: eventWrite, fd: 1<<32 - 1},
		subscription{userdata: 3, kind: 3},
		subscription{userdata: 4, kind: 255}, never, read0,
	),
		event{userdata: 1, kind: eventRead, errno: wasi.EBADF}, event{userdata: 2, kind: eventWrite, errno: wasi.EBADF},
		event{userdata: 3, kind: 3, errno: wasi.EINVAL}, event{userdata: 4, kind: 255, errno: wasi.EINVAL},
		event{userdata: 1, kind: eventRead, flags: hangup})
	p.want(wasi.EINVAL, "poll_oneoff", atData, atEvents, 0, atResult)
}

// Streams that Go serves cannot tell, and so are ready.
func TestPollStreams(t *testing.T) {
	p := newProxy(t, wasi.Config{Stdin: strings.NewReader("x")})
	for fd := range uint32(3) {
		kind := byte(eventWrite)
		if fd == 0 {
			kind = eventRead
		}
		wantEvents(t, p.poll(subscription{kind: kind, fd: fd}), event{kind: kind})
	}
}

// Only whole events are written, and only those that are counted.
func TestPollWritesEventsOnly(t *testing.T) {
	for _, option := range []proxyOption{func(*proxy) {}, unstable} {
		p := newProxy(t, wasi.Config{}, option)
		size := subscriptionSize
		if p.module == wasi.ModuleUnstable {
			size = 56
		}
		m := p.memory()
		p.mask()
		for i := range 3 { // clocks: now, in an hour, now
			b := m[atData+size*i:][:size]
			clear(b)
			if b[0] = byte(i); i == 1 {
				b[size-48+24+6] = 1 // the time-out's seventh byte
			}
		}
		p.must("poll_oneoff", atData, atEvents, 3, atResult)
		if n := p.u32(atResult); n != 2 {
			t.Errorf("%s: %d events", p.module, n)
		}
		p.wantOnly(span{atResult, 4}, span{atData, 3 * size}, span{atEvents, 2 * eventSize})
		if m[atEvents] != 0 || m[atEvents+eventSize] != 2 {
			t.Errorf("%s: events of %d and %d", p.module, m[atEvents], m[atEvents+eventSize])
		}
	}
}

// waitingGuest cancels the context once the guest waits. That it does is seen
// by its goroutine's state, so that no time decides; a guest that is cancelled
// before it waits ends the same way.
func waitingGuest(t *testing.T, p *proxy, cancel context.CancelFunc, call func() error) error {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- call() }()
	for range 100 {
		runtime.Gosched()
	}
	cancel()
	select {
	case err := <-done:
		return err
	case <-time.After(time.Minute):
		t.Fatal("the guest waits on")
		return nil
	}
}

func TestCancelEndsWaits(t *testing.T) {
	for name, call := range map[string]func(p *proxy) error{
		"clock": func(p *proxy) error {
			_, _, err := p.tryPoll(subscription{fd: clockMonotonic, timeout: 1<<64 - 1})
			return err
		},
		"pipe": func(p *proxy) error {
			_, _, err := p.tryPoll(subscription{kind: eventRead, fd: 0})
			return err
		},
		"pipe and clock": func(p *proxy) error {
			_, _, err := p.tryPoll(subscription{kind: eventRead, fd: 0}, subscription{fd: 1, timeout: 1<<64 - 1})
			return err
		},
		"read": func(p *proxy) error {
			at, n := p.iovecs(span{atData, 10})
			_, err := p.try("fd_read", 0, at, n, atResult)
			return err
		},
		"accept": func(p *proxy) error {
			_, err := p.try("sock_accept", 3, 0, atResult)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			r, w := pipe(t)
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			p := newProxy(t, wasi.Config{Stdin: r, Listeners: []*os.File{loopback(t)}}, withContext(ctx))
			wantExit(t, waitingGuest(t, p, cancel, func() error { return call(p) }), sys.ExitCodeContextCanceled)

			// Each later call ends at once, too.
			_, err := p.try("sched_yield")
			wantExit(t, err, sys.ExitCodeContextCanceled)

			// Under another context the guest waits as before.
			again, cancel2 := context.WithCancel(context.Background())
			defer cancel2()
			p.ctx = wasi.WithSystem(again, p.system)
			wantEvents(t, p.poll(subscription{kind: eventRead, fd: 0}, subscription{userdata: 5, fd: 1, timeout: millisecond}),
				event{userdata: 5})
			w.WriteString("x")
			wantEvents(t, p.poll(subscription{kind: eventRead, fd: 0}), event{kind: eventRead, bytes: 1})
		})
	}
}

func TestDeadlineEndsWaits(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	p := newProxy(t, wasi.Config{}, withContext(ctx))
	_, _, err := p.tryPoll(subscription{fd: clockMonotonic, timeout: hour})
	wantExit(t, err, sys.ExitCodeDeadlineExceeded)
}

func TestClocks(t *testing.T) {
	p := newProxy(t, wasi.Config{})
	for id := range uint64(4) {
		p.must("clock_res_get", id, atResult)
		if res := p.u64(atResult); res == 0 {
			t.Errorf("clock %d has no resolution", id)
		}
		first := p.clock(id)
		if second := p.clock(id); second < first || first == 0 {
			t.Errorf("clock %d: %d, then %d", id, first, second)
		}
	}
	if d := time.Since(time.Unix(0, int64(p.clock(clockRealtime)))); d < 0 || d > time.Hour {
		t.Errorf("the time of day is %v off", d)
	}
	for _, id := range []uint64{4, 1 << 31, 1<<32 - 1} {
		p.want(wasi.EINVAL, "clock_res_get", id, atResult)
		p.want(wasi.EINVAL, "clock_time_get", id, 1, atResult)
	}
}
