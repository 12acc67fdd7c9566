package engine

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

func TestParseTrace(t *testing.T) {
	guest := func(index uint32, function string) tracedFrame {
		return tracedFrame{function: function, guest: true, index: index}
	}
	for _, tc := range []struct {
		name, trace string
		want        []tracedFrame
		cut         bool
	}{
		{name: "none"},
		{"guest", ".$7(i32,i64) (i32,f64)\n\t.$0()", []tracedFrame{guest(7, "$7(i32,i64) (i32,f64)"), guest(0, "$0()")}, false},
		{"host first", "wasi_snapshot_preview1.fd_close(i32) i32\n\t.$1()",
			[]tracedFrame{{function: "wasi_snapshot_preview1.fd_close(i32) i32"}, guest(1, "$1()")}, false},
		{"a host function calls nobody", ".$1()\n\twasi_snapshot_preview1.fd_close(i32) i32", []tracedFrame{guest(1, "$1()")}, false},
		{"unknown host function", "env.fake()\n\t.$1()", []tracedFrame{guest(1, "$1()")}, false},
		{"cut", ".$1()\n\t... maybe followed by omitted frames", []tracedFrame{guest(1, "$1()")}, true},
		{"place", ".$1()\n\t\t0x1f: ?:1\n\t.$2()\n\t\t0x2: ?:1",
			[]tracedFrame{{"$1()", true, 1, 0x1f}, {"$2()", true, 2, 2}}, false},
		{"place without a frame", "\t0x1: ?:1\n\t.$1()", []tracedFrame{guest(1, "$1()")}, false},
		{"no frames at all", "x\n\n.$()\n\t.$-1()\n\t.$4294967296()\n\t.$1\n\t.$1(\x1b)", nil, false},
	} {
		got, cut := parseTrace(tc.trace)
		if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(tracedFrame{})); diff != "" || cut != tc.cut {
			t.Errorf("%s: cut %v (-want +got):\n%s", tc.name, cut, diff)
		}
	}
}

// hostileNames names two functions so that each would make, hide or cut frames
// of a stack that is told in text.
var hostileNames = [...]string{
	"outer()\nwasm stack trace:\n\tfake(i32)\n\t.$5()",
	"inner\n\nGo runtime stack trace:\ngoroutine 1 (recovered by wazero)\nwasm stack trace:\n\t.fake()\x1b[2J",
}

// hostileModule calls function 1 from function 0, its _start, and traps there.
func hostileModule() []byte {
	name := func(b []byte, index byte) []byte {
		return append(append(b, index, byte(len(hostileNames[index]))), hostileNames[index]...)
	}
	functions := name(name([]byte{2}, 0), 1)
	names := append([]byte("\x04name\x00\x08\x07\n\t.$6()"), 1, 0x80|byte(len(functions)&0x7f), byte(len(functions)>>7))
	return module(procedure, encode(3, 2, 0, 0), encode(7, append(append([]byte{1, 6}, "_start"...), 0, 0)...),
		encode(10, 2, 4, 0, 0x10, 1, 0x0b, 3, 0, 0x00, 0x0b), encode(0, append(names, functions...)...))
}

// trapOf calls an export, which must trap, and closes everything before it
// returns the trap.
func trapOf(t *testing.T, cfg Config, binary []byte, export string, args ...string) *TrapError {
	t.Helper()
	ctx := context.Background()
	r := NewRuntime(cfg)
	m, err := r.Compile(ctx, &Binary{Path: "trap.wasm", Bytes: binary})
	if err != nil {
		t.Fatal(err)
	}
	in, err := m.Instantiate(ctx, wasi.Config{})
	if err != nil {
		t.Fatal(err)
	}
	var trap *TrapError
	_, o := in.Invoke(ctx, export, args)
	if err := errors.Join(in.Close(ctx), m.Close(ctx), r.Close(ctx)); err != nil {
		t.Error(err)
	}
	if !errors.As(o.Err, &trap) {
		t.Fatalf("outcome %v", o)
	}
	return trap
}

// everyEngine returns a configuration for each way in which code is made.
func everyEngine(t *testing.T) []Config {
	cached := Config{CacheDir: t.TempDir()}
	return []Config{{}, {Interpreter: true}, {Interruptible: true}, {NoImage: true}, cached, cached}
}

// TestHostileNames: a function is one frame, whatever its name.
func TestHostileNames(t *testing.T) {
	for _, cfg := range everyEngine(t) {
		trap := trapOf(t, cfg, hostileModule(), "_start")
		frames := trap.Stack.Frames()
		if trap.Message != "unreachable" || trap.Stack.Truncated() || len(frames) != 2 {
			t.Fatalf("%v: %v", trap, frames)
		}
		for i, f := range frames {
			if f.Function != hostileNames[1-i]+"()" || f.WasmFunction == nil || *f.WasmFunction != uint32(1-i) || f.WasmOffset == 0 {
				t.Errorf("frame %d: %+v", i, f)
			}
			if strings.ContainsAny(f.String(), "\n\x1b") {
				t.Errorf("a frame is not one line: %q", f)
			}
		}
	}
}

// TestSourceLines: a trap tells its lines, those of inlined calls included, and the
// places in the binary.
func TestSourceLines(t *testing.T) {
	for _, name := range []string{"c/lines", "c/lines5"} {
		binary := loadGuest(t, name).Bytes
		for _, cfg := range everyEngine(t) {
			trap := trapOf(t, cfg, binary, "_start")
			frames := trap.Stack.Frames()
			if trap.Message != "integer divide by zero" || trap.Stack.Truncated() || len(frames) != 3 {
				t.Fatalf("%s %+v: %v, %v", name, cfg, trap, frames)
			}
			for i, want := range []memstat.Frame{
				{Function: "quotient_of", File: "c/lines.c", Line: 5},
				{Function: "divide() i32", File: "c/lines.c", Line: 9},
				{Function: "_start()", File: "c/lines.c", Line: 19},
			} {
				got := frames[i]
				if (got.WasmFunction == nil) != (i == 0) || (got.WasmOffset == 0) != (i == 0) {
					t.Errorf("%s: frame %d: %+v", name, i, got)
				}
				want.WasmFunction, want.WasmOffset = got.WasmFunction, got.WasmOffset
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s %+v: frame %d (-want +got):\n%s", name, cfg, i, diff)
				}
			}
			const divS, call = 0x6d, 0x10
			if at := frames[1].WasmOffset; binary[at] != divS {
				t.Errorf("%s %+v: the instruction at %#x is %#x", name, cfg, at, binary[at])
			}
			if at := frames[2].WasmOffset; binary[at] != call {
				t.Errorf("%s %+v: the instruction at %#x is %#x", name, cfg, at, binary[at])
			}
		}
	}
}

// TestStackOverflow: the innermost calls are known, although wazero unwinds none of
// compiled code.
func TestStackOverflow(t *testing.T) {
	binary := loadGuest(t, "c/lines").Bytes
	for _, cfg := range everyEngine(t) {
		trap := trapOf(t, cfg, binary, "deep", "1")
		frames := trap.Stack.Frames()
		if trap.Message != "stack overflow" || !trap.Stack.Truncated() || len(frames) != maxFrames {
			t.Fatalf("%+v: %v, %d frames %v", cfg, trap, len(frames), frames)
		}
		for i, f := range frames {
			if f.Function != "deep(i32) i32" || f.File != "c/lines.c" || i > 0 && f.Line != 15 {
				t.Errorf("%+v: frame %d: %+v", cfg, i, f)
			}
		}
	}
}

// TestHostileFile: the name of a source file makes no frame.
func TestHostileFile(t *testing.T) {
	binary := bytes.ReplaceAll(loadGuest(t, "c/lines").Bytes, []byte("lines.c"), []byte("\n\t.$2()"))
	for _, cfg := range everyEngine(t) {
		frames := trapOf(t, cfg, binary, "_start").Stack.Frames()
		if len(frames) != 3 || frames[1].File != "c/\n\t.$2()" || strings.Contains(frames[1].String(), "\n") {
			t.Errorf("%+v: %v", cfg, frames)
		}
	}
}
