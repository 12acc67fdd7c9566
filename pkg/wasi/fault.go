package wasi

// Fault is a set of known leaks. A [System] that has one leaks on purpose, to
// show that a leak check finds it.
type Fault uint

// FaultPrestatsLock releases the prestat table's lock only if the table has
// entries, as WAMR did before its pull request 4205
// (https://github.com/bytecodealliance/wasm-micro-runtime/issues/4192).
const FaultPrestatsLock Fault = 1 << iota
