// Package guestheap accounts for the blocks that a guest takes from its own
// allocator, and finds those that it lost.
//
// A [Heap] receives the guest's allocations and frees in order. It keeps the live
// blocks, totals by call stack, the peak, and marks of freed blocks. The marks
// distinguish a double free from the free of an address that was never a block.
// [Heap.Leaks] scans the guest's memory for pointers, like valgrind's Memcheck, and
// decides whether the guest can still reach each live block.
//
// The package knows neither WebAssembly nor wazero. Call stacks are numbers,
// which the caller gives and resolves; addresses and sizes have 32 bits.
//
// A [Report] is the final description of a heap. [Suppressions] leave out known and
// accepted leaks and errors.
package guestheap
