package memstat

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// ASCII spells a printable text in ASCII, for terminals with no other
// characters: the signs of reports and messages by similar ones ("→" is "->"),
// and the others as Go's string literals do ("ü" is "\u00fc"). See [Printable].
func ASCII(s string) string {
	if isASCII(s) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch r {
		case '→':
			b.WriteString("->")
		case '…':
			b.WriteString("...")
		case '×':
			b.WriteByte('x')
		case 'µ':
			b.WriteByte('u')
		case '“', '”':
			b.WriteByte('"')
		case '‘', '’':
			b.WriteByte('\'')
		default:
			if r < utf8.RuneSelf {
				b.WriteRune(r)
				continue
			}
			quoted := strconv.QuoteRuneToASCII(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		}
	}
	return b.String()
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
