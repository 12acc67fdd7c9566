// Package heaphelper holds the module that the wrappers of a guest's allocator call.
// Its source is helper.wat.
package heaphelper

import _ "embed"

// Wasm is the module. It imports flush(bytes i32) of the module
// [github.com/wamr-go/wamr-go/pkg/engine/internal/instrument.HeapHost].
//
//go:embed helper.wasm
var Wasm []byte

// The parts of its memory, in bytes from its beginning.
const (
	Log      = 0
	Record   = 16 // size of a record: kind, address, size, stack
	Contexts = 0x10000
	Slots    = 1 << 16 // of the table of contexts
	Bits     = 0x110000
	Slot     = 16 // size of a slot: hash, stack, unused
)

// The kinds of records.
const (
	Alloc  = 1
	Free   = 2
	Keep   = 3
	Resize = 4
)

// SlotOf returns the first slot where a context can be.
func SlotOf(context uint64) uint32 { return uint32(context * 0x9e3779b97f4a7c15 >> 48) }
