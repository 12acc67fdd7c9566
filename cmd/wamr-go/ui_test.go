package main

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

func TestPrintable(t *testing.T) {
	tests := []struct{ give, want string }{
		{"plain, ünïcode 漢字", "plain, ünïcode 漢字"},
		{"\x1b[31m", `\x1b[31m`},
		{"a\r\nb\tc", `a\r\nb\tc`},
		{"\u009b2J", `\u009b2J`},
		{"\u202egnp", `\u202egnp`},
		{"bad \xff\xfe", `bad \xff\xfe`},
		{"\x00\x7f", `\x00\x7f`},
		{"\ufffd", "\ufffd"},
	}
	for _, tt := range tests {
		if got := memstat.Printable(tt.give); got != tt.want {
			t.Errorf("memstat.Printable(%q) = %q, want %q", tt.give, got, tt.want)
		}
	}
}

func TestSay(t *testing.T) {
	var b bytes.Buffer
	u := &ui{w: &b, width: 30}
	u.errorf("a message that is longer than a line\n  item one\n  \x1b[2J")
	u.width = 0
	u.hintf("a message that is longer than a line, in a pipe")
	u.notef("not without -v")
	u.warnf("one")
	u.quiet = true
	u.warnf("two")
	want := "error: a message that is\n" +
		"  longer than a line\n" +
		"    item one\n" +
		"    \\x1b[2J\n" +
		"hint: a message that is longer than a line, in a pipe\n" +
		"warning: one\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestFail(t *testing.T) {
	var b bytes.Buffer
	u := &ui{w: &b}
	if code := u.fail(cannotRunf("no").withHint("try %d", 5)); code != exitCannotRun {
		t.Errorf("code %d", code)
	}
	if got, want := b.String(), "error: no\nhint: try 5\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestNearest(t *testing.T) {
	names := []string{"", "vet", "run", "dir", "map-dir", "mem-report", "mem-budget", "cycles"}
	tests := []struct{ give, want string }{
		{"dirs", "dir"}, {"mem-reprot", "mem-report"}, {"mem_budget", "mem-budget"}, {"cycle", "cycles"},
		{"", ""}, {"yes", ""}, {"rnu", "run"}, {"x", ""}, {"something-else", ""},
	}
	for _, tt := range tests {
		if got, _ := nearest(tt.give, names); got != tt.want {
			t.Errorf("nearest(%q) = %q, want %q", tt.give, got, tt.want)
		}
	}
}

func TestDistance(t *testing.T) {
	tests := []struct {
		a, b string
		want int
	}{{"", "", 0}, {"a", "", 1}, {"", "ab", 2}, {"kitten", "sitting", 3}, {"flaw", "lawn", 2}, {"same", "same", 0}}
	for _, tt := range tests {
		if got := distance(tt.a, tt.b); got != tt.want {
			t.Errorf("distance(%q, %q) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
		if got := distance(tt.b, tt.a); got != tt.want {
			t.Errorf("distance(%q, %q) = %d, want %d", tt.b, tt.a, got, tt.want)
		}
	}
}

func TestProgressLine(t *testing.T) {
	p := &progressBar{width: 80, unit: "cycle", total: 4000}
	want := "[====================                    ] 2,000/4,000 cycles, 1,000/s, 2s left"
	if got := p.line(2000, 2*time.Second); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	d := &progressBar{width: 80, unit: "cycle", duration: 10 * time.Second}
	if got := d.line(500, 5*time.Second); !strings.HasSuffix(got, "] 500 cycles, 100/s, 5s left") {
		t.Errorf("by duration: %q", got)
	}
	for width := range 120 {
		p.width = width + 1
		for _, done := range []uint64{1, 1999, 4000} {
			if got := p.line(done, time.Minute); utf8.RuneCountInString(got) > width {
				t.Errorf("width %d: %q is too wide", p.width, got)
			}
		}
	}
}

func TestShortDuration(t *testing.T) {
	tests := []struct {
		give time.Duration
		want string
	}{
		{0, "0s"}, {time.Millisecond, "1s"}, {59 * time.Second, "59s"}, {61 * time.Second, "1m01s"},
		{3*time.Hour + 90*time.Second, "3h01m"},
	}
	for _, tt := range tests {
		if got := shortDuration(tt.give); got != tt.want {
			t.Errorf("shortDuration(%v) = %q, want %q", tt.give, got, tt.want)
		}
	}
}

func TestWaitFor(t *testing.T) {
	for _, tt := range []struct {
		what  string
		took  time.Duration
		width int
		want  string
	}{
		{"compiling m.wasm", 1999 * time.Millisecond, 80, "compiling m.wasm 1s"},
		{"compiling \x1b[2Jm.wasm", 90 * time.Second, 80, `compiling \x1b[2Jm.wasm 90s`},
		{"compiling a/very/long/path.wasm", time.Second, 20, "compiling a/v... 1s"},
		{"compiling m.wasm", time.Second, 5, "... 1s"},
	} {
		if got := waitLine(tt.what, tt.took, tt.width); got != tt.want {
			t.Errorf("waitLine(%q, %v, %d) = %q, want %q", tt.what, tt.took, tt.width, got, tt.want)
		}
	}
	var b strings.Builder
	for _, u := range []*ui{{w: &b}, {w: &b, width: 80, quiet: true}, {w: &b, width: 80}} {
		u.waitFor("nothing")()
	}
	if b.Len() > 0 {
		t.Errorf("a wait that is over at once is shown: %q", b.String())
	}
}
