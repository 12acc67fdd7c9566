package diff

import (
	"encoding/json"
	"math"
	"slices"
)

// Class says how far a figure can be relied on.
type Class string

// The classes. The texts are part of the JSON form.
const (
	// Verdict has the verdict, the outcome and budgets: words with an order.
	Verdict Class = "verdict"
	// Exact has counts and sizes that depend only on the guest's actions.
	Exact Class = "exact"
	// Timings has durations and rates.
	Timings Class = "timings"
	// Process has readings of the process, their trends, and the objects that the
	// runtime keeps for all instances.
	Process Class = "process"
	// Module has the sizes of the binary and of its compiled code.
	Module Class = "module"
	// Info has figures that are neither better nor worse.
	Info Class = "info"
)

// OnRequest returns the classes that are judged only on request. The caller owns
// the slice.
func OnRequest() []Class { return []Class{Timings, Process, Module} }

// Value is a number, a word, or nothing: the zero Value.
type Value struct {
	number float64
	word   string
	is     bool // a number
}

// Number returns a number. Whole numbers are exact up to 2^53.
func Number(n float64) Value { return Value{number: n, is: true} }

// Word returns a word, or nothing for "".
func Word(w string) Value { return Value{word: w} }

// Absent reports whether the value is nothing.
func (v Value) Absent() bool { return !v.is && v.word == "" }

// MarshalJSON returns a number, a string or null.
func (v Value) MarshalJSON() ([]byte, error) {
	switch {
	case v.is:
		return json.Marshal(v.number)
	case v.word != "":
		return json.Marshal(v.word)
	default:
		return []byte("null"), nil
	}
}

// Units of figures; "" is a plain count, or a word.
const (
	unitBytes = "bytes"
	unitNS    = "ns"
	unitRate  = "per second"
	unitSlope = "per cycle"
)

// Figure is one figure of two reports.
type Figure struct {
	Name    string   `json:"name"`
	Class   Class    `json:"class"`
	Unit    string   `json:"unit,omitempty"`
	Old     Value    `json:"old"` // null if that report does not have it
	New     Value    `json:"new"`
	Change  *float64 `json:"change,omitempty"`  // of a number that both have
	Percent *float64 `json:"percent,omitempty"` // of the old number; absent if that is 0
	Failed  bool     `json:"failed,omitempty"`  // see Judge
}

// Changed reports whether the reports differ in the figure.
func (f *Figure) Changed() bool { return f.Old != f.New }

// compute fills in the change.
func (f *Figure) compute() {
	if !f.Old.is || !f.New.is {
		return
	}
	change := f.New.number - f.Old.number
	f.Change = &change
	if f.Old.number != 0 {
		if percent := change / math.Abs(f.Old.number) * 100; !math.IsInf(percent, 0) {
			f.Percent = &percent
		}
	}
}

// severities ranks the words of verdicts and outcomes, for runs and for modules.
// Words that are not listed have the rank of a failure.
var severities = [][]string{
	{"clean", "exit", "kept"},
	{"inconclusive"},
	{"missing", "interrupted"},
	{"trap", "timeout", "error", "crash", "fuel"},
	{"budget", "exceeded"},
	{"leak"},
}

const (
	severityAbsent  = -1
	severityMild    = 1 // the greatest that is no failure
	severityFailure = 3
)

func severity(v Value) int {
	if v.Absent() {
		return severityAbsent
	}
	i := slices.IndexFunc(severities, func(words []string) bool { return slices.Contains(words, v.word) })
	if i < 0 {
		return severityFailure
	}
	return i
}

// direction is 1 if the new report is worse in the figure, -1 if it is better, and
// else 0. A figure that one of them lacks is neither, but a word that is bad news
// is worse than none.
func (f *Figure) direction() int {
	switch {
	case f.Class == Info || !f.Changed():
		return 0
	case f.Class == Verdict:
		before, after := severity(f.Old), severity(f.New)
		switch {
		case after > before && after > severityMild:
			return 1
		case after < before && after != severityAbsent && before > severityMild:
			return -1
		}
		return 0
	case f.Change == nil:
		return 0
	}
	more := 1
	if f.Unit == unitRate {
		more = -1
	}
	if *f.Change > 0 {
		return more
	}
	return -more
}

// grew reports whether a figure is worse by more than a limit in percent. From 0,
// any growth is more than any limit.
func (f *Figure) grew(limit float64) bool {
	if f.direction() <= 0 {
		return false
	}
	const rounding = 1e-9 // of means
	return f.Class == Verdict || f.Percent == nil || math.Abs(*f.Percent) > limit+rounding
}
