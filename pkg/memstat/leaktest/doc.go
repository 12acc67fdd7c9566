// Package leaktest fails Go tests that lose what belongs to WebAssembly: the
// runtimes, modules and instances of package engine, and those of plain wazero,
// as goleak does for goroutines.
//
// # Which function to start with
//
// [VerifyNone], at the beginning of a test, fails it where something that the test
// made was not given back at its end, and says where it was made.
//
// [Cycle] runs a function again and again, and fails the test where anything grows
// with each run: objects of the Go heap, goroutines, descriptors, mappings. It
// knows nothing about WebAssembly and serves any function.
//
// # What VerifyNone finds
//
//   - A runtime or an instance of package engine that was not closed. Their scopes
//     in the ledger tell, exactly.
//   - A runtime, compiled module, instance or compilation cache of wazero that the
//     program can still reach: an instance that nobody closed is kept by its
//     runtime. They are found by the places in wazero that allocate them, with the
//     memory profile. wazero 1.12 is known; another version may need other places.
//   - A call of a guest that is still running, by its goroutine.
//
// # What it does not find
//
// A wazero runtime that was not closed and that nobody refers to any more: the Go
// collector takes it, and its code with it. What was closed but is still referred
// to, by a variable of a package for instance, counts as not given back: its memory
// is in use.
//
// # Tests that run side by side
//
// Goroutines, the heap and the ledgers belong to the process. A test that calls
// VerifyNone or Cycle must not run in parallel with others that use WebAssembly.
// VerifyNone sets runtime.MemProfileRate to 1 until the test ends, which slows
// programs that allocate much.
package leaktest
