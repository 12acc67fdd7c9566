package engine_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/wamr-go/wamr-go/internal/waiting"
	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// A guest that waits in any WASI call, or computes, ends with its context,
// whichever engine runs it, and on one processor, too. Nothing but the watchdog depends on time.
func TestContextEndsEveryWait(t *testing.T) {
	for _, name := range waiting.Missing() {
		t.Errorf("%s can wait, and no case waits in it", name)
	}
	for _, procs := range []int{1, runtime.GOMAXPROCS(0)} {
		for _, interpreter := range []bool{false, true} {
			plain := newRuntime(t, engine.Config{Interpreter: interpreter})
			interruptible := newRuntime(t, engine.Config{Interpreter: interpreter, Interruptible: true})
			for i := range waiting.Cases {
				c := &waiting.Cases[i]
				r := plain
				if c.Computes() {
					r = interruptible
				}
				for _, end := range waitingEnds {
					t.Run(fmt.Sprintf("procs=%d/interpreter=%v/%s/%s", procs, interpreter, c.Name(), end.name), func(t *testing.T) {
						defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
						endWait(t, r, c, end)
					})
				}
			}
		}
	}
}

// waitingEnd is a way in which a context ends.
type waitingEnd struct {
	name    string
	context func() (context.Context, context.CancelFunc)
	want    engine.OutcomeKind
}

var waitingEnds = []waitingEnd{
	{"timeout", func() (context.Context, context.CancelFunc) {
		return context.WithTimeout(context.Background(), 30*time.Millisecond)
	}, engine.OutcomeTimeout},
	{"cancel", func() (context.Context, context.CancelFunc) {
		return context.WithCancel(context.Background())
	}, engine.OutcomeInterrupted},
}

func endWait(t *testing.T, r *engine.Runtime, c *waiting.Case, end waitingEnd) {
	if bits.UintSize == 32 && c.Function == "random_get" {
		t.Skip("its memory does not fit the address space beside those of other tests")
	}
	host := c.Host(t)
	readyR, readyW, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer readyR.Close()
	defer readyW.Close()
	cfg := wasi.Config{Stdin: host.Stdin, Stdout: host.Stdout, Stderr: host.Stderr}
	if c.Ready == 1 {
		cfg.Stdout = readyW
	} else {
		cfg.Stderr = readyW
	}
	if host.Dir != "" {
		cfg.Preopens = []*wasi.Preopen{preopen(t, host.Dir, "")}
	}
	if host.Listen {
		cfg.Listeners = []*os.File{listen(t, host.Dial)}
	}
	in, err := compile(t, r, &engine.Binary{Path: c.Name(), Bytes: c.Wasm()}).Instantiate(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := end.context()
	defer cancel()
	ended := make(chan engine.Outcome, 1)
	go func() { ended <- in.Start(ctx) }()
	if end.want == engine.OutcomeInterrupted {
		if line, err := bufio.NewReader(readyR).ReadString('\n'); line != waiting.ReadyText {
			t.Fatalf("the guest wrote %q (%v)", line, err)
		}
		time.Sleep(5 * time.Millisecond) // so that it most likely waits; it must end in any case
		cancel()
	}
	select {
	case o := <-ended:
		if o.Kind != end.want {
			t.Errorf("outcome %v, want %v", o, end.want)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("the guest waits on")
	}
	err = in.Close(context.Background())
	if leaks, other := memstat.SplitLeaks(err); other != nil || leaks != nil && !host.InProcess() {
		t.Errorf("close: %v", err)
	}
}

// listen returns a listening socket, and connects to it if asked to.
func listen(t *testing.T, dial bool) *os.File {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	f, err := l.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	if dial {
		conn, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
	}
	return f
}

// A Write that the guest did not wait for to its end is a leak until it returns:
// its goroutine lives on.
func TestLeftStreamIsLeak(t *testing.T) {
	r := newRuntime(t, engine.Config{})
	in, err := compile(t, r, guest(t, "c/hello")).Instantiate(context.Background(), wasi.Config{Stdout: blockedWriter{}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	if o := in.Start(ctx); o.Kind != engine.OutcomeTimeout {
		t.Errorf("outcome %v", o)
	}
	var leak *memstat.LeakError
	if err := in.Close(context.Background()); !errors.As(err, &leak) ||
		len(leak.Leaks) != 1 || leak.Leaks[0].Kind != memstat.KindStreamCall || leak.Leaks[0].Objects != 1 {
		t.Errorf("close: %v", err)
	}
}

type blockedWriter struct{}

func (blockedWriter) Write([]byte) (int, error) { select {} }

// Reading a module ends with its context, whether it is given as a stream, as a
// pipe or by the name of a FIFO.
func TestLoadEndsWithContext(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	stream, closer := io.Pipe()
	defer closer.Close()
	fifo := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, test := range []struct {
		path  string
		stdin io.Reader
	}{{"-", r}, {"-", stream}, {fifo, nil}} {
		var failed *engine.LoadError
		if _, err := engine.Load(ctx, test.path, test.stdin); !errors.As(err, &failed) || failed.Path != test.path || !errors.Is(err, context.Canceled) {
			t.Errorf("%s: error %v", test.path, err)
		}
	}
	both, err := os.OpenFile(fifo, os.O_RDWR, 0) // lets the open that was left return
	if err != nil {
		t.Fatal(err)
	}
	defer both.Close()
}
