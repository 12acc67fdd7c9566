package engine_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// endless are the functions of wat/endless and their arguments.
var endless = []struct {
	name string
	args []string
}{
	{"loop", nil}, {"loop with values", nil}, {"br_table", nil},
	{"recursion", []string{"90"}}, {"mutual recursion", nil}, {"indirect recursion", []string{"64"}}, {"calls", nil},
	{"memory.fill", nil}, {"memory.copy", nil}, {"memory.init", nil}, {"table.fill", nil}, {"table.copy", nil}, {"memory.grow", nil},
}

// patience is far more than any of these guests needs to end on a busy machine,
// and far less than it would run.
const patience = 20 * time.Second

// TestTimeouts ends guests that do not end by themselves: in the compiler and in
// the interpreter, on several processors and on one, and while garbage
// collections are due.
func TestTimeouts(t *testing.T) {
	for _, tc := range []struct {
		name        string
		interpreter bool
		processors  int
		collect     bool
	}{
		{name: "compiled"},
		{name: "interpreted", interpreter: true},
		{name: "one processor", processors: 1},
		{name: "collections", collect: true},
		{name: "one processor and collections", processors: 1, collect: true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if tc.processors > 0 {
				defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(tc.processors))
			}
			if tc.collect {
				done, ended := make(chan struct{}), make(chan struct{})
				defer func() { close(done); <-ended }()
				go func() {
					defer close(ended)
					for tick := time.NewTicker(time.Millisecond); ; runtime.GC() {
						select {
						case <-tick.C:
						case <-done:
							return
						}
					}
				}()
			}
			r := newRuntime(t, engine.Config{Interruptible: true, Interpreter: tc.interpreter})
			m := compile(t, r, guest(t, "wat/endless"))
			for _, f := range endless {
				in := instance(t, m, wasi.Config{})
				begin := time.Now()
				ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
				_, o := in.Invoke(ctx, f.name, f.args)
				cancel()
				took := time.Since(begin)
				if o.Kind != engine.OutcomeTimeout || took > patience {
					t.Errorf("%s: %v after %v", f.name, o, took)
				}
				t.Logf("%s: %v", f.name, took)
				if _, o = in.Invoke(context.Background(), f.name, f.args); !errors.Is(o.Err, engine.ErrClosed) {
					t.Errorf("%s, again: %v", f.name, o)
				}
			}
		})
	}
}

// TestCollection: the garbage collector does not wait for the end of a guest that
// can be interrupted.
func TestCollection(t *testing.T) {
	m := compile(t, newRuntime(t, engine.Config{Interruptible: true}), guest(t, "wat/endless"))
	in := instance(t, m, wasi.Config{})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan engine.Outcome)
	go func() {
		_, o := in.Invoke(ctx, "loop", nil)
		ended <- o
	}()
	watchdog := time.AfterFunc(patience, func() { panic("the garbage collector waits for the guest") })
	for range 10 {
		runtime.GC()
	}
	watchdog.Stop()
	cancel()
	if o := <-ended; o.Kind != engine.OutcomeInterrupted {
		t.Errorf("outcome %v", o)
	}
}
