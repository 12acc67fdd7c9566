// Package wasi is a WASI preview1 host: all 46 functions, under the module
// names wasi_snapshot_preview1 and wasi_unstable, for one guest at a time.
//
// A [System] is what one instance sees of its host: arguments, environment,
// descriptors, preopened directories. It is made from a [Config], acquires
// everything through a memstat.Scope, and [System.Close] gives all of it back,
// unconditionally and in reverse order. [Modules] lists the host functions for
// a runtime to register; they find the System of the calling guest in the
// context that [WithSystem] made, so that all instances share one host module.
//
// What the package promises: a path never leaves the directory whose
// descriptor it is given to; rights are checked wherever a descriptor is
// looked up, and only ever narrow; a number of the guest's never sizes a host
// allocation unchecked; a hostile pointer, length or descriptor is answered
// with an errno.
//
// The source of its rules is the preview1 specification
// (https://github.com/WebAssembly/WASI/blob/wasi-0.1/preview1/docs.md), and
// Linux's manual pages where that is silent.
package wasi
