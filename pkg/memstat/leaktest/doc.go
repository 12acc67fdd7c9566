// Package leaktest fails Go tests that lose WebAssembly resources: the
// runtimes, modules and instances of package engine, and those of plain wazero.
// It is the counterpart of goleak, which does this for goroutines.
//
// # Which function to start with
//
// [VerifyNone], called at the beginning of a test, fails the test if it made something
// that is not given back at its end, and names the place that made it.
//
// [Cycle] runs a function again and again, and fails the test if anything grows with
// each run: objects of the Go heap, goroutines, descriptors, mappings. It knows nothing
// about WebAssembly and serves any function.
//
// # What VerifyNone finds
//
//   - A runtime or an instance of package engine that was not closed. Their scopes in the
//     ledger show it exactly.
//   - A runtime, compiled module, instance or compilation cache of wazero that the
//     program can still reach: an unclosed instance is reachable through its runtime. The
//     memory profile finds them by the functions in wazero that allocate them. The
//     functions of wazero 1.12 are known; another version may need other ones.
//   - A call of a guest that is still running, by its goroutine.
//
// # What it does not find
//
// A wazero runtime that was not closed and that nobody refers to any more: the Go
// collector frees it, and its code with it. An object that was closed but is still
// referred to, by a package variable for instance, counts as not given back: its memory
// is in use.
//
// # Tests that run side by side
//
// Goroutines, the heap and the ledgers belong to the process. A test that calls
// VerifyNone or Cycle must not run in parallel with others that use WebAssembly.
// VerifyNone sets runtime.MemProfileRate to 1 until the test ends, which slows programs
// that allocate a lot.
package leaktest
