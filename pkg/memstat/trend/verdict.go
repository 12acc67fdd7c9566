package trend

import "github.com/wamr-go/wamr-go/pkg/memstat"

// growsAlone is the reason of a metric that grows.
const growsAlone = "it grows, which alone decides nothing"

// classify compares a slope with the floor and with a growth that is harmless
// in any case. later is the slope of the last half of the points: a leak goes
// on, a step or a slow warm-up does not. No growth makes a leak: a metric
// includes garbage, free slots and other memory that the program keeps by
// design, and on a busy machine it grew in 16 of 120 runs that leaked nothing.
func classify(s Slope, floor, harmless, later float64) (memstat.Verdict, string) {
	switch {
	case s.CIHigh <= harmless:
		return memstat.Clean, "no growth"
	case s.CIHigh <= floor:
		return memstat.Clean, "no growth above the floor"
	case s.CILow <= floor:
		return memstat.Inconclusive, "the confidence interval contains the floor"
	case later <= floor:
		return memstat.Inconclusive, "growth stopped during the run (one-time step or slow warm-up)"
	default:
		return memstat.Inconclusive, growsAlone
	}
}
