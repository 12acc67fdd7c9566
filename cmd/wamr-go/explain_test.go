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
		j := &job{app: &app{}, options: &options{}, module: "a.wasm"}
		f := j.cannotRun(&engine.CompileError{Path: "a.wasm", Err: &engine.FeatureError{Feature: tc.feature, Problem: "is not supported"}})
		want := "a.wasm: uses " + string(tc.feature) + ", which is not supported"
		if f.code != exitCannotRun || f.problem != want || !strings.Contains(f.hint, tc.hint) {
			t.Errorf("%s: %d, %q, %q", tc.feature, f.code, f.problem, f.hint)
		}
	}
}

func TestExplain(t *testing.T) {
	imported := func(module, name string) error {
		return &engine.ImportError{Module: module, Name: name, Problem: "is unknown", Err: engine.ErrUnknownImport}
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
		{imported("wasi_snapshot_preview1", "fd_x"), `a.wasm: import "wasi_snapshot_preview1"."fd_x" is unknown`, "not a function of WASI preview1"},
		{imported("wasi_snapshot_preview1", "sock_open"), `a.wasm: import "wasi_snapshot_preview1"."sock_open" is unknown`, "WAMR's socket extension"},
		{imported("wasi_unstable", "sock_accept"), `a.wasm: import "wasi_unstable"."sock_accept" is unknown`, "not a function of WASI preview1"},
		{imported("wasi", "thread-spawn"), `a.wasm: import "wasi"."thread-spawn" is unknown`, "threads"},
		{imported("wasi:cli/run", "run"), `a.wasm: import "wasi:cli/run"."run" is unknown`, "WASI 0.2"},
		{imported("gojs", "runtime.wasmExit"), `a.wasm: import "gojs"."runtime.wasmExit" is unknown`, "GOOS=wasip1"},
		{imported("wbg", "__wbindgen_throw"), `a.wasm: import "wbg"."__wbindgen_throw" is unknown`, "wasm-bindgen"},
		{imported("other", "x"), `a.wasm: import "other"."x" is unknown`, "only WASI preview1"},
		{&engine.ImportError{Module: "m", Name: "n", Problem: "has the type x", Err: engine.ErrImportType}, `a.wasm: import "m"."n" has the type x`, "preview1 headers"},
		{&engine.ExportError{Name: "ad", Exports: []engine.Export{{Name: "add"}}}, "a.wasm: no function \"ad\" is exported\nit exports:\n  add()", "did you mean -f add?"},
		{&engine.InternalError{Message: "oops"}, "internal error: oops", "bug of wamr-go"},
		{cannotRunf("own").withHint("hint"), "own", "hint"},
		{errors.New("anything"), "a.wasm: anything", ""},
	} {
		j := &job{app: &app{}, options: &options{}, module: "a.wasm"}
		f := j.cannotRun(tc.err)
		if f.code != exitCannotRun || f.problem != tc.problem || !strings.Contains(f.hint, tc.hint) || tc.hint == "" && f.hint != "" {
			t.Errorf("%v: %d, %q, %q; want %q, %q", tc.err, f.code, f.problem, f.hint, tc.problem, tc.hint)
		}
	}
}
