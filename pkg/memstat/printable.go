package memstat

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clip returns a text that may come from a guest, cut after 400 bytes, with its
// length then. A module can have names of megabytes: messages and frames have
// them clipped.
func Clip(s string) string {
	const most = 400
	if len(s) <= most {
		return s
	}
	end := most
	for end > most-utf8.UTFMax && !utf8.RuneStart(s[end]) {
		end--
	}
	return fmt.Sprintf("%s... (%s bytes)", s[:end], Grouped(len(s)))
}

// Printable escapes characters that a terminal acts upon or does not show, in
// the form of Go's string literals: controls, marks that reorder text, bytes
// that are not UTF-8. Names of modules, functions and files are untrusted.
func Printable(s string) string {
	var b strings.Builder
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[0])
		case unicode.IsPrint(r):
			b.WriteRune(r)
		default:
			quoted := strconv.QuoteRune(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		}
		s = s[size:]
	}
	return b.String()
}
