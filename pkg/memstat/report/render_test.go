package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/guestheap"
)

var update = flag.Bool("update", false, "write the golden files of testdata anew")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; run the test with -update to make it", err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", name, diff)
	}
}

// render writes the report in the named format.
func render(t *testing.T, format string, r *Report, o Options) []byte {
	t.Helper()
	f, ok := Lookup(format)
	if !ok {
		t.Fatalf("no format %q", format)
	}
	var b bytes.Buffer
	if err := f.Write(&b, r, o); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestGoldens(t *testing.T) {
	for _, tc := range []struct {
		file   string
		format string
		report *Report
		option Options
	}{
		{"leaky-80.txt", "text", leakyReport(), Options{}},
		{"leaky-60.txt", "text", leakyReport(), Options{Width: 60}},
		{"leaky-80-color.txt", "text", leakyReport(), Options{Color: true, Width: 80}},
		{"leaky-80-ascii.txt", "text", leakyReport(), Options{ASCII: true}},
		{"clean-80.txt", "text", cleanReport(), Options{Width: 80}},
		{"calls-80.txt", "text", callsReport(), Options{Width: 80}},
		{"leaky.json", "json", leakyReport(), Options{}},
		{"clean.json", "json", cleanReport(), Options{}},
		{"leaky.xml", "junit", leakyReport(), Options{FailKinds: []guestheap.LeakKind{guestheap.DefinitelyLost}}},
		{"leaky.html", "html", leakyReport(), Options{}},
		{"clean.html", "html", cleanReport(), Options{}},
		{"running-80.txt", "text", runningReport(), Options{}},
		{"running.html", "html", runningReport(), Options{}},
		{"leaky.prom", "prometheus", leakyReport(), Options{}},
		{"clean.prom", "prometheus", cleanReport(), Options{}},
		{"running.prom", "prometheus", runningReport(), Options{}},
	} {
		t.Run(tc.file, func(t *testing.T) { golden(t, tc.file, render(t, tc.format, tc.report, tc.option)) })
	}
}

func TestFormats(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range Formats() {
		if f.Name == "" || f.Write == nil || seen[f.Name] {
			t.Errorf("format %+v", f)
		}
		seen[f.Name] = true
		if got, ok := Lookup(f.Name); !ok || got.Name != f.Name {
			t.Errorf("Lookup(%q) is %q, %v", f.Name, got.Name, ok)
		}
	}
	if f, ok := Lookup("jsn"); ok || f.Write != nil {
		t.Errorf("an unknown format was found: %+v", f)
	}
	Formats()[0].Name = "changed"
	if _, ok := Lookup("text"); !ok {
		t.Error("the caller's slice is the package's own")
	}
}

var ansi = regexp.MustCompile("\x1b\\[[0-9;]*m")

func TestTextKeepsItsWidth(t *testing.T) {
	for _, report := range []*Report{leakyReport(), cleanReport()} {
		for width := minWidth; width <= 100; width += 2 {
			for line := range strings.Lines(string(render(t, "text", report, Options{Width: width, ASCII: width%4 == 0}))) {
				line = strings.TrimSuffix(line, "\n")
				if n := utf8.RuneCountInString(line); n > width {
					t.Errorf("width %d: %d columns: %q", width, n, line)
				}
				if strings.TrimRight(line, " ") != line {
					t.Errorf("width %d: trailing space: %q", width, line)
				}
			}
		}
	}
}

func TestColorOnlyAddsColor(t *testing.T) {
	for _, report := range []*Report{leakyReport(), cleanReport()} {
		bare := render(t, "text", report, Options{})
		colored := render(t, "text", report, Options{Color: true})
		if bytes.Equal(bare, colored) {
			t.Error("colour was asked for and not written")
		}
		if diff := cmp.Diff(string(bare), ansi.ReplaceAllString(string(colored), "")); diff != "" {
			t.Errorf("text differs beyond colour (-bare +coloured):\n%s", diff)
		}
	}
}

// TestNothingHostileIsRendered puts strings that a terminal acts upon wherever a
// guest or a path may choose the text.
func TestNothingHostileIsRendered(t *testing.T) {
	for _, evil := range []string{
		"\x1b[2J", "\x1b]0;t\a", "a\rb", "a\bb", "\x00", "\x7f", "\u009b2J", "\u202egnp", "\u2066x", "\xff\xfe", "\x9b2J", "\u2028", "\U000e0041",
	} {
		r := leakyReport()
		r.Outcome.Message, r.Outcome.Kind = evil, evil
		r.Module.Path, r.Module.SHA256 = evil, evil
		r.Ledger.Leaks[0].Site = []memstat.Frame{{Function: evil, File: evil}}
		r.Outcome.Stack = []memstat.Frame{{Function: evil, File: evil, Line: 1}}
		r.Cycles.Reason, r.Cycles.Metrics[0].Name = evil, evil
		r.Cycles.Outcomes[evil], r.Cycles.FirstFailure = 1, &CycleFailure{Kind: evil, Message: evil}
		r.Run = &Run{Function: evil, Arguments: []string{evil, "a " + evil}, Environment: []string{evil}}
		r.Tool = &Tool{evil, evil, evil, evil, evil, evil, ptr(1), []Failure{{Message: evil}}}
		r.Target.Name, r.Target.Source, r.Target.Basis = evil, evil, evil
		r.Budgets = []FigureBudget{{Name: evil, Unit: evil, Value: ptr[uint64](1)}}
		r.GuestHeap.Sites = []guestheap.SiteTotal{{Allocs: 1, Stack: []memstat.Frame{{Function: evil, File: evil}}}}
		r.GuestHeap.Allocators, r.GuestHeap.Notes = []string{evil}, []string{evil}
		for _, f := range Formats() {
			name, out := f.Name, seenText(t, f, render(t, f.Name, r, Options{}))
			for i, c := range out {
				if c != '\n' && !unicode.IsPrint(c) {
					t.Fatalf("%s of %q: unprintable %U at %d", name, evil, c, i)
				}
			}
			if !utf8.ValidString(out) {
				t.Errorf("%s of %q is not UTF-8", name, evil)
			}
		}
		var back Report
		if err := json.Unmarshal(render(t, "json", r, Options{}), &back); err != nil {
			t.Errorf("JSON of %q: %v", evil, err)
		} else if want := strings.ToValidUTF8(evil, "\ufffd"); utf8.ValidString(evil) && back.Module.Path != want {
			t.Errorf("path came back as %q, want %q", back.Module.Path, want)
		}
	}
}

// TestForgedSection: text of a guest cannot stand in the place of a title.
func TestForgedSection(t *testing.T) {
	r := cleanReport()
	r.Outcome.Message = "x\nLeaks\n  none\n\nModule"
	r.Module.Path = "x\nLeaks"
	r.Tool = &Tool{Failures: []Failure{{Message: "x\nLeaks\n  none"}}}
	titles := map[string]int{}
	text := string(render(t, "text", r, Options{}))
	summary, text, _ := strings.Cut(text, "\n\n")
	if strings.Contains(summary, "\nLeaks") {
		t.Errorf("the summary has a title:\n%s", summary)
	}
	for line := range strings.Lines(text) {
		if line[0] != ' ' && line[0] != '\n' {
			titles[strings.TrimSpace(line)]++
		}
	}
	want := map[string]int{"Outcome": 1, "Module": 1, "Memory": 1, "Budgets": 1, "Ledger": 1, "Leaks": 1, "Process": 1, "Tool": 1}
	if diff := cmp.Diff(want, titles); diff != "" {
		t.Errorf("titles (-want +got):\n%s", diff)
	}
}

func TestJSONRoundTrip(t *testing.T) {
	for _, want := range []*Report{leakyReport(), cleanReport()} {
		var got Report
		if err := json.Unmarshal(render(t, "json", want, Options{}), &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(render(t, "json", want, Options{}), render(t, "json", &got, Options{})); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if got.Leaked() != want.Leaked() {
			t.Error("the report that was read back judges differently")
		}
	}
}

func TestASCII(t *testing.T) {
	for _, report := range []*Report{leakyReport(), cleanReport()} {
		report.Module.Path, report.Outcome.Message = "ünï.wasm", "schlecht: größer"
		report.Outcome.Kind = "ümlaut"
		for i, c := range string(render(t, "text", report, Options{ASCII: true})) {
			if c >= utf8.RuneSelf {
				t.Fatalf("%q at %d", c, i)
			}
		}
	}
}

type failing struct{}

var errFailing = errors.New("disk full")

func (failing) Write([]byte) (int, error) { return 0, errFailing }

func TestWriteErrors(t *testing.T) {
	for _, f := range Formats() {
		if err := f.Write(failing{}, cleanReport(), Options{}); !errors.Is(err, errFailing) {
			t.Errorf("%s: %v", f.Name, err)
		}
	}
}
