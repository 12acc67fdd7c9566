// Package census finds leaks by counting. It counts everything that a Go
// process can lose, by identity, at quiet points between windows of work. An
// identity whose count grows in every window, in proportion to the work, is a
// leak, whatever its size. An identity that grows once is not.
//
// # Which function to start with
//
// [Hunt] runs windows of a function, takes a census after each, and judges them.
// [Take] takes a single census. Package leaktest has helpers for Go tests.
//
// # What is counted
//
//   - objects of the Go heap, by allocation site. The memory profile of the Go
//     runtime is exact while runtime.MemProfileRate is 1, which Hunt sets during
//     its windows.
//   - goroutines, by stack
//   - on Linux: file descriptors, by target; memory mappings, by name and
//     protection; threads; child processes
//   - files beneath the directories of [Config]
//   - resources that only the caller knows, such as the open descriptors of a
//     guest
//
// A [Series] is for a count whose steps are larger than a window can be sure to see,
// such as the size of a guest's linear memory: it is judged over a whole run.
//
// # What is not found
//
//   - A leak slower than [Result.Bound].
//   - Growth of one object by doubling, such as a slice that only grows: it
//     grows in few windows. Its bytes show in the trend of the heap.
//   - Objects that only the Go runtime allocates: its own threads' records,
//     goroutines' descriptors.
//   - Objects that were allocated before the hunt.
//
// Only one hunt runs in a process at a time: the profile and the descriptors belong to
// the process. Goroutines that do other work meanwhile make the counts of their own
// allocations unsteady, not the counts of other sites.
package census
