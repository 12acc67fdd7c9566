package engine_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// TestUnknownImports runs a module whose functions the host lacks.
func TestUnknownImports(t *testing.T) {
	ctx := context.Background()
	cache := t.TempDir()
	for _, cfg := range []engine.Config{{}, {Interpreter: true}, {Interruptible: true}, {CacheDir: cache}, {CacheDir: cache}} {
		var refused *engine.ImportError
		if _, err := newRuntime(t, cfg).Compile(ctx, guest(t, "wat/plugin")); !errors.As(err, &refused) || len(refused.Missing) != 3 {
			t.Fatalf("refused: %v", err)
		}

		cfg.UnknownImports = engine.TrapUnknown
		m := compile(t, newRuntime(t, cfg), guest(t, "wat/plugin"))
		o := instance(t, m, wasi.Config{}).Start(ctx)
		var trap *engine.TrapError
		if !errors.As(o.Err, &trap) || trap.Message != `call of the unknown import "env"."name_length"` {
			t.Fatalf("outcome %v", o)
		}
		if s := trap.Stack.Frames(); len(s) != 2 || s[0].Function != "greet() i64" || s[1].Function != "start()" {
			t.Errorf("stack %v", s)
		}
		want := []engine.UnknownImport{{Module: "env", Name: "name_length", Calls: 1}, {Module: "env", Name: "log"}, {Module: "other…", Name: "never\ncalled"}}
		if diff := cmp.Diff(want, m.UnknownImports()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}

		cfg.UnknownImports = engine.ZeroUnknown
		m = compile(t, newRuntime(t, cfg), guest(t, "wat/plugin"))
		in := instance(t, m, wasi.Config{})
		if results, o := in.Invoke(ctx, "greet", nil); !o.Clean() || len(results) != 1 || results[0] != "0" {
			t.Errorf("results %q, outcome %v", results, o)
		}
		if u := m.UnknownImports(); u[0].Calls != 2 || u[1].Calls != 0 {
			t.Errorf("calls %v", u)
		}
		done, cancel := context.WithCancel(ctx)
		cancel()
		if o := in.Start(done); o.Kind != engine.OutcomeInterrupted {
			t.Errorf("outcome %v of a guest whose context is done", o)
		}
	}
}

// TestUnansweredImports: only functions are answered, and only those whose names
// cannot pass for a line of a stack.
func TestUnansweredImports(t *testing.T) {
	r := newRuntime(t, engine.Config{UnknownImports: engine.ZeroUnknown})
	memory := &engine.Binary{Path: "memory.wasm", Bytes: []byte("\x00asm\x01\x00\x00\x00\x02\x0f\x01\x03env\x06memory\x02\x00\x01")}
	twice := &engine.Binary{Path: "twice.wasm", Bytes: []byte("\x00asm\x01\x00\x00\x00\x01\x08\x02\x60\x00\x00\x60\x01\x7f\x00" +
		"\x02\x0d\x02\x01a\x01b\x00\x00\x01a\x01b\x00\x01")}
	for _, tc := range []struct {
		b       *engine.Binary
		problem string
		err     error
	}{
		{memory, "is an unknown memory", engine.ErrUnknownImport},
		{importing("a\n\t.$1()", "f"), "is unknown", engine.ErrUnknownImport},
		{importing("", "f"), "is unknown", engine.ErrUnknownImport},
		{importing("wasi_snapshot_preview1", "proc_exit"), "has the type (i32) -> i32, and the host's is (i32)", engine.ErrImportType},
		{twice, "has the type (i32), and the host's is ()", engine.ErrImportType},
	} {
		var e *engine.ImportError
		if _, err := r.Compile(context.Background(), tc.b); !errors.Is(err, tc.err) || !errors.As(err, &e) || e.Problem != tc.problem {
			t.Errorf("%s: error %v, want one that %s", tc.b.Path, err, tc.problem)
		}
	}
}
