// Package engine runs WASI preview1 modules on wazero, with one lifetime:
// [Runtime] makes a [Module], a Module makes an [Instance], and each is closed
// by whoever made it, in reverse order.
//
// What an instance acquires is accounted for in a memstat.Scope of its own,
// and [Instance.Close] gives all of it back, unconditionally and in reverse
// order, on every path: normal return, proc_exit, trap, time-out, failed
// instantiation. What it could not give back it returns, as leaks.
//
// The package owns the linear memories. wazero v1.12.0 never frees one whose
// data segment is out of bounds or whose start function traps, so that its
// Free is only a remark here: memory goes back when the instance is closed and
// none of its code can run any more.
package engine
