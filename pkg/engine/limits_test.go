package engine

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// uleb is a number of the binary format.
func uleb[T int | uint64](n T) []byte { return binary.AppendUvarint(nil, uint64(n)) }

// nameOf returns a name of the binary format.
func nameOf(name string) []byte { return append(uleb(len(name)), name...) }

// TestModuleLimits: a module beyond a limit is an error before wazero allocates
// for it, whatever the engine, and leaves nothing behind.
func TestModuleLimits(t *testing.T) {
	ctx := context.Background()
	locals := func(n uint64) []byte { // in one function
		return module(procedure, function, codeOf(bytes.Join([][]byte{{1}, uleb(n), {0x7e, 0x0b}}, nil)))
	}
	types := append(uleb(1_000_001), bytes.Repeat([]byte{0x60, 0, 0}, 1_000_001)...)
	for _, tc := range []struct {
		name   string
		binary []byte
		want   LimitError // zero for none
	}{
		{"50,000 locals", locals(50_000), LimitError{}},
		{"50,001 locals", locals(50_001), LimitError{"function 0", "locals", 50_001, 50_000, false}},
		{"4,294,967,295 locals", locals(1<<32 - 1), LimitError{"function 0", "locals", 1<<32 - 1, 50_000, false}},
		{"1,000,001 types", module(encode(1, types...)), LimitError{"the module", "types", 1_000_001, 1_000_000, false}},
	} {
		dir := t.TempDir()
		for _, cfg := range []Config{{}, {Interpreter: true}, {CacheDir: dir}, {CacheDir: dir}} {
			cfg.Ledger = memstat.NewLedger(memstat.SitesNever)
			r := NewRuntime(cfg)
			_, err := r.Compile(ctx, &Binary{Path: "m.wasm", Bytes: tc.binary})
			var failed *CompileError
			var exceeded *LimitError
			switch {
			case tc.want == LimitError{}:
				if err != nil {
					t.Errorf("%s: %v", tc.name, err)
				}
			case !errors.As(err, &failed) || failed.Path != "m.wasm" || !errors.As(err, &exceeded) || !errors.Is(err, ErrModuleLimit) || errors.Is(err, ErrInvalid):
				t.Errorf("%s: %v", tc.name, err)
			case *exceeded != tc.want:
				t.Errorf("%s: %+v", tc.name, exceeded)
			}
			if err := r.Close(ctx); err != nil {
				t.Errorf("%s: close: %v", tc.name, err)
			}
			if s := cfg.Ledger.Snapshot(); len(s.Leaks) != 0 || s.OpenScopes != 0 || len(r.Warnings()) != 0 && whyInterpreted() == "" {
				t.Errorf("%s: %+v, %v", tc.name, s, r.Warnings())
			}
		}
	}
}

// TestLimitOfCompiler: a function that takes too long to compile is interpreted.
func TestLimitOfCompiler(t *testing.T) {
	body := append(append([]byte{0}, bytes.Repeat([]byte{0x0f}, 100_001)...), 0x0b) // return
	code := bytes.Join([][]byte{{1}, uleb(len(body)), body}, nil)
	binary := &Binary{Path: "m.wasm", Bytes: module(procedure, function, encode(10, code...))}
	for _, interpreter := range []bool{false, true} {
		r := NewRuntime(Config{Interpreter: interpreter})
		_, err := r.Compile(context.Background(), binary)
		var exceeded *LimitError
		if r.compiles && (!errors.As(err, &exceeded) || !exceeded.Compiler) || !r.compiles && err != nil {
			t.Errorf("interpreter %v: %v", interpreter, err)
		}
		if err := r.Close(context.Background()); err != nil {
			t.Error(err)
		}
	}
}

// TestSegmentsOutOfBounds: instantiation fails before any code runs, and names
// the first segment that does not fit.
func TestSegmentsOutOfBounds(t *testing.T) {
	ctx := context.Background()
	badStart := module(procedure, function, encode(4, 1, funcRef, 0, 1), start, encode(9, 1, 0, 0x41, 1, 0x0b, 1, 0), trapCode)
	for _, tc := range []struct {
		name string
		load func() *Binary
		want SegmentError
	}{
		{"an element segment", func() *Binary { return loadGuest(t, "wat/badelement") }, SegmentError{Index: 1, Offset: 3, Len: 2, Size: 4}},
		{"a data segment", func() *Binary { return loadGuest(t, "wat/baddata") }, SegmentError{Data: true, Index: 1, Offset: 65533, Len: 4, Size: 65536}},
		{"a start function that would trap", func() *Binary { return &Binary{Path: "m.wasm", Bytes: badStart} }, SegmentError{Offset: 1, Len: 1, Size: 1}},
	} {
		for _, cfg := range []Config{{}, {Interpreter: true}} {
			cfg.Ledger = memstat.NewLedger(memstat.SitesNever)
			r := NewRuntime(cfg)
			m, err := r.Compile(ctx, tc.load())
			if err != nil {
				t.Fatalf("%s: %v", tc.name, err)
			}
			for range 2 {
				_, err = m.Instantiate(ctx, wasi.Config{})
				var failed *InstantiateError
				var segment *SegmentError
				if !errors.As(err, &failed) || failed.CloseErr != nil || failed.Outcome.Kind != OutcomeError {
					t.Errorf("%s: %v", tc.name, err)
				} else if !errors.As(err, &segment) || *segment != tc.want || !errors.Is(err, ErrSegmentBounds) {
					t.Errorf("%s: %+v", tc.name, err)
				}
			}
			if err := errors.Join(m.Close(ctx), r.Close(ctx)); err != nil {
				t.Errorf("%s: %v", tc.name, err)
			}
			if s := cfg.Ledger.Snapshot(); len(s.Leaks) != 0 || s.OpenScopes != 0 || s.DoubleReleases != 0 {
				t.Errorf("%s: %+v", tc.name, s)
			}
		}
	}
}

// TestLongNames: no text has the names of a module whole.
func TestLongNames(t *testing.T) {
	ctx := context.Background()
	const most = 4 << 10
	long := strings.Repeat("n", 10<<20)
	longest := long[:100_000] // of an import or an export
	export := func(name string) []byte {
		return encode(7, bytes.Join([][]byte{{1}, nameOf(name), {0, 0}}, nil)...)
	}
	entry := bytes.Join([][]byte{{1, 0}, nameOf(long)}, nil)
	names := encode(0, bytes.Join([][]byte{nameOf("name"), {1}, uleb(len(entry)), entry}, nil)...)
	texts := map[string]string{}
	compile := func(binary []byte) *Module {
		m, err := NewRuntime(Config{}).Compile(ctx, &Binary{Path: "m.wasm", Bytes: binary})
		if err != nil {
			texts[fmt.Sprintf("error %d", len(texts))] = err.Error()
		}
		return m
	}
	compile(module(procedure, encode(2, bytes.Join([][]byte{{1}, nameOf(longest), nameOf(longest), {0, 0}}, nil)...)))
	compile(module(procedure, encode(2, bytes.Join([][]byte{{1}, nameOf(long), nameOf("f"), {0, 0}}, nil)...)))
	compile(module(procedure, function, export(long), trapCode))
	compile(module(procedure, function, export(longest), codeOf([]byte{0, 0x6a, 0x0b}))) // wazero tells the name
	m := compile(module(procedure, function, export(longest), trapCode, names))
	if m == nil {
		t.Fatalf("%v", texts)
	}
	texts["export"] = m.Exports()[0].String()
	texts["unknown export"] = m.CheckCall(longest+"x", nil).Error()
	texts["argument"] = m.CheckCall(longest, []string{long}).Error()
	in, err := m.Instantiate(ctx, wasi.Config{})
	if err != nil {
		t.Fatal(err)
	}
	_, outcome := in.Invoke(ctx, longest, nil)
	var trap *TrapError
	if !errors.As(outcome.Err, &trap) || len(trap.Stack.Frames()) != 1 {
		t.Fatalf("%v", outcome)
	}
	texts["frame"] = trap.Stack.Frames()[0].Function
	texts["stack"] = trap.Stack.Frames()[0].String()
	if len(texts) != 9 {
		t.Errorf("%d texts", len(texts))
	}
	for name, text := range texts {
		if len(text) > most || !strings.Contains(text, "nnnn") && !strings.Contains(text, "bytes in a name") {
			t.Errorf("%s: %d bytes: %s", name, len(text), text[:min(len(text), 300)])
		}
	}
	if err := errors.Join(in.Close(ctx), m.Close(ctx)); err != nil {
		t.Error(err)
	}
}
