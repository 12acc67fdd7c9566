package memstat

import (
	"cmp"
	"math"
	"slices"
)

// The few sums below are written out rather than taken from gonum/stat, which
// has neither Theil-Sen nor this interval, and whose packages initialise
// at every start of a program that seldom judges a trend. The tests check them
// against gonum.

type point struct{ x, y float64 } // x ascends strictly

// z99 is the normal quantile of a two-sided 99 % interval.
const z99 = 2.5758293035489004

// theilSen returns the median slope over all pairs and its interval. It needs
// two points or more.
func theilSen(points []point) Slope {
	slopes := pairSlopes(points)
	s := Slope{PerCycle: median(slopes)}
	spread := z99 * math.Sqrt(kendallVariance(points)*autocorrelation(points, s.PerCycle))
	// Sen: the slopes whose ranks lie that far about the middle.
	n := float64(len(slopes))
	low, high := int(math.Floor((n-spread)/2)), int(math.Ceil((n+spread)/2))
	s.CILow = slopes[max(low-1, 0)]
	s.CIHigh = slopes[min(high, len(slopes)-1)]
	return s
}

// medianSlope is the Theil-Sen slope alone.
func medianSlope(points []point) float64 { return median(pairSlopes(points)) }

// pairSlopes returns the slopes of all pairs of points, ascending.
func pairSlopes(points []point) []float64 {
	slopes := make([]float64, 0, len(points)*(len(points)-1)/2)
	for i, a := range points {
		for _, b := range points[i+1:] {
			slopes = append(slopes, (b.y-a.y)/(b.x-a.x))
		}
	}
	slices.Sort(slopes)
	return slopes
}

// median needs a sorted, non-empty list.
func median(sorted []float64) float64 {
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// kendallVariance is the variance of Kendall's S when nothing grows:
// (n(n-1)(2n+5) - Σ t(t-1)(2t+5)) / 18, t being the size of each group of
// equal values.
func kendallVariance(points []point) float64 {
	term := func(n int) float64 { f := float64(n); return f * (f - 1) * (2*f + 5) }
	ys := make([]float64, len(points))
	for i, p := range points {
		ys[i] = p.y
	}
	slices.Sort(ys)
	sum := term(len(ys))
	for start := 0; start < len(ys); {
		end := start + 1
		for end < len(ys) && ys[end] == ys[start] {
			end++
		}
		sum -= term(end - start)
		start = end
	}
	return sum / 18
}

// autocorrelation is the factor by which Hamed and Rao widen that variance:
// neighbouring points that move together count for fewer. It never narrows.
func autocorrelation(points []point, slope float64) float64 {
	n := len(points)
	ranks := residualRanks(points, slope)
	significant := z99 / math.Sqrt(float64(n))
	var sum float64
	for lag := 1; lag <= n/4; lag++ {
		r := lagCorrelation(ranks, lag)
		if math.Abs(r) < significant {
			continue
		}
		f := float64(n - lag)
		sum += f * (f - 1) * (f - 2) * r
	}
	f := float64(n)
	return max(1, 1+2*sum/(f*(f-1)*(f-2)))
}

// residualRanks ranks what the slope doesn't explain; equal residuals share
// the middle of their ranks, and the sum of all is 0.
func residualRanks(points []point, slope float64) []float64 {
	type residual struct {
		at int
		y  float64
	}
	residuals := make([]residual, len(points))
	for i, p := range points {
		residuals[i] = residual{i, p.y - slope*(p.x-points[0].x)}
	}
	slices.SortFunc(residuals, func(a, b residual) int { return cmp.Compare(a.y, b.y) })
	ranks := make([]float64, len(points))
	middle := float64(len(points)-1) / 2
	for start := 0; start < len(residuals); {
		end := start + 1
		for end < len(residuals) && residuals[end].y == residuals[start].y {
			end++
		}
		for _, r := range residuals[start:end] {
			ranks[r.at] = float64(start+end-1)/2 - middle
		}
		start = end
	}
	return ranks
}

// lagCorrelation correlates a list of mean 0 with itself, lag places on; 0 for
// a constant list.
func lagCorrelation(list []float64, lag int) float64 {
	var product, square float64
	for i, v := range list {
		square += v * v
		if i >= lag {
			product += v * list[i-lag]
		}
	}
	if square == 0 {
		return 0
	}
	return product / square
}
