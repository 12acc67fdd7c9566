package trend

import (
	"fmt"
	"slices"
)

// Verdict answers whether something grows with every cycle. The zero Verdict is
// the cautious one.
type Verdict uint8

const (
	// Inconclusive means that the samples justify neither other verdict.
	Inconclusive Verdict = iota
	// Clean means that any growth is at or below the floor.
	Clean
	// Leaking means that the growth is above the floor and goes on.
	Leaking
)

var verdictNames = [...]string{Inconclusive: "inconclusive", Clean: "clean", Leaking: "leak"}

// String returns "clean", "leak" or "inconclusive".
func (v Verdict) String() string {
	if int(v) >= len(verdictNames) {
		return "unknown"
	}
	return verdictNames[v]
}

// MarshalText returns the name, so that JSON holds it.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText reads a name; it returns an error for an unknown one.
func (v *Verdict) UnmarshalText(text []byte) error {
	for i, name := range verdictNames {
		if name == string(text) {
			*v = Verdict(i)
			return nil
		}
	}
	return fmt.Errorf("unknown verdict %q", text)
}

// classify compares a slope with the floor and with a growth that is harmless
// in any case. later is the slope of the last half of the points: a leak goes
// on, a step or a slow warm-up does not.
func classify(s Slope, floor, harmless, later float64) (Verdict, string) {
	switch {
	case s.CIHigh <= harmless:
		return Clean, "no growth"
	case s.CIHigh <= floor && s.CILow <= 0:
		return Clean, "no growth above the floor"
	case s.CIHigh <= floor:
		return Inconclusive, "growth is within the normal drift of an idle program; run more cycles to be sure"
	case s.CILow <= floor:
		return Inconclusive, "the confidence interval contains the floor; run more cycles to be sure"
	case later <= floor:
		return Inconclusive, "growth stopped during the run (one-time step or slow warm-up); run more cycles to be sure"
	default:
		return Leaking, "the whole confidence interval is above the floor"
	}
}

// informs reports whether a metric is shown and does not decide. Resident memory
// includes garbage, free slots and other memory that the program keeps by design:
// on a busy machine it grew in 16 of 120 runs that leaked nothing.
func informs(m Metric) bool {
	return slices.ContainsFunc(rules[:], func(r rule) bool { return r.resident && r.metric.String() == m.Name })
}

// growsAlone is the reason of growing resident memory.
const growsAlone = "resident memory grows, which alone decides nothing"

// overall combines the verdicts of the metrics that decide: one leak makes the
// run leaking, and only clean metrics make it clean.
func overall(metrics []Metric) (Verdict, string) {
	verdict, reason := Clean, "no metric grows with every cycle"
	if !slices.ContainsFunc(metrics, func(m Metric) bool { return !informs(m) }) {
		return Inconclusive, "no samples were taken"
	}
	for _, m := range metrics {
		switch {
		case informs(m):
			if m.Reason == growsAlone && verdict == Clean {
				reason = "no count grows with every cycle; " + growsAlone
			}
		case m.Verdict == Leaking:
			return Leaking, m.Name + ": " + m.Reason
		case m.Verdict == Inconclusive && verdict == Clean:
			verdict, reason = Inconclusive, m.Name+": "+m.Reason
		}
	}
	return verdict, reason
}
