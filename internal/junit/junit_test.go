package junit

import (
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/wamr-go/wamr-go/internal/junit/junittest"
)

func sample(text string) *Report {
	return &Report{Name: text, Suites: []Suite{
		{
			Name: text, Started: time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC), Took: 1500 * time.Millisecond,
			Properties: []Property{{text, text}, {"empty", ""}},
			Cases: []Case{
				{Class: text, Name: text, Took: time.Microsecond},
				{Class: text, Name: "f", Failure: &Failure{Kind: text, Message: text, Lines: []string{text, "", "  " + text}}},
				{Class: text, Name: "s", Skipped: "because of " + text},
			},
		},
		{Name: "nothing"},
	}}
}

func TestXML(t *testing.T) {
	for _, text := range []string{
		"plain", "", "a<b>&\"c'", "]]>", "<!--", "&amp;", "\x00\x01\x1b[2J\x7f", "a\r\nb\tc", "\xff\xfe", "\ufffe\uffff", "\u202e\u2028", "ünï 😀",
	} {
		out := sample(text).XML()
		for i, c := range string(out) {
			if c != '\n' && !unicode.IsPrint(c) {
				t.Errorf("%q: unprintable %U at %d", text, c, i)
			}
		}
		all, err := junittest.Parse(out)
		if err != nil {
			t.Errorf("%q: %v\n%s", text, err, out)
			continue
		}
		s := all.Suites[0]
		if all.Tests != 3 || all.Failures != 1 || all.Skipped != 1 || s.Timestamp != "2026-01-02T03:04:05" || s.Time != 1.5 || s.Cases[0].Time != 1e-6 {
			t.Errorf("%q: %+v", text, all)
		}
		if f := s.Cases[1].Failure; f == nil || strings.Count(f.Text, "\n") != 2 || f.Message != all.Name {
			t.Errorf("%q: %+v", text, s.Cases[1])
		}
		if text == "a<b>&\"c'" && all.Name != text {
			t.Errorf("%q came back as %q", text, all.Name)
		}
	}
}

// TestReaderIsStrict: the reader of the tests refuses each kind of wrong document.
func TestReaderIsStrict(t *testing.T) {
	good := string(sample("x").XML())
	for _, edit := range [][2]string{
		{`tests="3"`, `tests="4"`}, {`skipped="1"`, `skipped="0"`}, {` classname="x"`, ``}, {`<testcase `, `<testcase colour="red" `},
		{`<skipped`, `<skip`}, {`</testsuites>`, ``}, {`<properties>`, `text<properties>`}, {`x`, `&#1;`}, {`<testsuite `, `<testsuite><`},
		{`</testsuites>`, `</testsuites><testsuites/>`},
	} {
		if _, err := junittest.Parse([]byte(strings.Replace(good, edit[0], edit[1], 1))); err == nil {
			t.Errorf("%q for %q is accepted", edit[1], edit[0])
		}
	}
	moved := strings.Replace(good, "<properties>", "<testcase classname=\"x\" name=\"x\" time=\"1\"/><properties>", 1)
	if _, err := junittest.Parse([]byte(strings.ReplaceAll(moved, `tests="3"`, `tests="4"`))); err == nil {
		t.Error("a wrong order is accepted")
	}
}

func FuzzXML(f *testing.F) {
	f.Add("a<b>&\"c'\x1b")
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := junittest.Parse(sample(text).XML()); err != nil {
			t.Error(err)
		}
	})
}
