package engine_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

func TestInvoke(t *testing.T) {
	ctx := context.Background()
	in := instance(t, compile(t, newRuntime(t, engine.Config{}), guest(t, "wat/arith")), wasi.Config{})
	for _, tc := range []struct {
		call string
		want string // results, or an error's text after "!"
	}{
		{"add 1 2", "3"},
		{"add -1 0x10", "15"},
		{"add 4294967295 0", "-1"},
		{"add -2147483648 0", "-2147483648"},
		{"add -0x80000000 +0", "-2147483648"},
		{"add 0XFF 0", "255"},
		{"add 2147483647 1", "-2147483648"},
		{"add 4294967296 0", `!add(i32, i32) -> i32: argument 1, "4294967296": out of the range of i32, -2^31 to 2^32-1`},
		{"add 0 -2147483649", `!add(i32, i32) -> i32: argument 2, "-2147483649": out of the range of i32, -2^31 to 2^32-1`},
		{"add 1_0 0", `!add(i32, i32) -> i32: argument 1, "1_0": not a number of type i32`},
		{"add 1.5 0", `!add(i32, i32) -> i32: argument 1, "1.5": not a number of type i32`},
		{"add -- 0", `!add(i32, i32) -> i32: argument 1, "--": not a number of type i32`},
		{"add -+1 0", `!add(i32, i32) -> i32: argument 1, "-+1": not a number of type i32`},
		{"add 0x 0", `!add(i32, i32) -> i32: argument 1, "0x": not a number of type i32`},
		{"add 1", "!add(i32, i32) -> i32: takes 2 arguments, and 1 are given"},
		{"add", "!add(i32, i32) -> i32: takes 2 arguments, and 0 are given"},
		{"add_i64 18446744073709551615 0", "-1"},
		{"add_i64 -9223372036854775808 0", "-9223372036854775808"},
		{"add_i64 0 18446744073709551616", `!add_i64(i64, i64) -> i64: argument 2, "18446744073709551616": out of the range of i64, -2^63 to 2^64-1`},
		{"add_i64 0 -9223372036854775809", `!add_i64(i64, i64) -> i64: argument 2, "-9223372036854775809": out of the range of i64, -2^63 to 2^64-1`},
		{"add_f32 0.1 0.2", "0.3"},
		{"add_f32 0.1 0", "0.1"},
		{"add_f32 1e39 0", `!add_f32(f32, f32) -> f32: argument 1, "1e39": out of the range of f32, the largest finite one`},
		{"add_f64 0.1 0.2", "0.30000000000000004"},
		{"add_f64 1e6 0", "1e+06"},
		{"add_f64 0x1.8p1 0", "3"},
		{"add_f64 0x10 0", "16"},
		{"add_f64 -inf 0", "-inf"},
		{"add_f64 inf 0", "inf"},
		{"add_f64 -inf inf", "nan"},
		{"add_f64 nan 0", "nan"},
		{"add_f64 1_0 0", `!add_f64(f64, f64) -> f64: argument 1, "1_0": not a number of type f64`},
		{"add_f64 1e400 0", `!add_f64(f64, f64) -> f64: argument 1, "1e400": out of the range of f64, the largest finite one`},
		{"neg_f64 0", "-0"},
		{"neg_i32 5", "-5"},
		{"swap 7 -9", "-9 7"},
		{"each 1 2 3.5 4.25", "1 2 3.5 4.25"},
		{"nothing", ""},
		{"opaque 0", "!opaque(externref) -> externref: values of type externref cannot be passed as text"},
		{"div 1 0", "!integer divide by zero"},
		{"nope", `!no function "nope" is exported`},
	} {
		call := strings.Fields(tc.call)
		results, outcome := in.Invoke(ctx, call[0], call[1:])
		got := strings.Join(results, " ")
		if outcome.Err != nil {
			got = "!" + outcome.Err.Error()
		}
		if got != tc.want {
			t.Errorf("%s: %s, want %s", tc.call, got, tc.want)
		}
	}
}

func TestInvokeErrorTypes(t *testing.T) {
	m := compile(t, newRuntime(t, engine.Config{}), guest(t, "wat/reactor"))
	var export *engine.ExportError
	if err := m.CheckCall("nope", nil); !errors.As(err, &export) {
		t.Fatalf("error %v", err)
	}
	var names []string
	for _, e := range export.Exports {
		names = append(names, e.String())
	}
	if diff := cmp.Diff([]string{"_initialize()", "get() -> i32", "set(i32)"}, names); diff != "" {
		t.Error(diff)
	}
	var argument *engine.ArgumentError
	if err := m.CheckCall("set", []string{"x"}); !errors.As(err, &argument) || argument.Index != 0 || argument.Value != "x" {
		t.Errorf("error %v", err)
	}
	if err := m.CheckCall("set", []string{"1"}); err != nil {
		t.Error(err)
	}
}

// TestReactor calls _initialize once, whoever asks for it.
func TestReactor(t *testing.T) {
	ctx := context.Background()
	m := compile(t, newRuntime(t, engine.Config{}), guest(t, "wat/reactor"))
	in := instance(t, m, wasi.Config{})
	invoke := func(want string, name string, args ...string) {
		t.Helper()
		results, o := in.Invoke(ctx, name, args)
		if got := strings.Join(results, " "); !o.Clean() || got != want {
			t.Errorf("%s: %q, %v; want %q", name, got, o, want)
		}
	}
	invoke("42", "get")
	invoke("", "set", "7")
	invoke("", "_initialize")
	invoke("7", "get")
	if o := in.Start(ctx); !o.Clean() {
		t.Error(o)
	}
	invoke("7", "get")
}

// TestReactorLate calls a reactor first with a context that is done: _initialize
// did not run, so the next call runs it.
func TestReactorLate(t *testing.T) {
	in := instance(t, compile(t, newRuntime(t, engine.Config{}), guest(t, "wat/reactor")), wasi.Config{})
	late, cancel := context.WithCancel(context.Background())
	cancel()
	if _, outcome := in.Invoke(late, "get", nil); outcome.Kind != engine.OutcomeInterrupted {
		t.Errorf("outcome %+v", outcome)
	}
	if results, outcome := in.Invoke(context.Background(), "get", nil); !outcome.Clean() || len(results) != 1 || results[0] == "0" {
		t.Errorf("results %v, outcome %+v", results, outcome)
	}
}

func TestTrap(t *testing.T) {
	cached := engine.Config{CacheDir: t.TempDir()}
	for _, cfg := range []engine.Config{{}, {Interpreter: true}, cached, cached} {
		r := newRuntime(t, cfg)
		for _, tc := range []struct {
			guest, invoke string
			args          []string
			message       string
			frames        []string // that the stack must have
		}{
			{"wat/trap", "_start", nil, "unreachable", []string{"start()"}},
			{"c/abort", "_start", nil, "unreachable", []string{"abort()", "main", "_start()"}},
			{"wat/arith", "div", []string{"1", "0"}, "integer divide by zero", []string{"div(i32,i32) i32"}},
			{"wat/arith", "sum", []string{"1000000000"}, "stack overflow", nil},
		} {
			in := instance(t, compile(t, r, guest(t, tc.guest)), wasi.Config{})
			_, o := in.Invoke(context.Background(), tc.invoke, tc.args)
			var trap *engine.TrapError
			if !errors.As(o.Err, &trap) || o.Kind != engine.OutcomeTrap || trap.Message != tc.message {
				t.Errorf("%s %s: %v", tc.guest, tc.invoke, o)
				continue
			}
			stack := fmt.Sprint(trap.Stack.Frames())
			for _, f := range tc.frames {
				if !strings.Contains(stack, f) {
					t.Errorf("%s: no frame %q in %v", tc.guest, f, stack)
				}
			}
			if strings.Contains(stack, "wazero") || strings.Contains(stack, "goroutine") {
				t.Errorf("the stack shows the host: %s", stack)
			}
		}
	}
}
