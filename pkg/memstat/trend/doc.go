// Package trend decides whether the process grows with every cycle.
//
// [New] judges the samples of a probe.Sampler and returns a [Trend]: a verdict
// for each metric and one for the whole run. [Trend.With] lets the ledger
// overrule it, because the ledger's leaks are counted and not inferred.
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
//
// Floor: the growth over the judged window that is normal for an idle Go
// program, divided by the cycles of the window. Descriptors and goroutines
// have none. Mappings have one of 4, because the Go runtime maps its heap
// piecemeal and the ledger counts the mappings of instances exactly. Whole
// numbers are clean if the interval allows for less than one over the window.
//
// Verdict of a metric: [Leaking] if the whole interval is above the floor and
// the last half of the points grows too; [Clean] if the interval ends at or
// below the floor and, except for resident memory, does not begin above 0;
// [Inconclusive] otherwise, and always with fewer than [MinPoints] points.
// Verdict of the run: leaking if one metric leaks, clean if all are clean.
// Resident memory informs and does not decide: it is in neither.
//
// What is not promised: a leak below the floor is not found, and a run that is
// too short gets no verdict. Both improve with more cycles.
package trend
