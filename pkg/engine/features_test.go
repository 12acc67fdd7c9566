package engine_test

import (
	"context"
	"errors"
	"testing"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// module builds a binary of sections, see section.
func module(sections ...string) *engine.Binary {
	binary := "\x00asm\x01\x00\x00\x00"
	for _, s := range sections {
		binary += s
	}
	return &engine.Binary{Path: "m.wasm", Bytes: []byte(binary)}
}

// section is a section of less than 128 bytes.
func section(id byte, content string) string { return string([]byte{id, byte(len(content))}) + content }

// function is a module with one function, of the type () -> (), that is exported
// as "run"; code is without its end. more sections go before the code.
func function(code string, more ...string) *engine.Binary {
	body := "\x00" + code + "\x0b"
	sections := append([]string{section(1, "\x01\x60\x00\x00"), section(3, "\x01\x00")}, more...)
	sections = append(sections, section(7, "\x01\x03run\x00\x00"), section(10, "\x01"+string(rune(len(body)))+body))
	return module(sections...)
}

const (
	memory   = "\x05\x03\x01\x00\x01"             // section with a memory of one page
	tag      = "\x0d\x03\x01\x00\x00"             // section with a tag
	v128Load = "\x41\x00\xfd\x00\x00\x00"         // v128.load
	i64Four  = "\x42\x00\x42\x00\x42\x00\x42\x00" // four zeros
)

func TestMissingFeatures(t *testing.T) {
	compiled, interpreted := newRuntime(t, engine.Config{}), newRuntime(t, engine.Config{Interpreter: true})
	for _, tc := range []struct {
		name    string
		binary  *engine.Binary
		feature engine.Feature
	}{
		{"struct type", module(section(1, "\x01\x5f\x01\x7f\x00")), engine.FeatureGC},
		{"array type", module(section(1, "\x01\x5e\x7f\x00")), engine.FeatureGC},
		{"subtype", module(section(1, "\x01\x50\x00\x60\x00\x00")), engine.FeatureGC},
		{"struct type in a group", module(section(1, "\x01\x4e\x01\x5f\x00")), engine.FeatureGC},
		{"anyref", module(section(1, "\x01\x60\x01\x6e\x00")), engine.FeatureGC},
		{"ref any", module(section(1, "\x01\x60\x01\x64\x6e\x00")), engine.FeatureGC},
		{"global of i31ref", module(section(6, "\x01\x6c\x00\xd0\x6c\x0b")), engine.FeatureGC},
		{"ref.i31", function("\x41\x00\xfb\x1c\x1a"), engine.FeatureGC},
		{"ref.i31 in a constant expression", module(section(6, "\x01\x70\x00\x41\x00\xfb\x1c\x0b")), engine.FeatureGC},
		{"continuation type", module(section(1, "\x02\x60\x00\x00\x5d\x00")), engine.FeatureStackSwitching},
		{"suspend", function("\xe2\x00", tag), engine.FeatureStackSwitching},
		{"64-bit memory", module(section(5, "\x01\x04\x01")), engine.FeatureMemory64},
		{"64-bit table", module(section(4, "\x01\x70\x04\x01")), engine.FeatureMemory64},
		{"import of a 64-bit memory", module(section(2, "\x01\x01a\x01b\x02\x04\x01")), engine.FeatureMemory64},
		{"two memories", module(section(5, "\x02\x00\x01\x00\x01")), engine.FeatureMultiMemory},
		{"a load of the second memory", function("\x41\x00\x28\x42\x01\x00\x1a", section(5, "\x02\x00\x01\x00\x01")), engine.FeatureMultiMemory},
		{"page size 1", module(section(5, "\x01\x08\x01\x00")), engine.FeatureCustomPageSizes},
		{"shared memory", module(section(5, "\x01\x03\x01\x01")), engine.FeatureSharedMemory},
		{"import of a shared memory", module(section(2, "\x01\x03env\x06memory\x02\x03\x01\x01")), engine.FeatureSharedMemory},
		{"shared-everything atomics", function("\xfe\x4f\x00\x00\x1a"), engine.FeatureSharedEverything},
		{"legacy try", function("\x06\x40\x19\x0b"), engine.FeatureLegacyExceptions},
		{"legacy rethrow", function("\x06\x40\x07\x00\x09\x00\x0b", tag), engine.FeatureLegacyExceptions},
		{"legacy delegate", function("\x06\x40\x18\x00", tag), engine.FeatureLegacyExceptions},
		{"tag", module(section(1, "\x01\x60\x00\x00"), tag), engine.FeatureExceptions},
		{"import of a tag", module(section(1, "\x01\x60\x00\x00"), section(2, "\x01\x01a\x01b\x04\x00\x00")), engine.FeatureExceptions},
		{"throw", function("\x08\x00", tag), engine.FeatureExceptions},
		{"try_table", function("\x1f\x40\x00\x0b"), engine.FeatureExceptions},
		{"call_ref", function("\xd0\x00\x14\x00"), engine.FeatureTypedReferences},
		{"ref.as_non_null", function("\xd0\x70\xd4\x1a"), engine.FeatureTypedReferences},
		{"relaxed SIMD", function(v128Load+v128Load+"\xfd\x80\x02\x1a", memory), engine.FeatureRelaxedSIMD},
		{"half precision", function("\x41\x00\xfc\x30\x01\x00\x1a", memory), engine.FeatureHalfPrecision},
		{"f16x8.splat", function("\x43\x00\x00\x00\x00\xfd\xa0\x02\x1a"), engine.FeatureHalfPrecision},
		{"wide arithmetic", function(i64Four + "\xfc\x13\x1a\x1a"), engine.FeatureWideArithmetic},
	} {
		for _, r := range []*engine.Runtime{compiled, interpreted} {
			_, err := r.Compile(context.Background(), tc.binary)
			var missing *engine.FeatureError
			var compile *engine.CompileError
			if !errors.As(err, &missing) || missing.Feature != tc.feature || !errors.As(err, &compile) || !errors.Is(err, engine.ErrUnsupported) {
				t.Errorf("%s: %v, want %s", tc.name, err, tc.feature)
			}
		}
	}
}

// TestInvalidIsNotMissing compiles modules that are invalid, and not for a
// feature that they use.
func TestInvalidIsNotMissing(t *testing.T) {
	r := newRuntime(t, engine.Config{})
	for name, binary := range map[string]*engine.Binary{
		"type mismatch":                   function("\x41\x00"),
		"type mismatch, with a tail call": function("\x41\x00\x12\x05"),
		"atomics without a memory":        function("\xfe\x03\x00\x41\x00\xfe\x10\x02\x00\x1a"),
		"unknown instruction":             function("\xff"),
		"damage that looks like a feature": module(section(1, "\x01\x60\x00\x00"), section(3, "\x02\x00\x00"),
			section(10, "\x02\x04\x00\x06\x40\x0b\x03\x00\xff\x0b")),
		"vector instruction without values": function("\xfd\x80\x01"),
	} {
		_, err := r.Compile(context.Background(), binary)
		if !errors.Is(err, engine.ErrInvalid) || errors.Is(err, engine.ErrUnsupported) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestFeatures runs functions that use additions to version 2.0 of the
// specification.
func TestFeatures(t *testing.T) {
	ctx := context.Background()
	for name, binary := range map[string]*engine.Binary{
		"tail call":           function("\x41\x00\x04\x40\x12\x00\x0b"),
		"indirect tail call":  function("\x41\x00\x04\x40\x41\x00\x13\x00\x00\x0b", section(4, "\x01\x70\x00\x01")),
		"constant expression": function("\x01", section(6, "\x01\x7f\x00\x41\x01\x41\x02\x6a\x41\x03\x6c\x0b")),
		"atomic instruction":  function("\x41\x00\x41\x01\xfe\x1e\x02\x00\x1a\xfe\x03\x00", memory),
		"group of types":      module(section(1, "\x01\x4e\x02\x60\x00\x00\x60\x00\x00"), section(3, "\x01\x01"), section(7, "\x01\x03run\x00\x00"), section(10, "\x01\x02\x00\x0b")),
	} {
		for _, cfg := range []engine.Config{{}, {Interpreter: true}, {CacheDir: t.TempDir()}} {
			m, err := newRuntime(t, cfg).Compile(ctx, binary)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if _, o := instance(t, m, wasi.Config{}).Invoke(ctx, "run", nil); !o.Clean() {
				t.Errorf("%s: %v", name, o)
			}
		}
	}
}
