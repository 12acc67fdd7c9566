// Package linmem provides the linear memories of WebAssembly instances. It
// makes instantiation cheap: instances of one module share their initial
// content copy-on-write, and reuse each other's address space.
//
// # Use
//
// An engine makes one [PageMap] with [OpenPageMap], and for each module an
// [Image] of its data segments with [NewImage] and a [Pool] with [NewPool]. For
// each instance, [Pool.Take] returns a [Memory], which is wazero's
// experimental.MemoryAllocator and LinearMemory. When no code of the instance
// can run any more, [Memory.Release] puts the memory's slot back into the pool.
//
// Everything has one owner, who closes it in the reverse order: memories are
// released before their pool is closed, and the pool is closed before its image
// and its page map. A pool that is closed early does not unmap the memories
// that are still in use.
//
// # Slots
//
// On Linux a memory lives in a slot: a reserved range of addresses, of which a
// part is committed.
//
//	0          image          used      committed              reserved
//	├────────────┼──────────────┼───────────┼──────────────────────┤
//	│ image, then zeros; the guest may      │ no access:           │
//	│ have written below used               │ address space only   │
//	└───────────────────────────────────────┴──────────────────────┘
//	        └─ resident: pages of an earlier use may remain below it
//
// image, used and resident never exceed committed, and committed never exceeds
// reserved. A slot is clean (used is 0) when its committed bytes have the
// initial content: the image, and zeros behind it. It is dirty after an
// instance has used it. Pool.Take cleans a dirty slot, not Memory.Release,
// because a slot that nobody takes again need not be cleaned.
//
// A slot is cleaned in place: the kernel reports the pages that the slot has
// written to, and their initial content is copied back. That costs less than
// giving them back to the system and faulting them in again (0.2 µs against 30
// µs a page, on the virtual machine where it was measured).
//
// # Address space
//
// A slot reserves the address space of its memory's maximum, so that the memory
// grows without moving. If address space is short (ulimit -v, a 32-bit host) it
// reserves less, down to the initial size, and a memory that grows beyond its
// slot moves to a larger one. A slot of any reservation is lent again.
//
// The part that a slot reserves but does not use is a loan. A reservation that fails
// calls all loans in, and unmaps the free slots, in every pool of the process. So no
// memory is refused, or fails to grow, because of address space that others do not use.
// A margin is left to the Go runtime, which cannot live without; see [headroom].
//
// # What is not promised
//
// Systems other than Linux have neither slots nor images: their memories are Go
// slices, which move when they grow and have no bound but the memory's limit.
package linmem
