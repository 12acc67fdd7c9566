// Package codecache keeps compiled code in a directory between processes.
//
// [Open] checks the directory and returns a [Cache]. [Get] loads a module's
// code; [Put] compiles a module and keeps its code. [Usage] and [Clean] serve
// people who look after the directory.
//
// # The stub
//
// wazero has a cache of its own: a folder in which it keeps code under the
// SHA-256 of the binary. It decodes and validates a binary, function by
// function, before it looks for the code. For a large program that takes as
// long as to load the code. So wazero is asked for the code of a stub: the same
// module with a trap for each function body, and the SHA-256 of the whole
// binary in a custom section. A stub decodes in no time. [Put] gives the stub
// the code of the real module:
//
//	      binary                            stub
//	┌─────────────────┐              ┌─────────────────┐
//	│ types, imports… │ ───────────► │ types, imports… │
//	│ code: bodies    │              │ code: traps     │
//	│ data            │              │ data            │
//	└────────┬────────┘              │ SHA-256, flags  │
//	         │ validate, compile     └────────┬────────┘
//	         ▼                                ▼
//	stage/wazero-…/5d3f…  ── rename ──►  KEY/wazero-…/91c0…
//	 (the module's code)               (the stub's name in wazero)
//
// Only wazero knows the names 5d3f… and 91c0…. So Put compiles the stub, too,
// into an empty stage, and reads the name from there. Get compiles the stub with
// a context that is over: wazero finds the code or fails, and never compiles the
// traps. What is compiled together with the module, such as the helper of a watched
// heap, has the same name in both stages, and keeps it.
//
// wazero validated the whole binary before Put kept its code, and the stub's
// SHA-256 and flags name that binary and no other.
//
// # Trust
//
// wazero checks little of an entry: a checksum covers the machine code, and the
// offsets beside it are believed. Whoever writes an entry has code run. So the
// cache
//
//   - is used only if nobody else can write to it or replace it: see [Open];
//   - verifies each entry as a whole, with a CRC-32C of its own, before wazero
//     reads it. CRC-32C finds damage, not malice; the first rule covers malice.
//     SHA-256 takes 15 times as long: a quarter of the warm start of a large
//     program.
//
// The verified bytes are the bytes that wazero reads, since only processes of
// the same user can write between the two, and they replace entries as a whole.
//
// # Layout
//
//	DIR/                            the user's: nothing else in it is touched
//	  wamr-go-code-v1/              the cache; mode 0700
//	    CACHEDIR.TAG                marks the folder as ours, and as a cache to backup programs
//	    total                       bytes kept, and when they were counted
//	    KEY/                        one module with one set of flags
//	      wazero-VERSION-ARCH-OS/
//	        NAME                    the entry: wazero's file and our trailer
//	    stage-*/                    code that is being made
package codecache
