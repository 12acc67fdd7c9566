package memstat

import (
	"fmt"
	"strings"
)

// Grouped spells a whole number with commas, as the text report does:
// "1,048,576".
func Grouped[T ~int | ~int64 | ~uint32 | ~uint64](n T) string {
	digits := fmt.Sprint(n)
	sign := ""
	if digits[0] == '-' {
		sign, digits = "-", digits[1:]
	}
	return sign + groupDigits(digits)
}

func groupDigits(digits string) string {
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return b.String()
}
