// Package probe measures the host process: Go heap, resident memory,
// descriptors, goroutines, memory mappings. The ledger of package memstat
// cannot see them.
//
// [Settled] measures once and thoroughly: it belongs before the first
// instance and after the last. A [Sampler] measures repeatedly and cheaply
// while instances come and go; package trend judges its samples.
//
// The metrics are the rows of one table. A [Process] holds one [Reading] for
// each of them, indexed by [Metric].
//
// Resident memory, descriptors and mappings are read on Linux only; elsewhere
// their readings are absent. A reading covers the whole process, so concurrent
// work shows in it. The package never estimates: a Reading is measured or
// absent.
package probe
