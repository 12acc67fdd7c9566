package engine_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// growModule is a module that exports grow(i32) -> i32, which is memory.grow. Its
// memory has one page and those limits.
func growModule(limits ...byte) *engine.Binary {
	b := []byte("\x00asm\x01\x00\x00\x00" +
		"\x01\x06\x01\x60\x01\x7f\x01\x7f" + // type: (i32) -> i32
		"\x03\x02\x01\x00") // function
	b = append(b, 5, byte(1+len(limits)), 1)
	b = append(b, limits...)
	return &engine.Binary{Path: "grow.wasm", Bytes: append(b, "\x07\x08\x01\x04grow\x00\x00"+
		"\x0a\x08\x01\x06\x00\x20\x00\x40\x00\x0b"...)} // local.get 0, memory.grow
}

// growTableModule is the same with a table that its code grows, for which the
// engine edits it once more.
func growTableModule(limits ...byte) *engine.Binary {
	b := []byte("\x00asm\x01\x00\x00\x00" +
		"\x01\x06\x01\x60\x01\x7f\x01\x7f" +
		"\x03\x03\x02\x00\x00" +
		"\x04\x04\x01\x70\x00\x01") // a table of functions
	b = append(b, 5, byte(1+len(limits)), 1)
	b = append(b, limits...)
	return &engine.Binary{Path: "growtable.wasm", Bytes: append(b, "\x07\x08\x01\x04grow\x00\x00"+
		"\x0a\x12\x02\x06\x00\x20\x00\x40\x00\x0b"+
		"\x09\x00\xd0\x70\x20\x00\xfc\x0f\x00\x0b"...)} // ref.null func, local.get 0, table.grow
}

// TestDeniedGrows: a memory.grow that is denied is counted, whoever set the
// limit; and the limit is where it was asked to be.
func TestDeniedGrows(t *testing.T) {
	for _, tc := range []struct {
		name   string
		limits []byte
		most   uint64 // Config.MaxMemory, in bytes
		limit  uint64 // expected, in pages
	}{
		{"the module's", []byte{1, 1, 3}, 0, 3},
		{"the configuration's", []byte{0, 1}, 3<<16 + 5, 3},
		{"the smaller is the module's", []byte{1, 1, 3}, 9 << 16, 3},
		{"the smaller is the configuration's", []byte{1, 1, 9}, 3 << 16, 3},
	} {
		for i, cfg := range []engine.Config{
			{}, {Interpreter: true}, {NoImage: true}, {CacheDir: t.TempDir()}, {Interruptible: true}, {CountInstructions: true, CacheDir: t.TempDir()},
			{}, {Interpreter: true}, {Interruptible: true, CacheDir: t.TempDir()},
		} {
			module := growModule(tc.limits...)
			if i > 5 {
				module = growTableModule(tc.limits...)
			}
			cfg.MaxMemory = tc.most
			in := instance(t, compile(t, newRuntime(t, cfg), module), wasi.Config{})
			for _, step := range []struct {
				by     int32
				want   string
				denied uint64
			}{
				{1, "1", 0},
				{2, "-1", 1},
				{0, "2", 1},
				{1, "2", 1},
				{1, "-1", 2},
				{65533, "-1", 3},
				{65534, "-1", 3}, // beyond 4 GiB
				{-1, "-1", 3},
			} {
				results, outcome := in.Invoke(context.Background(), "grow", []string{fmt.Sprint(step.by)})
				stat := in.Memory()
				if !outcome.Clean() || len(results) != 1 || results[0] != step.want || stat.DeniedGrows != step.denied {
					t.Errorf("%s, %+v: grow by %d is %v, %v, and %d are denied; want %s and %d",
						tc.name, cfg, step.by, results, outcome, stat.DeniedGrows, step.want, step.denied)
				}
			}
			stat := in.Memory()
			if stat.LimitBytes != tc.limit<<16 || stat.PeakBytes != tc.limit<<16 || stat.Grows != 2 {
				t.Errorf("%s, %+v: %+v", tc.name, cfg, stat)
			}
		}
	}
}
