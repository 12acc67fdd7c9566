package wasi

// Fault is a set of known leaks. A [System] that has one leaks on purpose, to
// show that a leak check finds it.
type Fault uint

const (
	// FaultPrestatsLock releases the prestat table's lock only if the table has
	// entries, as WAMR did before its pull request 4205
	// (https://github.com/bytecodealliance/wasm-micro-runtime/issues/4192).
	FaultPrestatsLock Fault = 1 << iota
	// FaultFDEntry closes the first file without releasing its entry in the
	// descriptor table.
	FaultFDEntry
	// FaultDirStream closes the first directory that was listed without
	// releasing its stream.
	FaultDirStream
)
