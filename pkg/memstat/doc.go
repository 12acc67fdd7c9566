// Package memstat accounts for what a WebAssembly instance takes from its
// host, and reports it.
//
// The [Ledger] pairs every acquisition with its release: an instance owns one
// [Scope], and whatever is alive when the scope closes is a [Leak] by
// definition, exact and found in the first cycle. Counting bytes alone is not
// enough: the lock of wasm-micro-runtime issue 4192 costs 216 bytes on an
// ESP32-S3 and none on Linux, where glibc's lock owns no heap.
//
// [Probe] measures what the ledger cannot see (Go heap, descriptors, mappings,
// resident memory), [Trend] decides whether such a measure grows by the cycle,
// and [Report] holds all of it for the renderers. A number in a report is
// measured or it is absent.
package memstat
