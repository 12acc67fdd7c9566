package memstat

import (
	"strings"
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

func TestClip(t *testing.T) {
	a, b := strings.Repeat("a", 399), strings.Repeat("\x80", 500)
	for in, want := range map[string]string{
		"": "", "name": "name", a + "b": a + "b",
		a + "bc": a + "b... (401 bytes)", a + "é": a + "... (401 bytes)",
		b: b[:396] + "... (500 bytes)", // not UTF-8
	} {
		if got := Clip(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
