// Package memstat accounts for the resources that a WebAssembly instance takes
// from its host.
//
// Start with [NewLedger], one for all instances. For each instance,
// [Ledger.Open] opens a [Scope]. Code that acquires a resource for the instance
// calls [Scope.Acquire], keeps the [Handle], and calls [Scope.Release] when it
// gives the resource back. The code that opened the scope closes it after the
// instance is destroyed. An object that the scope still holds then is a [Leak]
// by definition, exact and found in the first cycle. [Ledger.Snapshot] sums up
// all scopes.
//
// Objects are counted, not only bytes, because bytes are not enough: the lock
// of wasm-micro-runtime issue 4192 costs 216 bytes on an ESP32-S3 and none on
// Linux, where glibc's lock owns no heap.
//
// A ledger holds no resource of the system and needs no closing. A nil ledger
// and a nil scope account for nothing, so callers need not check. A Ledger is
// safe for concurrent use. A Scope serves one goroutine at a time, except one
// of number 0.
//
// The ledger counts only the calls of its users; it does not look for resources
// itself. Package probe measures the process, package census hunts for leaks
// outside the ledger, package trend describes how the process moved, and
// package report prints all of it.
package memstat
