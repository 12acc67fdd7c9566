package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// TestSavedReportRendersAlike: a report that was written and read renders in
// every format as it did before.
func TestSavedReportRendersAlike(t *testing.T) {
	for name, r := range map[string]*Report{"leaky": leakyReport(), "clean": cleanReport(), "calls": callsReport(), "empty": {}} {
		saved, unknown, err := Parse(render(t, "json", r, Options{}))
		if err != nil || unknown != "" {
			t.Fatalf("%s: %q, %v", name, unknown, err)
		}
		for _, f := range Formats() {
			for _, o := range []Options{{}, {Width: 60, Color: true}, {ASCII: true}} {
				if diff := cmp.Diff(string(render(t, f.Name, r, o)), string(render(t, f.Name, saved, o))); diff != "" {
					t.Errorf("%s as %s, %+v (-run +saved):\n%s", name, f.Name, o, diff)
				}
			}
		}
	}
}

func TestParse(t *testing.T) {
	const head = `{"schema":"wamr-go/report/v1"`
	for _, tc := range []struct{ name, text, unknown, err string }{
		{"least", head + `}`, "", ""},
		{"newer", head + `,"colour":"red","memory":{"peak_bytes":1}}`, "colour", ""},
		{"newer within", head + `,"memory":{"peak_bytes":1,"a\u001b":[1]}}`, `a\x1b`, ""},
		{"newer reading", head + `,"process":{"heap_live_bytes":1,"moons":2}}`, "", ""},
		{"nothing", ``, "", "unexpected end of JSON input"},
		{"cut off", head + `,"memory":{"peak_by`, "", "unexpected end of JSON input"},
		{"no JSON", `module verdict`, "", "invalid character"},
		{"two", head + `}` + head + `}`, "", "after top-level value"},
		{"a list", `[1]`, "", "cannot unmarshal array"},
		{"no schema", `{}`, "", `but of ""`},
		{"a later schema", `{"schema":"wamr-go/report/v2"}`, "", `but of "wamr-go/report/v2"`},
		{"wrong type", head + `,"memory":{"peak_bytes":"much"}}`, "", "cannot unmarshal string"},
		{"too large", head + `,"memory":{"peak_bytes":18446744073709551616}}`, "", "cannot unmarshal number"},
		{"negative", head + `,"memory":{"peak_bytes":-1}}`, "", "cannot unmarshal number"},
		{"unknown kind", head + `,"ledger":{"kinds":[{"kind":"moon"}]}}`, "", `unknown kind "moon"`},
		{"no counts", head + `,"cycles":{"census":[{"kind":"go_heap"}]}}`, "", "has no counts"},
		{"many windows", head + `,"cycles":{"hunt":{"windows":2000000000}}}`, "", "2000000000 windows"},
	} {
		r, unknown, err := Parse([]byte(tc.text))
		if (err != nil) != (tc.err != "") || err != nil && !strings.Contains(err.Error(), tc.err) || unknown != tc.unknown || (r == nil) != (err != nil) {
			t.Errorf("%s: %v, %q, %v", tc.name, r, unknown, err)
		}
		if schema := strings.Contains(tc.err, "but of"); schema != errors.Is(err, ErrSchema) {
			t.Errorf("%s: ErrSchema is %v", tc.name, !schema)
		}
	}
}

// FuzzParse: a report is a file from anywhere. A parsed report can be rendered, does
// not control a terminal, and parses again to the same report.
func FuzzParse(f *testing.F) {
	for _, name := range []string{"leaky.json", "clean.json"} {
		text, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	for _, part := range []string{
		`"memory":{"peak_bytes":1,"limit_bytes":0,"layout":[{"offset":18446744073709551615,"bytes":18446744073709551615}],"touched":[{}]}`,
		`"cycles":{"completed":0,"samples":[{"cycle":0,"fds":0},{"cycle":0,"fds":18446744073709551615}],"hunt":{"windows":3,"cycles":9223372036854775807}}`,
		`"cycles":{"p50_ns":-1,"max_ns":-9223372036854775808,"warm_up_samples":-1,"metrics":[{"name":"x","per_cycle":1e308}],"verdict":"leak"}`,
		`"ledger":{"kinds":[{"kind":"slot","live_bytes":-9223372036854775808}],"leaks":[{"kind":"fd_entry","objects":-1}]}`,
		`"guest_heap":{"kinds":[{"kind":"definitely_lost"}],"leaks":[{"kind":"still_reachable","stack":[{}]}],"errors":[{}],"sizes":[{}]}`,
		`"budget":{},"target":{"kinds":[{"kind":"host_fd"}]},"run":{"started":"0001-01-01T00:00:00Z"},"tool":{"failures":[{}]}`,
		`"outcome":{"kind":"","message":"\n\n","stack":[{}]},"unknown_imports":[{}],"newer":1`,
	} {
		f.Add([]byte(`{"schema":"wamr-go/report/v1",` + part + `}`))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		r, _, err := Parse(text)
		if err != nil {
			return
		}
		for _, format := range Formats() {
			for i, c := range seenText(t, format, render(t, format.Name, r, Options{})) {
				if c != '\n' && !unicode.IsPrint(c) {
					t.Fatalf("%s: unprintable %U at %d", format.Name, c, i)
				}
			}
		}
		first := render(t, "json", r, Options{})
		again, unknown, err := Parse(first)
		if err != nil || unknown != "" {
			t.Fatalf("read again: %q, %v\n%s", unknown, err, first)
		}
		second := render(t, "json", again, Options{})
		if !utf8.Valid(first) || !bytes.Equal(first, second) {
			t.Errorf("written again (-first +second):\n%s", cmp.Diff(string(first), string(second)))
		}
		if !json.Valid(first) {
			t.Error("no JSON")
		}
	})
}
