package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// encode makes a section of the binary format.
func encode(id byte, content ...byte) []byte {
	b := []byte{id}
	n := len(content)
	for n >= 0x80 {
		b, n = append(b, byte(n)|0x80), n>>7
	}
	return append(append(b, byte(n)), content...)
}

func module(sections ...[]byte) []byte {
	return append([]byte("\x00asm\x01\x00\x00\x00"), bytes.Join(sections, nil)...)
}

// The sections that the modules below are made of.
var (
	onePage    = encode(5, 1, 0, 1)
	twoOfThree = encode(5, 1, 1, 2, 3)
	noPage     = encode(5, 1, 0, 0)
	twoCount   = encode(12, 2)

	// One function of type ()->(), exported as _start or run at the start.
	procedure = encode(1, 1, 0x60, 0, 0)
	function  = encode(3, 1, 0)
	start     = encode(8, 0)
	trapCode  = encode(10, 1, 3, 0, 0x00, 0x0b)
	// memory.grow 1, drop
	growCode = encode(10, 1, 7, 0, 0x41, 1, 0x40, 0, 0x1a, 0x0b)
	// memory.init of segment 0, 2 bytes from 0 to address 100, then data.drop 0
	initCode = encode(10, 1, 16, 0, 0x41, 0xe4, 0, 0x41, 0, 0x41, 2, 0xfc, 8, 0, 0, 0xfc, 9, 0, 0x0b)
)

// instantiation is the result of one.
type instantiation struct {
	err     string
	segment *SegmentError // that err wraps, or nil
	outcome OutcomeKind
	memory  []byte
}

// instantiateOnce makes two instances, one after the other, and returns their
// memories. The second may lie in the slot of the first, which was overwritten.
func instantiateOnce(t *testing.T, cfg Config, binary []byte) (results [2]instantiation, compileErr error) {
	t.Helper()
	ctx := context.Background()
	cfg.Ledger = memstat.NewLedger(memstat.SitesNever)
	r := NewRuntime(cfg)
	defer func() {
		if err := r.Close(ctx); err != nil {
			t.Error(err)
		}
		for _, k := range cfg.Ledger.Snapshot().Kinds {
			if k.LiveObjects != 0 {
				t.Errorf("alive: %+v", k)
			}
		}
	}()
	m, err := r.Compile(ctx, &Binary{Path: "test", Bytes: binary})
	if err != nil {
		return results, err
	}
	for i := range results {
		in, err := m.Instantiate(ctx, wasi.Config{})
		if err != nil {
			var failed *InstantiateError
			if !errors.As(err, &failed) {
				t.Fatal(err)
			}
			results[i] = instantiation{err: err.Error(), outcome: failed.Outcome.Kind}
			errors.As(err, &results[i].segment)
			continue
		}
		memory := bytesOf(in)
		results[i].memory = bytes.Clone(memory)
		for j := range memory {
			memory[j] = 0xa5
		}
		if err := in.Close(ctx); err != nil {
			t.Errorf("close: %v", err)
		}
	}
	return results, nil
}

// plainOnce instantiates a module with plain wazero.
func plainOnce(t *testing.T, binary []byte) (result instantiation, compileErr error) {
	t.Helper()
	ctx := context.Background()
	r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigInterpreter())
	defer func() {
		if err := r.Close(ctx); err != nil {
			t.Error(err)
		}
	}()
	compiled, err := r.CompileModule(ctx, binary)
	if err != nil {
		return result, err
	}
	m, err := r.InstantiateModule(ctx, compiled, named(""))
	if err != nil {
		failed := (*Module)(nil).instantiateError(ctx, err)
		result.err, result.outcome = failed.Error(), failed.Outcome.Kind
		return result, nil
	}
	if memory := m.Memory(); memory != nil {
		bytes, _ := memory.Read(0, memory.Size())
		result.memory = slices.Clone(bytes)
	}
	return result, nil
}

// compareImages instantiates a module with plain wazero, with copied segments
// and with an image, and compares. Unless dir is empty, it also does so with
// code that is written to a cache in dir, and with code that is read from there.
func compareImages(t *testing.T, binary []byte, dir string) (with [2]instantiation, err error) {
	t.Helper()
	want, plainErr := plainOnce(t, binary)
	configs := []Config{{Interpreter: true, NoImage: true}, {Interpreter: true}}
	if dir != "" {
		configs = append(configs, Config{CacheDir: dir}, Config{CacheDir: dir, NoImage: true})
	}
	for _, cfg := range configs {
		got, compileErr := instantiateOnce(t, cfg, binary)
		if (compileErr == nil) != (plainErr == nil) {
			t.Fatalf("compiled with %+v: %v; plain wazero: %v", cfg, compileErr, plainErr)
		}
		for i := range got {
			if s := got[i].segment; s != nil { // wazero ignores those of tables
				if s.Data != strings.Contains(want.err, fmt.Sprintf("data[%d]: out of bounds", s.Index)) {
					t.Errorf("use %d with %+v: %v; plain wazero %q", i, cfg, s, want.err)
				}
				continue
			}
			if got[i].err != want.err || got[i].outcome != want.outcome {
				t.Errorf("use %d with %+v: %q, %v; plain wazero %q, %v", i, cfg, got[i].err, got[i].outcome, want.err, want.outcome)
			}
			if !bytes.Equal(got[i].memory, want.memory) {
				t.Errorf("use %d with %+v: a memory of %d bytes differs from plain wazero's of %d", i, cfg, len(got[i].memory), len(want.memory))
			}
		}
		if !cfg.NoImage {
			with, err = got, compileErr
		}
	}
	return with, err
}

func TestImageIsWhatSegmentsWrite(t *testing.T) {
	active := func(at byte, b ...byte) []byte {
		return append([]byte{0, 0x41, at, 0x0b, byte(len(b))}, b...)
	}
	data := func(segments ...[]byte) []byte {
		return encode(11, append([]byte{byte(len(segments))}, bytes.Join(segments, nil)...)...)
	}
	at := func(r instantiation, i int) byte { return r.memory[i] }
	for _, tc := range []struct {
		name   string
		binary []byte
		check  func(instantiation) bool // of the second use; nil for an invalid module
	}{
		{"overlapping", module(onePage, data(active(3, 1, 2, 3), active(4, 9), active(2, 7, 8))),
			func(r instantiation) bool { return bytes.Equal(r.memory[2:6], []byte{7, 8, 9, 3}) }},
		{"nothing", module(onePage, data(active(0))), func(r instantiation) bool { return at(r, 0) == 0 }},
		{"no page", module(noPage, data(active(0))), func(r instantiation) bool { return len(r.memory) == 0 && r.err == "" }},
		{"passive only", module(onePage, encode(12, 1), data([]byte{1, 1, 9})),
			func(r instantiation) bool { return at(r, 0) == 0 }},
		{"memory.init of an active and of a passive one", module(procedure, function, onePage, start, twoCount, initCode, data(active(3, 1, 2), []byte{1, 1, 9})),
			func(r instantiation) bool { return at(r, 3) == 1 && at(r, 101) == 2 }},
		{"last bytes", module(onePage, data([]byte{0, 0x41, 0xfe, 0xff, 3, 0x0b, 2, 5, 6})),
			func(r instantiation) bool { return at(r, 65535) == 6 }},
		{"out of bounds after a segment in bounds", module(onePage, data(active(3, 1), []byte{0, 0x41, 0xff, 0xff, 3, 0x0b, 2, 5, 6})),
			func(r instantiation) bool { return r.err != "" }},
		{"a table that overflows", module(encode(1, 1, 0x60, 0, 0), encode(3, 1, 0), encode(4, 1, 0x70, 0, 1), onePage,
			encode(9, 1, 0, 0x41, 1, 0x0b, 1, 0), encode(10, 1, 2, 0, 0x0b), data(active(3, 1))),
			func(r instantiation) bool { return r.segment != nil && !r.segment.Data }},
		{"out of bounds of no page", module(noPage, data(active(0, 1))), func(r instantiation) bool { return r.err != "" }},
		{"six bytes of a number", module(onePage, data([]byte{0, 0x41, 0x83, 0x80, 0x80, 0x80, 0x80, 0, 0x0b, 1, 9})), nil},
		{"more than 32 bits", module(onePage, data([]byte{0, 0x41, 0x83, 0x80, 0x80, 0x80, 0x10, 0x0b, 1, 9})), nil},
		{"data before code", module(procedure, function, onePage, data(active(3, 1)), trapCode), nil},
		{"two data sections", module(onePage, data(active(3, 1)), data(active(4, 1))), nil},
		{"junk in a code section", module(onePage, encode(10, 0, 1, 2, 3)), nil},
		{"start traps", module(procedure, function, onePage, start, trapCode, data(active(3, 1))),
			func(r instantiation) bool { return r.outcome == OutcomeTrap }},
		{"start grows", module(procedure, function, twoOfThree, start, growCode, data(active(3, 1))),
			func(r instantiation) bool {
				return len(r.memory) == 3*pageSize && at(r, 3) == 1 && at(r, 3*pageSize-1) == 0
			}},
		{"offset of a global", module(encode(5, 1, 0, 1), encode(6, 1, 0x7f, 0, 0x41, 40, 0x0b), data([]byte{0, 0x23, 0, 0x0b, 1, 9})), nil}, // which must be imported
	} {
		t.Run(tc.name, func(t *testing.T) {
			with, err := compareImages(t, tc.binary, t.TempDir())
			if (err != nil) != (tc.check == nil) {
				t.Fatalf("compiled: %v", err)
			}
			if err == nil && !tc.check(with[1]) {
				t.Errorf("%q, %d bytes: the memory differs from the segments", with[1].err, len(with[1].memory))
			}
		})
	}
}

// FuzzImage checks that wazero accepts the same modules with and without an
// image, and makes the same memory of them.
func FuzzImage(f *testing.F) {
	f.Add(module(onePage, encode(11, 1, 0, 0x41, 3, 0x0b, 1, 7)))
	f.Add(module(procedure, function, onePage, start, twoCount, initCode, encode(11, 2, 0, 0x41, 3, 0x0b, 2, 1, 2, 1, 1, 9)))
	f.Add(module(procedure, function, twoOfThree, start, growCode, encode(11, 1, 0, 0x41, 3, 0x0b, 1, 7)))
	f.Add(module(procedure, function, onePage, encode(11, 1, 0, 0x41, 3, 0x0b, 1, 7), trapCode))
	f.Fuzz(func(t *testing.T, binary []byte) {
		m, err := wasmbin.Parse(binary)
		if err != nil || m.Functions > 100 || len(m.Memories) != 1 || m.Memories[0].Min > 100 {
			return // wazero allocates as much as a binary announces
		}
		tables, err := m.Tables()
		if err != nil || slices.ContainsFunc(tables, func(t wasmbin.Table) bool { return t.Limits.Min > 1000 }) {
			return // likewise
		}
		if _, err := m.CheckLimits(true); err != nil {
			return // likewise
		}
		// Code could run forever: allow only code that is known to end.
		if bytes.Contains(binary, []byte{0x03, 0x40}) || bytes.Contains(binary, []byte{0x10}) {
			return
		}
		_, _ = compareImages(t, binary, "")
	})
}
