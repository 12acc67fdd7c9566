package memstat

import "fmt"

// Verdict answers whether a program loses something with every cycle. The zero
// Verdict is the cautious one.
type Verdict uint8

const (
	// Inconclusive means that the run was too short for either other verdict.
	Inconclusive Verdict = iota
	// Clean means that nothing grows with every cycle.
	Clean
	// Leaking means that something grows with every cycle.
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
