package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/wamr-go/wamr-go/pkg/engine"
)

// TestRunGuestAfterSignal: a signal that comes before the guest runs ends the
// run in any of its steps. It is no failure, and nothing of the guest's is run.
func TestRunGuestAfterSignal(t *testing.T) {
	const hello = "../../testdata/c/hello.wasm"
	for _, o := range []options{
		{module: hello, noCache: true},
		{module: hello, noCache: true, interpreter: true},
		{module: hello, cacheDir: t.TempDir()},
		{module: hello, noCache: true, cycles: 5},
		{module: hello, noCache: true, cycles: 5, workers: 3, reports: []reportWish{{format: reportText}}},
	} {
		o.cycleOutput = outputAll
		var out, messages bytes.Buffer
		a := &app{stdout: &out, stderr: &messages, ui: &ui{w: &messages}}
		guest, err := guestConfig(a, &o)
		if err != nil {
			t.Fatal(err)
		}
		watch, err := newWatch(a.ui, &o, describeRun(a, &o, guest, time.Now()), nil)
		if err != nil {
			t.Fatal(err)
		}
		ctx, end := context.WithCancelCause(context.Background())
		end(endedBySignal{syscall.SIGTERM})
		code := finish(a.ui, &o, runGuest(ctx, a, &o, guest, watch, func() {}), outFiles{})
		if code != 143 || out.Len() > 0 || !strings.Contains(messages.String(), "interrupted") {
			t.Errorf("%+v: exit code %d, %q, %q", o, code, &out, &messages)
		}
	}
}

// TestRunner: the module is lent only if all is well, and all that fails is
// told.
func TestRunner(t *testing.T) {
	for _, tc := range []struct {
		module string
		used   error // the result of use
		lent   bool
		errs   int
	}{
		{"../../testdata/c/hello.wasm", nil, true, 0},
		{"../../testdata/c/hello.wasm", fmt.Errorf("no use"), true, 1},
		{"../../testdata/wat/unknownimport.wasm", nil, false, 1},
		{"missing.wasm", nil, false, 1},
	} {
		lent := false
		u := &ui{w: &bytes.Buffer{}}
		r := runner{module: tc.module, ui: u, warn: u.warnf}
		errs := r.run(context.Background(), func(m *engine.Module) error {
			lent = m.Info().Path == tc.module
			return tc.used
		})
		if lent != tc.lent || len(errs) != tc.errs {
			t.Errorf("%s: lent %v, errors %v", tc.module, lent, errs)
		}
	}
}
