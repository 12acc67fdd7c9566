// Package trend describes how the metrics of the process moved over the cycles
// of a run. It informs and decides nothing: resident memory and the heap
// include garbage, free slots and other memory that a program keeps by design.
// Package census decides, because it counts.
//
// [New] follows the samples of a probe.Sampler.
//
// Warm-up: the first tenth of the samples, and at least two, is left out,
// because caches, pools and the heap size settle there. Each remaining sample
// is one point. For the metrics of the heap, which change only when garbage is
// collected, there is one point for each collection.
//
// Slope: the median of the slopes of all pairs of points (Theil 1950, Sen
// 1968), which up to 29 % of outliers cannot move. Its 99 % confidence
// interval is Sen's, from the variance of Kendall's S with ties, widened for
// autocorrelated points as Hamed and Rao (1998) do.
package trend
