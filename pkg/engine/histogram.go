package engine

import (
	"math/bits"
	"time"
)

// histogram counts durations in buckets whose width grows with the duration: it
// is exact below 256 ns and elsewhere at most 1/128 too high. Its size does not
// depend on the number of durations, so a long run does not look like a leak.
type histogram struct {
	counts   [histogramBuckets]uint64
	total    uint64
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
