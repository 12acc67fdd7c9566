package main

import (
	"cmp"
	"strings"
)

// asciiLocale reports whether the locale of the environment has only ASCII characters:
// that of C and POSIX, and any that names an encoding other than UTF-8. An environment
// without a locale counts as UTF-8, because most systems of today have it, and macOS,
// Windows and containers set no locale.
func asciiLocale(getenv func(string) string) bool {
	locale := cmp.Or(getenv("LC_ALL"), getenv("LC_CTYPE"), getenv("LANG")) // locale(7)
	if locale == "C" || locale == "POSIX" {
		return true
	}
	locale, _, _ = strings.Cut(locale, "@") // a modifier, as in de_DE.UTF-8@euro
	_, encoding, named := strings.Cut(locale, ".")
	encoding = strings.ToLower(strings.ReplaceAll(encoding, "-", ""))
	return named && encoding != "utf8"
}
