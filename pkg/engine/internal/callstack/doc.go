// Package callstack reads the stack that a trap leaves behind in compiled code,
// and finds the places of its calls in the binary.
//
// wazero v1.12.0 reports the stack of a trap in the text of an error: up to 30
// functions, and none after a stack overflow. It reports places in the binary
// only if the code was compiled with a map of all of them, which makes code
// from a cache five times as slow to load. This package costs nothing before a
// trap happens:
//
//   - [Calls] reads the stack right after the trap, while wazero still has it.
//   - [Offsets] finds the places. For that the caller compiles the few functions
//     on the stack once more, this time with the map: the code is the same.
//
// wazero exports neither, so the package reads its unexported fields, by
// reflection and without changing anything. If a field differs from wazero
// v1.12.0, the package returns nothing, and the frames are those of the error's
// text. Remove the package when wazero's errors have frames as data.
package callstack
