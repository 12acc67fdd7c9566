package trend

import (
	"cmp"
	"math"
	"slices"
)

// These sums are written out because gonum/stat has neither Theil-Sen nor this
// interval, and its packages initialise at every start of a program that seldom
// judges a trend. The tests compare them with gonum's.

// point is a reading y after x cycles. In a list of points x ascends strictly.
type point struct{ x, y float64 }

// z99 is the normal quantile of a two-sided 99 % interval.
const z99 = 2.5758293035489004

// theilSen returns the median of the slopes of all pairs of points, and its
// interval. It needs at least two points.
func theilSen(points []point) Slope {
	slopes := pairSlopes(points)
	s := Slope{PerCycle: median(slopes)}
	spread := z99 * math.Sqrt(kendallVariance(points)*autocorrelation(points, s.PerCycle))
	// Sen: the interval ends at the slopes whose ranks lie that far from the middle.
	n := float64(len(slopes))
	low, high := int(math.Floor((n-spread)/2)), int(math.Ceil((n+spread)/2))
	s.CILow = slopes[max(low-1, 0)]
	s.CIHigh = slopes[min(high, len(slopes)-1)]
	return s
}

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

// median returns the median of a sorted list that is not empty.
func median(sorted []float64) float64 {
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// kendallVariance returns the variance of Kendall's S for values without trend:
// (n(n-1)(2n+5) - Σ t(t-1)(2t+5)) / 18, where t is the size of each group of
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

// autocorrelation returns the factor by which Hamed and Rao widen that variance:
// neighbouring points that move together count as fewer points. It is at least
// 1.
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

// residualRanks ranks the residuals of the slope. Equal residuals share the mean
// of their ranks, and all ranks sum up to 0.
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

// lagCorrelation correlates a list of mean 0 with itself, shifted by lag. It
// returns 0 for a constant list.
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
