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

func TestParseStack(t *testing.T) {
	for _, tc := range []struct {
		name, trace string
		want        []memstat.Frame
		truncated   bool
	}{
		{name: "none"},
		{"guest", ".$7(i32,i64) (i32,f64)\n\t.$0()", []memstat.Frame{{Function: "$7(i32,i64) (i32,f64)"}, {Function: "$0()"}}, false},
		{"host first", "wasi_snapshot_preview1.fd_close(i32) i32\n\t.$1()",
			[]memstat.Frame{{Function: "wasi_snapshot_preview1.fd_close(i32) i32"}, {Function: "$1()"}}, false},
		{"a host function calls nobody", ".$1()\n\twasi_snapshot_preview1.fd_close(i32) i32", []memstat.Frame{{Function: "$1()"}}, false},
		{"unknown host function", "env.fake()\n\t.$1()", []memstat.Frame{{Function: "$1()"}}, false},
		{"cut", ".$1()\n\t... maybe followed by omitted frames", []memstat.Frame{{Function: "$1()"}}, true},
		{"line of no known place", ".$1()\n\t\t0x1f: ?:1\n\t.$2()\n\t\tnothing", []memstat.Frame{{Function: "$1()"}, {Function: "$2()"}}, false},
		{"line without a frame", "\t0x1: a.c:1\n\t.$1()", []memstat.Frame{{Function: "$1()"}}, false},
		{"no frames at all", "x\n\n.$()\n\t.$-1()\n\t.$4294967296()\n\t.$1\n\t.$1(\x1b)", nil, false},
	} {
		got, truncated := parseStack(tc.trace, functionTable{})
		if diff := cmp.Diff(tc.want, got); diff != "" || truncated != tc.truncated {
			t.Errorf("%s: truncated %v (-want +got):\n%s", tc.name, truncated, diff)
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

// TestHostileNames: a function is one frame, whatever its name.
func TestHostileNames(t *testing.T) {
	ctx := context.Background()
	want := []memstat.Frame{{Function: hostileNames[1] + "()"}, {Function: hostileNames[0] + "()"}}
	cached := Config{CacheDir: t.TempDir()}
	for _, cfg := range []Config{{}, {Interpreter: true}, {DebugInfo: true}, cached, cached} {
		r := NewRuntime(cfg)
		m, err := r.Compile(ctx, &Binary{Path: "hostile.wasm", Bytes: hostileModule()})
		if err != nil {
			t.Fatal(err)
		}
		in, err := m.Instantiate(ctx, wasi.Config{})
		if err != nil {
			t.Fatal(err)
		}
		var trap *TrapError
		if o := in.Start(ctx); !errors.As(o.Err, &trap) || trap.Message != "unreachable" || trap.StackTruncated {
			t.Errorf("outcome %v", o)
		} else if diff := cmp.Diff(want, trap.Stack); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", cfg, diff)
		} else if s := trap.Stack[0].String() + trap.Stack[1].String(); strings.ContainsAny(s, "\n\x1b") {
			t.Errorf("a frame is not one line: %q", s)
		}
		if err := errors.Join(in.Close(ctx), m.Close(ctx), r.Close(ctx)); err != nil {
			t.Error(err)
		}
	}
}

// TestHostileFile: the name of a source file makes no frame, since wazero never
// sees it, and is printed as one line.
func TestHostileFile(t *testing.T) {
	ctx := context.Background()
	binary := bytes.ReplaceAll(loadGuest(t, "c/lines").Bytes, []byte("lines.c"), []byte("\n\t.$2()"))
	for _, interpreter := range []bool{false, true} {
		r := NewRuntime(Config{DebugInfo: true, Interpreter: interpreter})
		m, err := r.Compile(ctx, &Binary{Path: "lines.wasm", Bytes: binary})
		if err != nil {
			t.Fatal(err)
		}
		in, err := m.Instantiate(ctx, wasi.Config{})
		if err != nil {
			t.Fatal(err)
		}
		var trap *TrapError
		if o := in.Start(ctx); !errors.As(o.Err, &trap) || len(trap.Stack) == 0 {
			t.Fatalf("outcome %v", o)
		}
		if f := trap.Stack[0]; !strings.HasPrefix(f.Function, "divide(") || !strings.HasSuffix(f.File, "\n\t.$2()") || f.Line != 5 || strings.Contains(f.String(), "\n") {
			t.Errorf("stack %+v", trap.Stack)
		}
		if err := errors.Join(in.Close(ctx), m.Close(ctx), r.Close(ctx)); err != nil {
			t.Error(err)
		}
	}
}
