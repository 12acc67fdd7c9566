package main

import (
	"math"
	"slices"
)

// median returns the middle of the samples, or the mean of the two in the
// middle; NaN for none.
func median(samples []float64) float64 {
	s := slices.Sorted(slices.Values(samples))
	n := len(s)
	switch {
	case n == 0:
		return math.NaN()
	case n%2 == 1:
		return s[n/2]
	default:
		return (s[n/2-1] + s[n/2]) / 2
	}
}
