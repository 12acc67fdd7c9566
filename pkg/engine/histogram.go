package engine

import (
	"math/bits"
	"time"

	"github.com/wamr-go/wamr-go/pkg/memstat/report"
)

// histogram counts durations in buckets whose width grows with the duration: it
// is exact below 256 ns and elsewhere at most 1/128 too high. Its size does not
// depend on the number of durations, so a long run does not look like a leak.
type histogram struct {
	counts   [histogramBuckets]uint64
	total    uint64
	sum      uint64 // of all, in nanoseconds
	min, max uint64 // of all durations; the buckets outside of them are skipped
}

const (
	histogramBits    = 7 // of precision
	histogramLinear  = 1 << histogramBits
	histogramBuckets = (64 - histogramBits + 1) * histogramLinear
)

// bucketOf keeps the leading bit and the histogramBits below it.
func bucketOf(ns uint64) int {
	shift := max(bits.Len64(ns)-1-histogramBits, 0)
	return shift<<histogramBits + int(ns>>shift)
}

// bucketTop returns the largest duration of a bucket.
func bucketTop(bucket int) uint64 {
	if bucket < 2*histogramLinear {
		return uint64(bucket)
	}
	shift := bucket>>histogramBits - 1
	return (uint64(bucket-shift<<histogramBits)+1)<<shift - 1
}

func (h *histogram) add(d time.Duration) {
	ns := uint64(max(d, 0))
	h.counts[bucketOf(ns)]++
	h.widen(ns, ns)
	h.total++
	h.sum += ns
}

func (h *histogram) merge(o *histogram) {
	if o.total == 0 {
		return
	}
	for i := bucketOf(o.min); i <= bucketOf(o.max); i++ {
		h.counts[i] += o.counts[i]
	}
	h.widen(o.min, o.max)
	h.total += o.total
	h.sum += o.sum
}

// widen goes before the new ones are counted in total.
func (h *histogram) widen(least, most uint64) {
	if h.total == 0 {
		h.min = least
	}
	h.min, h.max = min(h.min, least), max(h.max, most)
}

// percentile returns a duration that at least p percent of the durations do not
// exceed.
func (h *histogram) percentile(p uint64) time.Duration {
	rank := max((h.total*p+99)/100, 1)
	var seen uint64
	for i := bucketOf(h.min); i <= bucketOf(h.max); i++ {
		if seen += h.counts[i]; seen >= rank {
			return time.Duration(min(bucketTop(i), h.max))
		}
	}
	return 0
}

// latencyBounds are the upper bounds of the counts in reports, in nanoseconds.
var latencyBounds = [...]int64{
	1e3, 2500, 5e3, 1e4, 25e3, 5e4, 1e5, 25e4, 5e5, 1e6, 25e5, 5e6, 1e7, 25e6, 5e7, 1e8, 25e7, 5e8, 1e9, 25e8, 5e9, 1e10,
}

// latencies counts the durations up to each of latencyBounds. One that is less
// than 1/128 below a bound can count as above it.
func (h *histogram) latencies() *report.Latency {
	l := &report.Latency{Count: h.total, SumNS: h.sum, Buckets: make([]report.LatencyBucket, 0, len(latencyBounds))}
	var seen uint64
	next, last := bucketOf(h.min), bucketOf(h.max)
	for _, bound := range latencyBounds {
		for ; next <= last && bucketTop(next) <= uint64(bound); next++ {
			seen += h.counts[next]
		}
		l.Buckets = append(l.Buckets, report.LatencyBucket{MostNS: bound, Count: seen})
	}
	return l
}
