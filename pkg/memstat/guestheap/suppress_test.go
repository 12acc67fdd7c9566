package guestheap

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

func stackOf(names ...string) []memstat.Frame {
	var s []memstat.Frame
	for _, n := range names {
		s = append(s, memstat.Frame{Function: n})
	}
	return s
}

func TestSuppressionsMatch(t *testing.T) {
	stack := stackOf("std::vector<int>::grow(int)", "load", "read", "main")
	for _, c := range []struct {
		kind   string
		frames []string
		want   bool
	}{
		{"definitely_lost", []string{"std::vector*grow*"}, true},
		{"definitely_lost", []string{"std::vector*shrink*"}, false},
		{"*", []string{"*", "load"}, true},
		{"*_lost", []string{"*", "load", "read", "main"}, true},
		{"*_lost", []string{"*", "load", "read", "main", "*"}, false},
		{"still_reachable", []string{"*"}, false},
		{"*", []string{"...", "main"}, true},
		{"*", []string{"...", "load", "...", "main"}, true},
		{"*", []string{"...", "main", "load"}, false},
		{"*", []string{"load"}, false},
		{"*", []string{"...", "*", "*", "*", "*"}, true},
		{"*", []string{"...", "*", "*", "*", "*", "*"}, false},
	} {
		got := Suppressions{{Kind: c.kind, Frames: c.frames}}.match("definitely_lost", stack)
		if got != c.want {
			t.Errorf("%s %q: %v", c.kind, c.frames, got)
		}
	}
}

func TestReadSuppressions(t *testing.T) {
	got, err := ReadSuppressions(strings.NewReader(`
# Known.
name: the parser's table
kind: still_reachable
frame: grow
# within
frame: ...


kind: *_free
frame: f: g
`))
	if err != nil {
		t.Fatal(err)
	}
	want := Suppressions{{"the parser's table", "still_reachable", []string{"grow", "..."}}, {"", "*_free", []string{"f: g"}}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestReadSuppressionsErrors(t *testing.T) {
	for _, c := range []struct {
		text string
		line int
	}{
		{"kind: lost\nframe: f", 1},
		{"frame: f", 1},
		{"\nname: x\nkind: *\n\n", 2},
		{"kind: *\nframe:", 2},
		{"kind: *\nfun: f", 2},
		{"memory", 1},
		{"kind: *\n" + strings.Repeat("frame: f\n", maxFrames+1), maxFrames + 2},
	} {
		_, err := ReadSuppressions(strings.NewReader(c.text))
		var syntax *SyntaxError
		if !errors.As(err, &syntax) || syntax.Line != c.line {
			t.Errorf("%q: %v, want an error in line %d", c.text, err, c.line)
		}
	}
}

// A suppression that was generated for a stack matches it, whatever its names are.
func FuzzGeneratedSuppression(f *testing.F) {
	f.Add("malloc", "main")
	f.Add("a\nkind: x", " b ")
	f.Add("...", "")
	f.Add("*#", "\xff\u2028")
	f.Add("\u202e\ufffe\u00a0", "a\nkind: *")
	f.Fuzz(func(t *testing.T, a, b string) {
		stack := stackOf(a, b)
		var text bytes.Buffer
		if _, err := NewSuppression("x"+b, "double_free", stack).WriteTo(&text); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(text.String()) {
			if line = strings.TrimSuffix(line, "\n"); memstat.Printable(line) != line {
				t.Errorf("%q is not printable", line)
			}
		}
		all, err := ReadSuppressions(bytes.NewReader(text.Bytes()))
		if err != nil && len(a)+len(b) < 1<<15 {
			t.Fatalf("%q: %v", text.String(), err)
		}
		if err == nil && (len(all) != 1 || !all.match("double_free", stack)) {
			t.Errorf("%q does not match %q", text.String(), stack)
		}
	})
}

func FuzzReadSuppressions(f *testing.F) {
	f.Add("name: a\nkind: *\nframe: *a*b\n\nkind: definitely_lost\nframe: ...\n")
	f.Fuzz(func(_ *testing.T, text string) {
		all, _ := ReadSuppressions(strings.NewReader(text))
		all.match("definitely_lost", stackOf("a", "ab", "abc"))
	})
}
