package memstat

import "fmt"

// Verdict is the answer to whether something grows by the cycle. The zero
// Verdict is the cautious one.
type Verdict uint8

const (
	// Inconclusive means that the samples allow neither of the others.
	Inconclusive Verdict = iota
	// Clean means that whatever growth the samples allow is below the floor.
	Clean
	// Leaking means that the whole confidence interval is above the floor.
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

// MarshalText makes a verdict its name in JSON.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText reads a verdict's name.
func (v *Verdict) UnmarshalText(text []byte) error {
	for i, name := range verdictNames {
		if name == string(text) {
			*v = Verdict(i)
			return nil
		}
	}
	return fmt.Errorf("unknown verdict %q", text)
}

// judge compares a slope with the floor, and with what is harmless although
// above it. later is the slope over the last half
// of the samples: a leak keeps on, a step or a slow warm-up does not.
func judge(s Slope, floor, harmless, later float64) (Verdict, string) {
	switch {
	case s.CIHigh <= harmless:
		return Clean, "no growth"
	case s.CIHigh <= floor && s.CILow <= 0:
		return Clean, "no growth above the floor"
	case s.CIHigh <= floor:
		return Inconclusive, "it grows, by no more than an idle program may: more cycles would tell"
	case s.CILow <= floor:
		return Inconclusive, "the interval reaches from below the floor to above it: more cycles would tell"
	case later <= floor:
		return Inconclusive, "it grew and then stopped: a step or a slow warm-up, or more cycles would tell"
	default:
		return Leaking, "the whole interval is above the floor"
	}
}

// overall joins the verdicts of the metrics: one leak is a leak, and all must
// be clean for clean.
func overall(metrics []MetricTrend) (Verdict, string) {
	verdict, reason := Clean, "no metric grows by the cycle"
	if len(metrics) == 0 {
		return Inconclusive, "nothing was sampled"
	}
	for _, m := range metrics {
		switch {
		case m.Verdict == Leaking:
			return Leaking, m.Name + ": " + m.Reason
		case m.Verdict == Inconclusive && verdict == Clean:
			verdict, reason = Inconclusive, m.Name+": "+m.Reason
		}
	}
	return verdict, reason
}
