package diff

import (
	"math"
	"strconv"

	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/report"
)

// spell spells a value for people; "-" for nothing.
func spell(v Value, unit string) string {
	switch {
	case v.is:
		return spellNumber(v.number, unit)
	case v.word != "":
		const most = 24
		if runes := []rune(v.word); len(runes) > most {
			return string(runes[:most]) + "..."
		}
		return v.word
	default:
		return "-"
	}
}

func spellNumber(n float64, unit string) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	return sign + spellSize(n, unit)
}

// spellSize spells a number that is not negative.
func spellSize(n float64, unit string) string {
	switch whole := n == math.Trunc(n) && n < 1<<63; {
	case unit == unitBytes && n < 1<<63:
		return report.Bytes(uint64(n))
	case unit == unitNS && n < 1<<62:
		return report.Duration(int64(n))
	case whole:
		return memstat.Grouped(uint64(n))
	case n >= 1000 && n < 1<<63:
		return memstat.Grouped(uint64(math.Round(n)))
	default:
		return strconv.FormatFloat(n, 'g', 3, 64)
	}
}

// spellChange spells a change with its sign; "" for none.
func (f *Figure) spellChange() string {
	if f.Change == nil || *f.Change == 0 {
		return ""
	}
	if *f.Change > 0 {
		return "+" + spellNumber(*f.Change, f.Unit)
	}
	return spellNumber(*f.Change, f.Unit)
}

// spellPercent spells the change in percent; "" for none.
func (f *Figure) spellPercent() string {
	if f.Percent == nil || *f.Percent == 0 {
		return ""
	}
	sign, size := "+", math.Abs(*f.Percent)
	if *f.Percent < 0 {
		sign = "-"
	}
	var text string
	switch {
	case size >= 99.95 && size < 1<<63:
		text = memstat.Grouped(uint64(math.Round(size)))
	case size >= 0.05 && size < 99.95:
		text = strconv.FormatFloat(size, 'f', 1, 64)
	default:
		text = strconv.FormatFloat(size, 'g', 2, 64)
	}
	return sign + text + " %"
}

// String says how the figure changed: "instructions: 100 → 120 (+20.0 %)".
func (f *Figure) String() string {
	text := f.Name + ": " + spell(f.Old, f.Unit) + " → " + spell(f.New, f.Unit)
	if p := f.spellPercent(); p != "" {
		text += " (" + p + ")"
	}
	return text
}
