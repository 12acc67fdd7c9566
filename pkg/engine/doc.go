// Package engine runs WebAssembly modules that use WASI preview1, on wazero, and
// accounts for the resources that each instance takes from its host.
//
// # Which function to start with
//
// [Load] reads a [Binary] from a file; [NewRuntime] makes a [Runtime]. Then
// [Runtime.Compile] makes a [Module], [Module.Instantiate] an [Instance], and
// [Instance.Start] runs the program. Use [Instance.Invoke] to call an export
// with arguments that are text. Use [Module.Cycle] instead of Instantiate to
// make, run and close many instances, on several workers: it finds leaks. Use
// [NewReport] for the memory report of a run.
//
// # Who closes what
//
// The caller that makes a Runtime, a Module or an Instance closes it, the
// instances first and the runtime last. Every Close returns an error, runs all
// of its steps even if one fails, and does nothing the second time. A failed
// Instantiate has closed everything that it made. The streams and listeners of
// a wasi.Config stay the caller's.
//
// # Leaks
//
// Every resource of an instance is entered in a memstat.Scope of its own.
// Instance.Close gives the resources back in reverse order, on every path:
// return, proc_exit, trap, timeout, failed instantiation. If something is left,
// the error of Close holds a *memstat.LeakError; memstat.SplitLeaks separates
// it from failures of the system. The [Runtime.Ledger] adds up all scopes.
//
// # Outcomes and errors
//
// A guest that ran has an [Outcome] and not an error: an exit with its code, a trap
// ([*TrapError], with the [Stack]), a timeout, an interruption, used up fuel
// ([*FuelError]), or OutcomeError for a guest that could not run or a bug of the host.
// A module that cannot run is refused with an error: [*LoadError], [*CompileError],
// [*ImportError], [*MemoryLimitError], [*TableLimitError], [*InstantiateError]. They
// wrap this package's sentinels, such as [ErrTruncated], and the system's errors, for
// errors.Is. Their texts describe the problem; they never name flags of a command.
//
// # What is not promised
//
//   - Without Config.Interruptible, a context ends a guest only at its next call
//     of WASI, and the Go runtime waits for a guest that makes none.
//   - Config.MaxMemory bounds the linear memory and, by itself, the tables. It
//     does not bound the stack and the native code of the module: docs/limits.md
//     lists the resources of an instance and their bounds.
//   - Modules are not linked with each other: each import is a function of WASI
//     or answered according to Config.UnknownImports.
//   - The names in stacks and exports are the guest's own text. memstat.Frame
//     prints as one line; other names must be escaped before they reach a
//     terminal.
//   - The package relies on properties of wazero v1.12.0, which its tests check.
//     RATIONALE.md lists them.
package engine
