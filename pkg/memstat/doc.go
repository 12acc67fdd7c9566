// Package memstat accounts for what a WebAssembly instance takes from its
// host.
//
// Start with [NewLedger], one for all instances. For each instance,
// [Ledger.Open] opens a [Scope]. Whoever acquires something for the instance
// calls [Scope.Acquire], keeps the [Handle], and calls [Scope.Release] when it
// is given back. Whoever opened the scope closes it after the instance is
// destroyed: what the scope still holds is a [Leak] by definition, exact and
// found in the first cycle. [Ledger.Snapshot] sums up all scopes.
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
// What is not promised: the ledger counts what its callers tell it and nothing
// else. Package probe measures the process, package trend judges whether it
// grows, and package report writes all of it down.
package memstat
