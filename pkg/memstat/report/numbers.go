package report

import (
	"fmt"
	"math"
	"strconv"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// Bytes spells a size as the text report does: "1.2 MiB".
func Bytes(n uint64) string { return humanBytes(n) }

// Duration spells nanoseconds as the text report does: "7.81 µs".
func Duration(ns int64) string { return duration(ns) }

// humanBytes spells a size in the largest binary unit that it fills, with one
// decimal: "1.2 MiB".
func humanBytes(n uint64) string {
	const units = "KMGTPE"
	if n < 1<<10 {
		return strconv.FormatUint(n, 10) + " B"
	}
	value, unit := float64(n)/(1<<10), 0
	// 1023.95 would round to 1024.0 of the smaller unit.
	for value >= 1023.95 && unit < len(units)-1 {
		value /= 1 << 10
		unit++
	}
	return fmt.Sprintf("%.1f %ciB", value, units[unit])
}

// humanSigned spells a size of the ledger like humanBytes. It is negative only
// if somebody accounted wrongly.
func humanSigned(n int64) string {
	if n < 0 {
		return "-" + humanBytes(-uint64(n))
	}
	return humanBytes(uint64(n))
}

// growth spells a slope with its sign and three significant digits: "+216",
// "-0.0125", "0".
func growth(v float64) string {
	if v == 0 || math.IsNaN(v) {
		return "0"
	}
	sign := "+"
	if v < 0 {
		sign = "-"
	}
	abs := math.Abs(v)
	switch {
	case abs >= 100:
		return sign + memstat.Grouped(uint64(math.RoundToEven(abs)))
	case abs >= 0.001:
		return sign + strconv.FormatFloat(abs, 'g', 3, 64)
	default:
		return sign + strconv.FormatFloat(abs, 'e', 1, 64)
	}
}

// duration spells nanoseconds with three significant digits: "7.81 µs".
func duration(ns int64) string {
	switch {
	case ns < 1e3:
		return strconv.FormatInt(ns, 10) + " ns"
	case ns < 1e6:
		return digits3(float64(ns)/1e3) + " µs"
	case ns < 1e9:
		return digits3(float64(ns)/1e6) + " ms"
	default:
		return digits3(float64(ns)/1e9) + " s"
	}
}

func digits3(v float64) string {
	switch {
	case v < 10:
		return strconv.FormatFloat(v, 'f', 2, 64)
	case v < 100:
		return strconv.FormatFloat(v, 'f', 1, 64)
	default:
		return memstat.Grouped(uint64(math.RoundToEven(v)))
	}
}
