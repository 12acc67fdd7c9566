// Package wasmbin reads WebAssembly binaries.
//
// Start with [Parse]. It walks the binary once and returns a [Module]. The
// Module keeps the place of each section and the parts that a host needs before
// it compiles: the imports, the number of functions, the memories and the data
// segments. Parse skips the function bodies, so its cost does not grow with the
// code.
//
// The other sections are read on demand, by the method named after each:
// [Module.Types], [Module.TypeIndices], [Module.Tables], [Module.Globals],
// [Module.Exports], [Module.Start], [Module.Elements], [Module.FunctionBodies].
//
// To change a binary, collect [Edit] values and pass them to [Apply].
// [Module.StripData] makes the edit that removes the active data segments,
// [Module.StripMemoryLimit] the one that removes the maximum of the memory, and
// [Module.DropNames] those that remove the function names.
//
// The package does not validate. It checks bounds, so that arbitrary bytes give
// a result or an error, and it allocates in proportion to the binary, not to
// the counts that the binary announces. Slices in its results share the binary,
// which must not change.
//
// The rules are those of the core specification's chapter "Binary Format"
// (https://webassembly.github.io/spec/core/binary/).
package wasmbin
