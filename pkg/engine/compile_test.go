package engine_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"runtime"
	"testing"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// importing is a module that imports one function of the type (i32) -> i32.
func importing(module, name string) *engine.Binary {
	entry := "\x01" + short(module) + short(name) + "\x00\x00"
	return &engine.Binary{Path: "importing.wasm", Bytes: []byte("\x00asm\x01\x00\x00\x00" +
		"\x01\x06\x01\x60\x01\x7f\x01\x7f" + // type
		"\x02" + short(entry))}
}

// short is a vector of less than 128 bytes.
func short(s string) string { return string(rune(len(s))) + s }

func TestImports(t *testing.T) {
	r := newRuntime(t, engine.Config{})
	for _, tc := range []struct {
		module, name, problem string
		err                   error
	}{
		{"env", "missing", "is unknown", engine.ErrUnknownImport},
		{"wasi_snapshot_preview1", "fd_frobnicate", "is unknown", engine.ErrUnknownImport},
		{"wasi_unstable", "sock_accept", "is unknown", engine.ErrUnknownImport},
		{"wasi_snapshot_preview1", "proc_exit", "has the type (i32) -> i32, and the host's is (i32)", engine.ErrImportType},
	} {
		_, err := r.Compile(context.Background(), importing(tc.module, tc.name))
		var e *engine.ImportError
		if !errors.As(err, &e) {
			t.Errorf("%s.%s: error %v", tc.module, tc.name, err)
			continue
		}
		if e.Module != tc.module || e.Name != tc.name || e.Problem != tc.problem || !errors.Is(err, tc.err) {
			t.Errorf("%+v, want %+v", *e, tc)
		}
	}
	for _, module := range []string{"wasi_snapshot_preview1", "wasi_unstable"} {
		m := compile(t, r, importing(module, "fd_close"))
		instance(t, m, wasi.Config{})
	}
	_, err := r.Compile(context.Background(), guest(t, "wat/unknownimport"))
	if want := `import "env"."missing" is unknown`; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func TestCompileErrors(t *testing.T) {
	r := newRuntime(t, engine.Config{})
	hello := guest(t, "c/hello").Bytes
	broken := append([]byte(nil), hello...)
	for i := len(broken) / 4; i < len(broken)/2; i++ {
		broken[i] ^= 0x55
	}
	for _, tc := range []struct {
		name  string
		bytes []byte
		want  error
	}{
		{"truncated", hello[:len(hello)-len(hello)/3], engine.ErrTruncated},
		{"broken", broken, engine.ErrInvalid},
		{"empty", nil, engine.ErrNotWasm},
		{"component", []byte("\x00asm\x0d\x00\x01\x00"), engine.ErrComponent},
		{"no body", append(hello[:8:8], 3, 2, 1, 0), engine.ErrInvalid},
		{"header", hello[:8:8], nil}, // the empty module is valid
	} {
		_, err := r.Compile(context.Background(), &engine.Binary{Path: tc.name + ".wasm", Bytes: tc.bytes})
		var e *engine.CompileError
		if !errors.Is(err, tc.want) || tc.want != nil && (!errors.As(err, &e) || e.Path != tc.name+".wasm") {
			t.Errorf("%s: error %v, want %v", tc.name, err, tc.want)
		}
	}
}

func TestCompileAfterClose(t *testing.T) {
	ledger := memstat.NewLedger(memstat.SitesAlways)
	r := newRuntime(t, engine.Config{Ledger: ledger})
	if err := r.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Compile(context.Background(), guest(t, "c/hello")); err == nil || err.Error() != "the runtime is closed" || !errors.Is(err, engine.ErrClosed) {
		t.Errorf("error %v", err)
	}
	if s := ledger.Snapshot(); len(s.Leaks) > 0 || s.OpenScopes > 0 {
		t.Errorf("%+v", s)
	}
}

func TestInfo(t *testing.T) {
	r := newRuntime(t, engine.Config{Inspect: true})
	b := guest(t, "wat/bigdata")
	info := compile(t, r, b).Info()
	if info.Path != b.Path || info.SHA256 != fmt.Sprintf("%x", sha256.Sum256(b.Bytes)) || info.WasmBytes != uint64(len(b.Bytes)) {
		t.Errorf("%+v", info)
	}
	if info.Functions != 2 || info.DataBytes != 12 || info.Cached {
		t.Errorf("%d functions, %d bytes of data, cached %v; want 2, 12, false", info.Functions, info.DataBytes, info.Cached)
	}
	if runtime.GOOS == "linux" && !interpreted() && (info.NativeBytes == nil || *info.NativeBytes == 0 || *info.NativeBytes > 1<<20) {
		t.Errorf("native bytes %v", info.NativeBytes)
	}
	interpreter := newRuntime(t, engine.Config{Interpreter: true, Inspect: true})
	if info := compile(t, interpreter, b).Info(); info.NativeBytes != nil {
		t.Errorf("%d native bytes of an interpreter", *info.NativeBytes)
	}
}

func TestKind(t *testing.T) {
	r := newRuntime(t, engine.Config{})
	for name, want := range map[string]engine.ModuleKind{
		"c/hello": engine.Command, "wat/reactor": engine.Reactor, "wat/arith": engine.Library,
	} {
		if got := compile(t, r, guest(t, name)).Kind(); got != want {
			t.Errorf("%s is a %v, want %v", name, got, want)
		}
	}
}

func TestMaxMemory(t *testing.T) {
	most := uint64(4<<30 - 65536)
	if interpreted() {
		most = 4 << 30
	}
	for _, tc := range []struct {
		max         uint64
		guest       string
		need, limit uint64 // of the error, if any
		bytes       uint64 // that the instance can grow to
	}{
		{max: 0, guest: "wat/empty", bytes: most},
		{max: 1 << 40, guest: "wat/empty", bytes: most},
		{max: 64 << 20, guest: "wat/bigdata", bytes: 64 << 20},
		{max: 64<<20 - 1, guest: "wat/bigdata", need: 64 << 20, limit: 64<<20 - 65536},
		{max: 100_000, guest: "wat/empty", bytes: 65536},
		{max: 1, guest: "wat/empty", need: 65536, limit: 0},
		{max: 1, guest: "wat/nomem"},
		{max: 1, guest: "wat/memory0"},
	} {
		r := newRuntime(t, engine.Config{MaxMemory: tc.max})
		m, err := r.Compile(context.Background(), guest(t, tc.guest))
		if tc.need > 0 {
			var e *engine.MemoryLimitError
			if !errors.As(err, &e) || e.Need != tc.need || e.Limit != tc.limit || !errors.Is(err, engine.ErrMemoryLimit) {
				t.Errorf("%s with %d: %v", tc.guest, tc.max, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s with %d: %v", tc.guest, tc.max, err)
			continue
		}
		in, err := m.Instantiate(context.Background(), wasi.Config{})
		if err != nil {
			t.Errorf("%s with %d: %v", tc.guest, tc.max, err)
			continue
		}
		if got := in.Memory().LimitBytes; got != tc.bytes {
			t.Errorf("%s with %d: limit %d, want %d", tc.guest, tc.max, got, tc.bytes)
		}
		if err := errors.Join(in.Close(context.Background()), m.Close(context.Background())); err != nil {
			t.Error(err)
		}
	}
}
