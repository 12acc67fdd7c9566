// Package guestheap accounts for the blocks that a guest takes from its own
// allocator, and finds those that it lost.
//
// A [Heap] receives the guest's allocations and frees in order. It keeps the live
// blocks, totals by call stack, the peak, and marks of freed blocks, by which it
// tells a block that is freed twice from one that never was. [Heap.Leaks] scans
// the guest's memory for pointers, as valgrind's Memcheck does, and says of each
// live block whether the guest can still reach it.
//
// The package knows neither WebAssembly nor wazero. Call stacks are numbers,
// which the caller gives and resolves; addresses and sizes have 32 bits.
//
// A [Report] is what is told of a heap in the end. [Suppressions] leave out what
// is known and accepted.
package guestheap
