package main

import (
	"fmt"
	"strings"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// importHintRow describes a kind of module by an import.
type importHintRow struct {
	module, name string // patterns, see matches
	hint         string // the kind of module, and the program that runs it
}

// importHints describe the purpose of a module by its imports. The rows are
// tried in order, each with all missing imports, so the most specific rows come
// first.
var importHints = [...]importHintRow{
	{"wasi", "thread-spawn", "this module uses wasi-threads, which are not supported; build for wasm32-wasip1, without threads"},
	{wasi.ModulePreview1, "sock_*", "this is WAMR's socket extension, which iwasm runs; preview1 has sock_accept, sock_recv, sock_send and sock_shutdown"},
	{"wasi_ephemeral_nn", "*", "this module uses wasi-nn; wasmtime, WasmEdge and iwasm have builds that run it"},
	{"wasi_nn", "*", "this module uses wasi-nn; wasmtime, WasmEdge and iwasm have builds that run it"},

	{"*", "napi_*", hintNAPI},
	{"napi", "*", hintNAPI},
	{"emnapi", "*", hintNAPI},
	{"rb-js-abi-host", "*", "this Ruby is built with its JavaScript bridge, for a browser or Node.js"},
	{"wbg", "*", hintBindgen},
	{"__wbindgen*", "*", hintBindgen},
	{"./*_bg.js", "*", hintBindgen},
	{"go", "*", hintGo},
	{"gojs", "*", hintGo},
	{"env", "syscall/js.*", "built by TinyGo for a JavaScript host; build with tinygo build -target=wasip1"},
	{"js_code", "*", "built by Kotlin for a JavaScript host; build for wasmWasi"},

	{"extism:host*", "*", "this is an Extism plug-in; the Extism CLI and SDKs run it"},
	{"env", "proxy_*", "this is a proxy-wasm plug-in; Envoy and other proxies run it"},
	{"wapc", "*", "this is a waPC module; a waPC host, such as Kubewarden's, runs it"},
	{"env", "opa_*", "this is a policy of Open Policy Agent; OPA and its SDKs run it"},
	{"fastly_*", "*", "this is a program of Fastly Compute; viceroy runs it"},
	{"shopify_function*", "*", "this is a Shopify function; function-runner runs it"},

	{"wasi:*", "*", "this is a part of a WASI 0.2 program, or of a later one; build for wasm32-wasip1"},
	{"wasi_snapshot_preview2", "*", "this is a part of a WASI 0.2 program; build for wasm32-wasip1"},
	{"*:*", "*", hintComponent},
	{"[*", "*", hintComponent},
	{"$root", "*", hintComponent},
	{"cm32p2*", "*", hintComponent},

	{"GOT.*", "*", hintSideModule},
	{"env", "__memory_base", hintSideModule},
	{"env", "__linear_memory", hintObject},
	{"env", "__stack_pointer", hintObject},

	{"a", "?", hintEmscripten},
	{"a", "??", hintEmscripten},
	{"env", "emscripten_*", hintEmscripten},
	{"env", "_emscripten_*", hintEmscripten},
	{"env", "_embind_*", hintEmscripten},
	{"env", "_emval_*", hintEmscripten},
	{"env", "invoke_*", hintEmscripten},
	{"env", "__syscall*", hintEmscripten},
	{"env", "__cxa_throw", hintEmscripten},
	{"env", "*_js", hintEmscripten},
	{"env", "setTempRet0", hintEmscripten},
	{"asm2wasm", "*", hintEmscripten},

	{"env", "abort", hintAssemblyScript},
	{"env", "seed", hintAssemblyScript},
	{"env", "console.*", hintAssemblyScript},

	{wasi.ModulePreview1, "*", "this is not a function of WASI preview1"},
	{wasi.ModuleUnstable, "*", "this is not a function of WASI preview1"},
	{"env", "memory", "this module wants the memory of its host; link it without --import-memory or, with Emscripten, with -sSTANDALONE_WASM"},
	{"env", "*", "another host has this function, or it was left undefined when the module was linked; define it, or build with wasi-sdk for wasm32-wasip1"},
	{"*", "*", "this module was made for another host; only WASI preview1 can be imported here"},
}

const (
	hintGo             = "built for a JavaScript host; build with GOOS=wasip1 GOARCH=wasm"
	hintBindgen        = "built by wasm-bindgen for a JavaScript host; build for wasm32-wasip1, without wasm-bindgen"
	hintNAPI           = "this is a Node.js add-on (Node-API); Node.js runs it, with emnapi"
	hintComponent      = "this is the core module of a component, whose host must have that interface; build for wasm32-wasip1"
	hintSideModule     = "this is a shared library; link it into its program"
	hintObject         = "this is an object file; link it with wasm-ld"
	hintEmscripten     = "built by Emscripten for a JavaScript host; link with -sSTANDALONE_WASM, or build with wasi-sdk for wasm32-wasip1"
	hintAssemblyScript = "built by AssemblyScript for a JavaScript host; build with @assemblyscript/wasi-shim"
)

// importHint describes the purpose of a module that was refused for its
// imports.
func importHint(missing []engine.Import) string {
	hint := ""
	for _, row := range importHints {
		if anyMatches(missing, row.module, row.name) {
			hint = row.hint
			break
		}
	}
	for _, i := range missing {
		if i.Kind != "function" {
			return hint
		}
	}
	return hint + "; --unknown-imports=trap runs the module until it calls one of them"
}

func anyMatches(imports []engine.Import, module, name string) bool {
	for _, i := range imports {
		if matches(i.Module, module) && matches(i.Name, name) {
			return true
		}
	}
	return false
}

// matches compares a name with a pattern: "*" stands for any text, and a
// pattern of only "?" for as many bytes.
func matches(name, pattern string) bool {
	if strings.Trim(pattern, "?") == "" {
		return len(name) == len(pattern)
	}
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return name == pattern
	}
	for i, part := range parts {
		at := strings.Index(name, part)
		switch {
		case i == len(parts)-1:
			return strings.HasSuffix(name, part)
		case at < 0, i == 0 && at > 0:
			return false
		}
		name = name[at+len(part):]
	}
	return true
}

// calledUnknown lists the unknown imports that were answered with zeros, or
// returns "".
func calledUnknown(imports []engine.UnknownImport) string {
	const most = 5
	var called []string
	for _, i := range imports {
		if i.Calls > 0 {
			called = append(called, fmt.Sprintf("%s.%s (%s times)", i.Module, i.Name, memstat.Grouped(i.Calls)))
		}
	}
	if len(called) == 0 {
		return ""
	}
	text := strings.Join(called[:min(len(called), most)], ", ")
	if n := len(called) - most; n > 0 {
		text += fmt.Sprintf(" and %d more", n)
	}
	return "unknown imports were called and returned zeros: " + text
}
