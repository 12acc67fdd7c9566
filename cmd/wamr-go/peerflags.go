package main

import (
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// peerFlags explain flags of other WebAssembly command lines: the flag's name,
// and its equivalent in wamr-go, or that there is none. The name of an option
// of one of optionGroups follows its letter. A test runs each flag that a
// hint names.
var peerFlags = []struct{ name, hint string }{
	// wazero
	{"mount", "preopen a directory with --dir HOST::GUEST"},
	{"env-inherit", "pass the host's environment with --inherit-env"},
	{"listen", "preopen a listening socket with --tcplisten ADDR"},
	{"cachedir", "choose the cache with --cache-dir DIR"},
	{"interpreter", "interpret with --interp"},
	{"hostlogging", "trace WASI calls with --trace"},
	{"cpuprofile", "profile the guest with --cpu-profile FILE"},
	{"memprofile", "not supported here; --mem-report prints the memory report"},
	// wasmtime
	{"S inherit-env", "pass the host's environment with --inherit-env"},
	{"S tcplisten", "preopen a listening socket with --tcplisten ADDR"},
	{"S listenfd", "not supported here; --tcplisten ADDR preopens a listening socket"},
	{"S", "wasmtime's WASI options are flags of their own here: --inherit-env, --tcplisten, --env, --dir"},
	{"W max-memory-size", "bound the linear memory with --max-memory SIZE"},
	{"W timeout", "end the guest with --timeout, such as 500ms or 10s"},
	{"W fuel", "end the guest after N instructions with --fuel N"},
	{"W unknown-imports-trap", "run the module all the same with --unknown-imports=trap"},
	{"W unknown-imports-default", "run the module all the same with --unknown-imports=zero"},
	{"W max-wasm-stack", "not supported here: wazero sizes the stack itself"},
	{"W trap-on-grow-failure", "not supported here; --mem-report counts the growth that was denied"},
	{"W", "wasmtime's limits are flags of their own here: --max-memory, --timeout, --fuel"},
	{"C cache", "keep no compiled code with --no-cache"},
	{"C", "wasmtime's compiler options do not exist here; --interp interprets, --no-cache keeps no code"},
	{"O", "wasmtime's optimiser options do not exist here"},
	{"D", "wasmtime's debug options do not exist here; --trace traces WASI calls"},
	{"preload", "linking modules is not supported here"},
	{"allow-precompiled", "wamr-go compile MODULE compiles ahead, into the cache"},
	{"profile", "profile the guest with --cpu-profile FILE"},
	{"V", "wamr-go version prints the version"},
	// docker
	{"volume", "preopen a directory with --dir HOST::GUEST"},
	{"env-file", "not supported here; set each variable with --env NAME=VALUE, or pass all with --inherit-env"},
	// wasmer, WasmEdge
	{"mapdir", "preopen a directory with --dir HOST::GUEST, or with --map-dir GUEST::HOST"},
	{"forward-host-env", "pass the host's environment with --inherit-env"},
	{"entrypoint", "call an export with -f NAME"},
	{"time-limit", "end the guest with --timeout, such as 500ms or 10s"},
	{"gas-limit", "end the guest after N instructions with --fuel N"},
	{"memory-page-limit", "bound the linear memory with --max-memory; a page is 64K"},
	{"reactor", "call an export with -f NAME; a reactor is initialized first"},
	{"net", "only listening sockets are supported here: --tcplisten ADDR"},
	// wasm3
	{"func", "call an export with -f NAME"},
	{"function", "call an export with -f NAME"},
	// iwasm
	{"heap-size", "bound the linear memory with --max-memory"},
	{"stack-size", "not supported here: wazero sizes the stack itself"},
	{"addr-pool", "WAMR's socket extension is not supported here; --tcplisten preopens a listening socket"},
	{"allow-resolve", "WAMR's socket extension is not supported here; --tcplisten preopens a listening socket"},
	{"max-threads", "threads are not supported here"},
	{"module-path", "linking modules is not supported here"},
	{"native-lib", "native libraries are not supported here"},
	{"repl", "not supported here; -f NAME calls one export"},
	{"llvm-jit", "modules are compiled to native code anyway; --interp interprets"},
	{"fast-jit", "modules are compiled to native code anyway; --interp interprets"},
	{"multi-tier-jit", "modules are compiled to native code anyway; --interp interprets"},
	{"gen-prof-file", "profile the guest with --cpu-profile FILE"},
	// valgrind
	{"tool memcheck", "watch the guest's heap with --leak-check"},
	{"tool massif", "--leak-check --mem-report lists the places that held most at the peak"},
	{"tool dhat", "--leak-check --mem-report lists the places that allocated most"},
	{"tool callgrind", "profile the guest with --cpu-profile FILE"},
	{"tool cachegrind", "count instructions with --count-instructions"},
	{"tool", "valgrind's tools are flags here: --leak-check, --cpu-profile FILE, --count-instructions"},
	{"show-reachable", "list reachable blocks with --leak-check --show-leak-kinds all"},
	{"show-possibly-lost", "choose the kinds of leaks to list, such as --leak-check --show-leak-kinds definite"},
	{"log-file", "write the report to a file: --leak-check --mem-report=text:FILE"},
	{"log-fd", "write the report to a file: --leak-check --mem-report=text:FILE"},
	{"log-socket", "write the report to a file: --leak-check --mem-report=text:FILE"},
	{"xml", "for other programs: --leak-check --mem-report=json:FILE, or --mem-report=junit:FILE"},
	{"xml-file", "for other programs: --leak-check --mem-report=json:FILE, or --mem-report=junit:FILE"},
	{"track-fds", "descriptors are always counted; --mem-report lists those that the guest left open"},
	{"track-origins", "not supported here: uses of uninitialised memory are not found"},
	{"undef-value-errors", "not supported here: uses of uninitialised memory are not found"},
	{"exit-on-first-error", "not supported here; with --cycles, --fail-fast ends the run with the first cycle that fails"},
	{"trace-children", "not supported here: a guest has no child processes"},
	{"keep-stacktraces", "not needed here: a block's stacks are always kept"},
	{"leak-resolution", "not supported here: leaks with equal stacks are one; --num-callers N shortens the stacks"},
	{"leak-check-heuristics", "not supported here"},
	{"freelist-vol", "not needed here: a freed block is known until its place is used again"},
	{"malloc-fill", "not supported here"},
	{"free-fill", "not supported here"},
	{"default-suppressions", "not needed here: there are none but those of --suppressions FILE"},
	{"vgdb", "no debugger can be attached"},
	{"massif-out-file", "write the report to a file: --leak-check --mem-report=text:FILE"},
	{"callgrind-out-file", "profile the guest with --cpu-profile FILE"},
}

// peerValues explain values that flags of ours take elsewhere.
var peerValues = []struct{ name, value, hint string }{
	{"leak-check", "yes", "valgrind's yes is --leak-check=full"},
	{"leak-check", "no", "leave it out: the heap is watched only with --leak-check"},
	{"gen-suppressions", "yes", "--gen-suppressions alone prints all of them"},
	{"gen-suppressions", "all", "--gen-suppressions alone prints all of them"},
	{"gen-suppressions", "no", "leave it out: suppressions are printed only with --gen-suppressions"},
	{"error-limit", "yes", "it is a number, and 1000 without the flag: --error-limit 1000"},
	{"error-limit", "no", "it is a number, of at most 2147483647: --error-limit 2147483647"},
}

// peerValueHint returns the explanation of another program's value for a flag.
func peerValueHint(name, value string) (hint string, ok bool) {
	for _, p := range peerValues {
		if p.name == name && p.value == value {
			return p.hint, true
		}
	}
	return "", false
}

// optionGroups are flags of others that take options, NAME or NAME=VALUE: wasmtime's,
// and valgrind's --tool.
var optionGroups = []struct{ letter, name string }{
	{"S", "wasi"}, {"W", "wasm"}, {"C", "codegen"}, {"O", "optimize"}, {"D", "debug"}, {"tool", "tool"},
}

// peerHint returns the explanation of another program's flag: word as the user
// typed it, and the word after it.
func peerHint(word, next string) (hint string, ok bool) {
	name, value, _ := strings.Cut(strings.TrimLeft(word, "-"), "=")
	double := strings.HasPrefix(word, "--")
	for _, g := range optionGroups {
		var option string
		switch {
		case double && name == g.name && value != "":
			option = value
		case double && name == g.name, !double && name == g.letter:
			option = next
		case !double && strings.HasPrefix(name, g.letter):
			option = name[len(g.letter):]
		default:
			continue
		}
		option, _, _ = strings.Cut(option, "=")
		if hint, ok = lookUp(g.letter + " " + option); ok {
			return hint, true
		}
		return lookUp(g.letter)
	}
	return lookUp(name)
}

func lookUp(name string) (hint string, ok bool) {
	for _, p := range peerFlags {
		if p.name == name {
			return p.hint, true
		}
	}
	return "", false
}

// typed returns the word of the command line with a flag that pflag does not
// know, and the word after it.
func typed(args []string, err *pflag.NotExistError) (word, next string) {
	is := func(arg string) bool {
		name, found := strings.CutPrefix(arg, "--")
		name, _, _ = strings.Cut(name, "=")
		return found && name == err.GetSpecifiedName()
	}
	word = "--" + err.GetSpecifiedName()
	if letters := err.GetSpecifiedShortnames(); letters != "" {
		is = func(arg string) bool {
			return strings.HasPrefix(arg, "-") && !strings.HasPrefix(arg, "--") && strings.HasSuffix(arg, letters)
		}
		word = "-" + letters
	}
	i := slices.IndexFunc(args, is)
	if i < 0 {
		return word, ""
	}
	if i+1 < len(args) {
		next = args[i+1]
	}
	return args[i], next
}
