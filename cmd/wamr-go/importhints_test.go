package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/wamr-go/wamr-go/pkg/engine"
)

// TestImportHint classifies modules by the imports that real ones have. Each row
// of the table must be the answer for one of them.
func TestImportHint(t *testing.T) {
	used := make(map[string]bool)
	for _, tc := range []struct {
		imports string // "module.name", of which the last dot counts; ":memory" and ":global" tell another kind
		hint    string // a part of it
	}{
		{"env.memory:memory wasi.thread-spawn", "wasi-threads"},
		{"wasi_snapshot_preview1.sock_open wasi_snapshot_preview1.sock_bind", "iwasm"},
		{"wasi_ephemeral_nn.load", "wasi-nn"},
		{"wasi_nn.load", "wasi-nn"},
		{"env.memory:memory env.napi_create_function env.napi_throw", "Node.js add-on"},
		{"napi.emnapi_sync_memory", "Node.js add-on"},
		{"emnapi._emnapi_get_last_error", "Node.js add-on"},
		{"rb-js-abi-host.js-value-to-string", "JavaScript bridge"},
		{"wbg.__wbg_log_1d3ae0273d8f4f8a", "wasm-bindgen"},
		{"__wbindgen_placeholder__.__wbindgen_describe", "wasm-bindgen"},
		{"__wbindgen_externref_xform__.__wbindgen_externref_table_grow", "wasm-bindgen"},
		{"./hello_bg.js.__wbindgen_throw", "wasm-bindgen"},
		{"go.debug", "GOOS=wasip1"},
		{"gojs.runtime", "GOOS=wasip1"},
		{"env.syscall/js.valueGet env.runtime.ticks", "tinygo build -target=wasip1"},
		{"js_code.kotlin", "wasmWasi"},
		{"extism:host/env.input_length", "Extism"},
		{"extism:host/user.get", "Extism"},
		{"env.proxy_log env.proxy_get_buffer_bytes", "Envoy"},
		{"wapc.__guest_request", "waPC"},
		{"env.opa_abort env.opa_builtin0", "Open Policy Agent"},
		{"fastly_http_req.new", "viceroy"},
		{"shopify_function_v1.shopify_function_input_get", "function-runner"},
		{"wasi:cli/environment@0.2.0.get-environment", "WASI 0.2"},
		{"wasi_snapshot_preview2.x", "WASI 0.2"},
		{"docs:adder/add@0.1.0.add", "component"},
		{"[export]docs:adder/add.x", "component"},
		{"[resource].x", "component"},
		{"$root.print", "component"},
		{"cm32p2|wasi.x", "component"},
		{"GOT.mem.stdout:global", "shared library"},
		{"env.memory:memory env.__memory_base:global", "shared library"},
		{"env.__linear_memory:memory env.puts", "object file"},
		{"env.__stack_pointer:global", "object file"},
		{"a.a a.b a.c", "Emscripten"},
		{"a.aa", "Emscripten"},
		{"env.memory:memory env.emscripten_resize_heap", "Emscripten"},
		{"env._emscripten_throw_longjmp", "Emscripten"},
		{"env._embind_register_void", "Emscripten"},
		{"env._emval_decref", "Emscripten"},
		{"env.invoke_vii", "Emscripten"},
		{"env.__syscall_openat", "Emscripten"},
		{"env.__syscall140", "Emscripten"},
		{"env.__cxa_throw", "Emscripten"},
		{"env._localtime_js", "Emscripten"},
		{"env.setTempRet0", "Emscripten"},
		{"asm2wasm.f64-rem", "Emscripten"},
		{"env.abort", "AssemblyScript"},
		{"env.seed", "AssemblyScript"},
		{"env.console.log", "AssemblyScript"},
		{"wasi_snapshot_preview1.fd_x", "not a function of WASI preview1"},
		{"wasi_unstable.sock_accept", "not a function of WASI preview1"},
		{"env.memory:memory", "--import-memory"},
		{"env.foo", "left undefined"},
		{"host.print", "only WASI preview1"},
	} {
		var imports []engine.Import
		allFunctions := true
		for _, text := range strings.Fields(tc.imports) {
			kind := "function"
			for _, k := range []string{"memory", "global"} {
				if rest, ok := strings.CutSuffix(text, ":"+k); ok {
					text, kind, allFunctions = rest, k, false
				}
			}
			dot := strings.LastIndexByte(text, '.')
			if m, ok := strings.CutPrefix(text, "env."); ok {
				dot = len(text) - len(m) - 1 // names have dots, too
			}
			imports = append(imports, engine.Import{Module: text[:dot], Name: text[dot+1:], Kind: kind})
		}
		got := importHint(imports)
		if !strings.Contains(got, tc.hint) {
			t.Errorf("%s: %q, want %q", tc.imports, got, tc.hint)
		}
		if flag := strings.Contains(got, "--unknown-imports"); flag != allFunctions {
			t.Errorf("%s: %q, want the flag if all imports are functions", tc.imports, got)
		}
		row := slices.IndexFunc(importHints[:], func(row importHintRow) bool { return anyMatches(imports, row.module, row.name) })
		used[importHints[row].module+"."+importHints[row].name] = true
	}
	for _, row := range importHints {
		if !used[row.module+"."+row.name] {
			t.Errorf("no module has the hint of %s.%s", row.module, row.name)
		}
	}
}

func TestMatches(t *testing.T) {
	for _, tc := range []struct {
		name, pattern string
		want          bool
	}{
		{"", "*", true}, {"a", "*", true}, {"a", "a", true}, {"ab", "a", false},
		{"ab", "a*", true}, {"a", "a*", true}, {"ba", "a*", false}, {"ba", "*a", true}, {"ab", "*a", false},
		{"./x_bg.js", "./*_bg.js", true}, {"./_bg.js", "./*_bg.js", true}, {"._bg.js", "./*_bg.js", false},
		{"aa", "aa*a", false}, {"aaa", "aa*a", true},
		{"a:b/c", "*:*", true}, {":", "*:*", true}, {"ab", "*:*", false},
		{"a", "?", true}, {"ab", "?", false}, {"ab", "??", true}, {"", "?", false},
	} {
		if got := matches(tc.name, tc.pattern); got != tc.want {
			t.Errorf("%q matches %q: %v", tc.name, tc.pattern, got)
		}
	}
}
