package main

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/wamr-go/wamr-go/pkg/engine"
)

// TestFeatureHints wants an option of a tool in nearly all of them.
func TestFeatureHints(t *testing.T) {
	for _, tc := range []struct {
		feature engine.Feature
		hint    string // a part of it
	}{
		{engine.FeatureGC, "--target wasm"},
		{engine.FeatureStackSwitching, "experimental"},
		{engine.FeatureSharedEverything, "experimental"},
		{engine.FeatureMemory64, "-sMEMORY64=0"},
		{engine.FeatureMultiMemory, "--multi-memory-lowering"},
		{engine.FeatureCustomPageSizes, "--page-size"},
		{engine.FeatureSharedMemory, "-pthread"},
		{engine.FeatureLegacyExceptions, "-fno-exceptions"},
		{engine.FeatureExceptions, "-fno-exceptions"},
		{engine.FeatureTypedReferences, "--enable-gc"},
		{engine.FeatureRelaxedSIMD, "-mno-relaxed-simd"},
		{engine.FeatureHalfPrecision, "-mno-fp16"},
		{engine.FeatureWideArithmetic, "-wide-arithmetic"},
		{engine.FeatureAtomics, "--interp"},
		{engine.FeatureTailCalls, "--interp"},
	} {
		f := explainer{module: "a.wasm"}.failure(&engine.CompileError{Path: "a.wasm", Err: &engine.FeatureError{Feature: tc.feature, Problem: "is not supported"}})
		want := "a.wasm: uses " + string(tc.feature) + ", which is not supported"
		if f.code != exitCannotRun || f.problem != want || !strings.Contains(f.hint, tc.hint) {
			t.Errorf("%s: %d, %q, %q", tc.feature, f.code, f.problem, f.hint)
		}
	}
}

func TestExplain(t *testing.T) {
	imported := func(module, name string) error {
		missing := []engine.Import{{Module: module, Name: name, Kind: "function"}}
		return &engine.ImportError{Module: module, Name: name, Problem: "is unknown", Missing: missing, Err: engine.ErrUnknownImport}
	}
	load := func(err error) error { return &engine.LoadError{Path: "a.wasm", Err: err} }
	for _, tc := range []struct {
		err           error
		problem, hint string // hint: a part of it
	}{
		{load(engine.ErrIsDirectory), "a.wasm: is a directory", "name a .wasm file"},
		{load(engine.ErrEmpty), "a.wasm: is empty", ""},
		{load(engine.ErrText), "a.wasm: is a text file, not a WebAssembly module", ""},
		{load(engine.ErrNotWasm), "a.wasm: is not a WebAssembly module", ""},
		{load(engine.ErrWAT), "a.wasm: is WebAssembly text (WAT), not a binary module", "wat2wasm a.wasm"},
		{load(engine.ErrAOT), "a.wasm: is compiled by wamrc for WAMR, not WebAssembly", ".wasm file that it was made from"},
		{load(engine.ErrGzip), "a.wasm: is compressed by gzip, not a WebAssembly module", "decompress"},
		{load(engine.ErrELF), "a.wasm: is a native program (ELF), not a WebAssembly module", "wasm32-wasip1"},
		{load(engine.ErrComponent), "a.wasm: is a WebAssembly component, not a core module", "wasm32-wasip1"},
		{load(fmt.Errorf("version 2: %w", engine.ErrVersion)), "a.wasm: version 2: has an unknown WebAssembly version", "wasm32-wasip1"},
		{load(fmt.Errorf("cut: %w", engine.ErrTruncated)), "a.wasm: cut: is truncated", "incomplete"},
		{load(fs.ErrNotExist), "a.wasm: file does not exist", ""},
		{load(engine.ErrInvalid), "a.wasm: is not a valid WebAssembly module", ""},
		{&engine.CompileError{Path: "a.wasm", Err: engine.ErrInvalid}, "a.wasm: is not a valid WebAssembly module", ""},
		{&engine.MemoryLimitError{Need: 131072, Limit: 65536}, "a.wasm: the module's memory begins with 131072 bytes, and the limit is 65536", "--max-memory 128K "},
		{imported("env", "missing"), `a.wasm: import "env"."missing" is unknown`, "undefined"},
		{&engine.ImportError{Module: "m", Name: "n", Problem: "has the type x", Err: engine.ErrImportType}, `a.wasm: import "m"."n" has the type x`, "preview1 headers"},
		{&engine.ExportError{Name: "ad", Exports: []engine.Export{{Name: "add"}}}, "a.wasm: no function \"ad\" is exported\nit exports:\n  add()", "did you mean -f add?"},
		{&noStartError{engine.Library, []engine.Export{{Name: "_x"}, {Name: "add"}}}, "a.wasm has no _start: it is a library, whose functions are called by name\nit exports:\n  _x()\n  add()", "wamr-go -f add a.wasm"},
		{&noStartError{engine.Library, nil}, "a.wasm has no _start: it is a library, whose functions are called by name; it exports none", ""},
		{&engine.InternalError{Message: "oops"}, "internal error: oops", "bug of wamr-go"},
		{cannotRunf("own").withHint("hint"), "own", "hint"},
		{errors.New("anything"), "a.wasm: anything", ""},
	} {
		f := explainer{module: "a.wasm"}.failure(tc.err)
		if f.code != exitCannotRun || f.problem != tc.problem || !strings.Contains(f.hint, tc.hint) || tc.hint == "" && f.hint != "" {
			t.Errorf("%v: %d, %q, %q; want %q, %q", tc.err, f.code, f.problem, f.hint, tc.problem, tc.hint)
		}
	}
}
