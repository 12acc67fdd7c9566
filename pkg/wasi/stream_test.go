package wasi_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero/sys"

	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// cancellable gives the guest a context that can end.
func (p *proxy) cancellable() context.CancelFunc {
	ctx, cancel := context.WithCancel(context.Background())
	p.ctx = wasi.WithSystem(ctx, p.system)
	return cancel
}

// streamFunc is a Go stream that no context ends.
type streamFunc func([]byte) (int, error)

func (f streamFunc) Read(b []byte) (int, error)  { return f(b) }
func (f streamFunc) Write(b []byte) (int, error) { return f(b) }

// Streams behave alike whether their context can end or not.
func TestStreams(t *testing.T) {
	for _, canEnd := range []bool{false, true} {
		var out bytes.Buffer
		next := strings.NewReader("first second")
		p := newProxy(t, wasi.Config{
			Stdin:  streamFunc(next.Read),
			Stdout: streamFunc(out.Write),
			Stderr: streamFunc(func(b []byte) (int, error) { return min(len(b), 3), io.ErrShortWrite }),
		})
		if canEnd {
			defer p.cancellable()()
		}
		for _, want := range []string{"first", " seco", "nd", ""} {
			if got, errno := p.read(0, 5); got != want || errno != 0 {
				t.Errorf("read %q %v, want %q", got, errno, want)
			}
		}
		text := strings.Repeat("0123456789abcdef", dataSize/16)
		if n, errno := p.write(1, text); n != len(text) || errno != 0 || out.String() != text {
			t.Errorf("wrote %d of %d bytes, %v", n, len(text), errno)
		}
		if n, errno := p.write(2, "12345"); n != 3 || errno != 0 {
			t.Errorf("a short write: %d %v", n, errno)
		}
	}
}

func TestStreamErrors(t *testing.T) {
	for _, canEnd := range []bool{false, true} {
		for _, test := range []struct {
			err  error
			want wasi.Errno
		}{{io.ErrClosedPipe, wasi.EPIPE}, {wasi.ENOSPC, wasi.ENOSPC}, {errors.New("other"), wasi.EIO}} {
			fails := streamFunc(func([]byte) (int, error) { return 0, test.err })
			p := newProxy(t, wasi.Config{Stdin: fails, Stdout: fails})
			if canEnd {
				defer p.cancellable()()
			}
			if _, errno := p.read(0, 5); errno != test.want {
				t.Errorf("reading fails with %v: %v, want %v", test.err, errno, test.want)
			}
			if _, errno := p.write(1, "x"); errno != test.want {
				t.Errorf("writing fails with %v: %v, want %v", test.err, errno, test.want)
			}
		}
	}
}

// A stream may panic, end its goroutine, and call the guest again.
func TestStreamsThatDoMore(t *testing.T) {
	var p *proxy
	p = newProxy(t, wasi.Config{
		Stdin: streamFunc(func([]byte) (int, error) { panic("a panic of the stream") }),
		Stdout: streamFunc(func(b []byte) (int, error) {
			p.must("clock_time_get", clockMonotonic, 1, atResult+64)
			return len(b), nil
		}),
		Stderr: streamFunc(func([]byte) (int, error) { runtime.Goexit(); return 0, nil }),
	})
	defer p.cancellable()()
	at, n := p.iovecs(span{atData, 1})
	if _, err := p.try("fd_read", 0, at, n, atResult); err == nil || !strings.Contains(err.Error(), "a panic of the stream") {
		t.Errorf("the panic became %v", err)
	}
	if n, errno := p.write(1, "x"); n != 1 || errno != 0 {
		t.Errorf("a stream that calls the guest: %d %v", n, errno)
	}
	if _, errno := p.write(2, "x"); errno != wasi.EIO {
		t.Errorf("a stream that ended its goroutine: %v", errno)
	}
}

// A Read and a Write that the guest did not wait for go on. Under another
// context the guest gets the bytes of that Read, and only one Write runs at a
// time.
func TestStreamsLeftBehind(t *testing.T) {
	began, read, write := make(chan struct{}, 2), make(chan string), make(chan struct{})
	var out bytes.Buffer
	var writing bool
	p := newProxy(t, wasi.Config{
		Stdin: streamFunc(func(b []byte) (int, error) {
			began <- struct{}{}
			return copy(b, <-read), nil
		}),
		Stdout: streamFunc(func(b []byte) (int, error) {
			if writing {
				t.Error("two Writes at once")
			}
			writing = true
			began <- struct{}{}
			<-write
			writing = false
			return out.Write(b)
		}),
	})
	end := func(function string, fd uint64) {
		t.Helper()
		p.put(atData, "one")
		at, n := p.iovecs(span{atData, 3})
		cancel := p.cancellable()
		go func() { <-began; cancel() }()
		_, err := p.try(function, fd, at, n, atResult)
		wantExit(t, err, sys.ExitCodeContextCanceled)
	}
	end("fd_read", 0)
	end("fd_write", 1)
	if n := p.scope.Live(); n < 2 {
		t.Errorf("%d objects live", n)
	}
	clear(p.memory()[atData : atData+8]) // Write gets a copy

	read <- "12345"
	defer p.cancellable()()
	for _, want := range []string{"12", "3"} { // no more than was asked for at first
		if got, errno := p.read(0, 2); got != want || errno != 0 {
			t.Errorf("read %q %v, want %q", got, errno, want)
		}
	}
	close(write)
	if n, errno := p.write(1, "two"); n != 3 || errno != 0 || out.String() != "onetwo" {
		t.Errorf("wrote %d, %v: %q", n, errno, out.String())
	}
}

// A trace is a stream, too.
func TestTraceLeftBehind(t *testing.T) {
	began, block := make(chan struct{}, 2), make(chan struct{})
	trace := &wasi.Trace{Writer: streamFunc(func(b []byte) (int, error) {
		began <- struct{}{}
		<-block
		return len(b), nil
	})}
	p := newProxy(t, wasi.Config{Trace: trace})
	cancel := p.cancellable()
	go func() { <-began; cancel() }()
	_, err := p.try("sched_yield")
	wantExit(t, err, sys.ExitCodeContextCanceled)
	close(block)
	defer p.cancellable()()
	p.must("sched_yield")
}
