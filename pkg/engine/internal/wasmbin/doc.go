// Package wasmbin reads the outline of a WebAssembly binary: its sections,
// imports, memories and data segments. It does not validate; it is bounds
// checked, so that any bytes at all give a result or an error.
//
// The source of its rules is the core specification's chapter "Binary Format"
// (https://webassembly.github.io/spec/core/binary/).
package wasmbin
