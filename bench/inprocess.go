package main

import (
	"context"
	"fmt"
	"os"
	"time"
)

// work is the task of an instance.
type work struct {
	name   string
	wasm   []byte
	start  bool   // call _start
	dir    string // host directory that is preopened as /data; "" for none
	args   []string
	output string // the guest's output, if it is started
}

const guestDir = "/data"

// An embedded engine instantiates a module that it compiled beforehand, calls
// _start if the work requires it, and destroys the instance. Standard output
// goes to the file, or is discarded at once if there is none: then no engine
// makes a system call for it.
type embedded struct {
	cycle func(ctx context.Context, stdout *os.File) error
	close func()
}

// newEmbedded prepares an engine of this process for a work.
type newEmbedded func(ctx context.Context, w work) (*embedded, error)

// checked makes an engine and verifies that it does the work.
func (prepare newEmbedded) checked(ctx context.Context, w work) (*embedded, error) {
	e, err := prepare(ctx, w)
	if err != nil {
		return nil, err
	}
	if err := e.check(ctx, w); err != nil {
		e.close()
		return nil, err
	}
	return e, nil
}

func (e *embedded) check(ctx context.Context, w work) error {
	out, err := e.output(ctx)
	if err == nil && w.start && string(out) != w.output {
		err = fmt.Errorf("%s printed %q instead of %q", w.name, out, w.output)
	}
	return err
}

// output runs one cycle and returns the guest's output.
func (e *embedded) output(ctx context.Context) ([]byte, error) {
	f, err := os.CreateTemp("", "wamr-go-bench-*")
	if err != nil {
		return nil, err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	if err := e.cycle(ctx, f); err != nil {
		return nil, err
	}
	return os.ReadFile(f.Name())
}

// perCycle runs cycles for a while, after a tenth of it to warm up, and returns
// the mean time of one, garbage collection included.
func (e *embedded) perCycle(ctx context.Context, d time.Duration) (float64, error) {
	if _, _, err := e.cycles(ctx, d/10); err != nil {
		return 0, err
	}
	n, took, err := e.cycles(ctx, d)
	return float64(took.Nanoseconds()) / float64(n), err
}

func (e *embedded) cycles(ctx context.Context, d time.Duration) (n int, took time.Duration, err error) {
	for begin := time.Now(); took < d; took = time.Since(begin) {
		if err := e.cycle(ctx, nil); err != nil {
			return n, took, err
		}
		n++
	}
	return n, took, nil
}
