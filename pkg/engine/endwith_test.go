package engine

import (
	"context"
	"encoding/binary"
	"errors"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

var errCause = errors.New("the cause")

func endedContext() context.Context {
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(errCause)
	return ctx
}

func TestEndWith(t *testing.T) {
	alive, cancel := context.WithCancel(context.Background())
	defer cancel()
	never := func(<-chan struct{}) { t.Error("left behind") }
	discarded := make(chan int, 1)
	discard := func(v int, _ error) { discarded <- v }
	failure := errors.New("failure")
	for _, ctx := range []context.Context{context.Background(), alive, endedContext()} {
		if v, err := endWith(ctx, func() (int, error) { return 7, failure }, discard, never); v != 7 || err != failure {
			t.Errorf("%v: %d, %v", ctx, v, err)
		}
		func() {
			defer func() {
				if r := recover(); r != failure {
					t.Errorf("%v: the panic became %v", ctx, r)
				}
			}()
			_, _ = endWith(ctx, func() (int, error) { panic(failure) }, discard, never)
		}()
	}

	block := make(chan struct{})
	var ended <-chan struct{}
	_, err := endWith(endedContext(), func() (int, error) { <-block; return 8, nil }, discard, func(c <-chan struct{}) { ended = c })
	if !errors.Is(err, context.Canceled) || !errors.Is(err, errCause) || err.Error() != errCause.Error() {
		t.Errorf("error %v", err)
	}
	select {
	case <-ended:
		t.Error("ended, and it blocks")
	default:
	}
	close(block)
	<-ended
	if v := <-discarded; v != 8 {
		t.Errorf("discarded %d", v)
	}
}

// slowModule takes seconds to compile, all in one function: wazero v1.12.0 takes
// the square of the length of a br_table.
func slowModule() *Binary {
	const labels = 30_000
	uleb := func(n int) []byte { return binary.AppendUvarint(nil, uint64(n)) }
	body := slices.Concat([]byte{0x00, 0x02, 0x40, 0x41, 0x00, 0x0e}, uleb(labels), make([]byte, labels+1), []byte{0x0b, 0x0b})
	code := slices.Concat(uleb(1), uleb(len(body)), body)
	return &Binary{Path: "slow.wasm", Bytes: slices.Concat([]byte("\x00asm\x01\x00\x00\x00"),
		[]byte{1, 4, 1, 0x60, 0, 0}, []byte{3, 2, 1, 0}, []byte{10}, uleb(len(code)), code)}
}

// A compilation ends with its context even within one function and on one
// processor. Close waits for the part that goes on.
func TestCompileEndsWithContext(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for _, test := range []struct {
		name  string
		cfg   Config
		times int
	}{
		{"plain", Config{}, 1},
		{"cache", Config{CacheDir: t.TempDir()}, 1},
		{"inspect", Config{Inspect: true}, 2}, // the second waits for the first
	} {
		t.Run(test.name, func(t *testing.T) {
			test.cfg.Ledger = memstat.NewLedger(memstat.SitesNever)
			r := NewRuntime(test.cfg)
			if !r.compiles {
				t.Skip("nothing is compiled")
			}
			for range test.times {
				ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
				defer cancel()
				var failed *CompileError
				if _, err := r.Compile(ctx, slowModule()); !errors.As(err, &failed) || !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, ErrInvalid) {
					t.Errorf("error %v", err)
				}
			}
			if err := r.Close(context.Background()); err != nil {
				t.Errorf("close: %v", err)
			}
			for _, ended := range r.left {
				select {
				case <-ended:
				default:
					t.Error("a compilation goes on after Close")
				}
			}
			if s := r.Ledger().Snapshot(); len(s.Leaks) != 0 || s.OpenScopes != 0 {
				t.Errorf("%+v", s)
			}
		})
	}
}

// Close waits for compilations no longer than its context lasts.
func TestCloseEndsWithContext(t *testing.T) {
	r := NewRuntime(Config{})
	goesOn := make(chan struct{})
	r.leave(goesOn)
	if err := r.Close(endedContext()); !errors.Is(err, errCause) || !errors.Is(err, context.Canceled) {
		t.Errorf("close: %v", err)
	}
}
