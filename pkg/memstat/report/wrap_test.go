package report

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWrapAndChop(t *testing.T) {
	for _, tc := range []struct {
		in    string
		width int
		want  []string
	}{
		{"", 10, []string{""}},
		{"one two three", 7, []string{"one two", "three"}},
		{"one two three", 80, []string{"one two three"}},
		{"abcdefghij k", 4, []string{"abcd", "efgh", "ij k"}},
		{"x abcdefgh", 4, []string{"x", "abcd", "efgh"}},
		{"äöü äöü", 3, []string{"äöü", "äöü"}},
		{"ab", 0, []string{"a", "b"}},
	} {
		if diff := cmp.Diff(tc.want, wrap(tc.in, tc.width)); diff != "" {
			t.Errorf("wrap %q at %d (-want +got):\n%s", tc.in, tc.width, diff)
		}
	}
	for _, in := range []string{"", "two  spaces ", "日本語日本語"} {
		lines := chop(in, 4)
		if strings.Join(lines, "") != in {
			t.Errorf("chop lost something of %q: %q", in, lines)
		}
	}
}
