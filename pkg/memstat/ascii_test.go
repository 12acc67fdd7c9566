package memstat

import "testing"

func TestASCII(t *testing.T) {
	for _, tc := range []struct{ give, want string }{
		{"", ""},
		{"plain\n\ttext", "plain\n\ttext"},
		{"1 → 2, 3 … 4, 5 × 6, 7 µs", "1 -> 2, 3 ... 4, 5 x 6, 7 us"},
		{"“a” ‘b’", `"a" 'b'`},
		{"ünï 漢 😀", `\u00fcn\u00ef \u6f22 \U0001f600`},
		{"bad \xff", `bad \ufffd`},
	} {
		if got := ASCII(tc.give); got != tc.want {
			t.Errorf("ASCII(%q) = %q, want %q", tc.give, got, tc.want)
		}
	}
}
