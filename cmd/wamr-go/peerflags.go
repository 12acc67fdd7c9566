package main

// peerFlags answers flags of other WebAssembly command lines: the flag's name,
// and how to say the same to wamr-go, or that it cannot be said.
var peerFlags = []struct{ name, hint string }{
	// wazero
	{"mount", "preopen a directory with --dir HOST::GUEST"},
	{"env-inherit", "pass the host's environment with --inherit-env"},
	{"listen", "preopen a listening socket with --tcplisten ADDR"},
	{"cachedir", "choose the cache with --cache-dir DIR"},
	{"interpreter", "interpret with --interp"},
	{"hostlogging", "trace WASI calls with --trace"},
	{"cpuprofile", "not supported here"},
	{"memprofile", "not supported here; --mem-report prints the memory report"},
	// wasmtime
	{"S", "wasmtime's WASI options are flags of their own here: --inherit-env, --tcplisten, --env, --dir"},
	{"W", "wasmtime's limits are flags of their own here: --max-memory, --timeout"},
	{"C", "wasmtime's compiler options do not exist here; --interp interprets, --no-cache keeps no code"},
	{"O", "wasmtime's optimiser options do not exist here"},
	{"D", "wasmtime's debug options do not exist here; --trace traces WASI calls"},
	{"preload", "linking modules is not supported here"},
	{"allow-precompiled", "wamr-go compile MODULE compiles ahead, into the cache"},
	// wasmer, WasmEdge
	{"volume", "preopen a directory with --dir HOST::GUEST"},
	{"mapdir", "preopen a directory with --dir HOST::GUEST, or with --map-dir GUEST::HOST"},
	{"forward-host-env", "pass the host's environment with --inherit-env"},
	{"time-limit", "end the guest with --timeout, such as 500ms or 10s"},
	{"memory-page-limit", "bound the linear memory with --max-memory; a page is 64K"},
	{"reactor", "call an export with -f NAME; a reactor is initialized first"},
	{"net", "only listening sockets are supported here: --tcplisten ADDR"},
	// wasm3
	{"func", "call an export with -f NAME"},
	// iwasm
	{"heap-size", "bound the linear memory with --max-memory"},
	{"stack-size", "not supported here: wazero sizes the stack itself"},
	{"addr-pool", "WAMR's socket extension is not supported here; --tcplisten preopens a listening socket"},
	{"allow-resolve", "WAMR's socket extension is not supported here; --tcplisten preopens a listening socket"},
	{"max-threads", "threads are not supported here"},
	{"module-path", "linking modules is not supported here"},
	{"native-lib", "native libraries are not supported here"},
	{"repl", "not supported here; -f NAME calls one export"},
}

// peerHint returns the answer to another program's flag.
func peerHint(name string) (hint string, ok bool) {
	for _, p := range peerFlags {
		if p.name == name {
			return p.hint, true
		}
	}
	return "", false
}
