package memstat

import (
	"testing"
)

func TestPrintable(t *testing.T) {
	for in, want := range map[string]string{
		"plain /päth/日本": "plain /päth/日本", "": "",
		"a\nb\tc": `a\nb\tc`, "\x1b[0m": `\x1b[0m`, "\u009b": `\u009b`, "\u202e": `\u202e`,
		"\x9b": `\x9b`, "a\xffé": `a\xffé`, "\ufffd": "\ufffd", "\u00a0": `\u00a0`,
	} {
		if got := Printable(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
