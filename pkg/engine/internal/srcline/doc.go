// Package srcline finds the source lines of places in a WebAssembly binary, in
// its DWARF. Start with [Find].
//
// DWARF comes from the guest, so it may hold anything. Find returns every line
// that it can read: it does not panic, takes a bounded time, and allocates in
// proportion to the sections and not to the counts in them.
//
// Package debug/dwarf reads the tree of functions. It trusts its input, so guard.go
// checks beforehand the counts by which it would allocate. It also trusts the counts in
// the header of a line table, so lineprogram.go reads these tables.
//
// Sources: DWARF versions 4 and 5 (https://dwarfstd.org), and "DWARF for
// WebAssembly" (https://yurydelendik.github.io/webassembly-dwarf/): addresses are
// offsets in the content of the code section.
package srcline
