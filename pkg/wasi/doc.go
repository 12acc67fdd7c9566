// Package wasi is a host for WASI preview1: all 46 functions, under the module
// names wasi_snapshot_preview1 and wasi_unstable. It works with wazero, and
// accounts for everything that a guest makes the host hold.
//
// # Where to start
//
// To run a program, use package engine, which does all of this for you. Use
// this package if you have a wazero runtime of your own:
//
//  1. [Modules] lists the host functions. Define them in the wazero runtime,
//     once. They have no state, so all guests can share them. [Find] returns a
//     single one.
//  2. [OpenPreopen] opens each directory that guests may use, once.
//  3. [NewSystem] makes the state of one guest from a [Config]: arguments,
//     environment, descriptors, preopened directories.
//  4. [WithSystem] returns a context that carries the System. Instantiate the
//     guest and call its functions with that context; the host functions find
//     the System there.
//  5. [System.Close] releases everything, once the guest cannot run any more.
//     Then close the memstat.Scope that you passed to NewSystem; its error
//     names every resource that was not released.
//
// A guest that calls proc_exit makes wazero return a *sys.ExitError from the
// function that was called. [NewTrace] writes a line for each call, and
// [System.LeftOpen] counts the descriptors that a guest forgot to close.
//
// # Ownership
//
// A System owns the descriptors that it opens: those of the guest's files, one
// for each preopen, and duplicates of the listeners. You keep owning what a
// Config refers to: streams, Preopens, listeners and the Trace. Close a Preopen
// when no more Systems will be made with it; those that exist do not need it.
//
// # Goroutines
//
// One System serves one goroutine at a time. Different Systems are independent.
// Modules, Find and their functions, a Config and a [Preopen] can be used by
// any number of goroutines; the streams and the Writer of a Trace as far as
// they allow it themselves.
//
// # What is promised
//
//   - A path never leaves the directory whose descriptor it is given to, whatever
//     symbolic links, "..", or concurrent renames do.
//   - The path of a preopen is resolved once, by OpenPreopen. No guest can make
//     it lead elsewhere.
//   - A guest cannot add rights to a descriptor. Each call checks the rights
//     that it needs.
//   - A hostile pointer, length or descriptor gets an errno. Sizes that the
//     guest supplies are checked before the host allocates; see [Limits].
//   - Close releases everything, on every path.
//
// # What is not promised
//
//   - A guest that makes no WASI call does not end when its context is done.
//     Neither does one that waits in the Read or Write of a stream that is not
//     an *os.File.
//   - Threads: a System has no locks for them.
//   - Operating systems other than Linux and macOS have streams, clocks and
//     randomness only. OpenPreopen fails there.
//   - A device, FIFO or socket inside a preopened directory is opened as such.
//     The guest has the permissions of the host process.
//
// docs/wasi.md has the details, and says how each promise is tested.
//
// The rules come from the preview1 specification
// (https://github.com/WebAssembly/WASI/blob/wasi-0.1/preview1/docs.md), and
// from Linux's manual pages where that is silent.
package wasi
