// Package junit writes JUnit XML, by which CI systems show the results of tests.
// It uses only elements and attributes that Jenkins, GitLab and other readers
// agree on.
package junit

import (
	"bytes"
	"html"
	"slices"
	"strconv"
	"time"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// Report is a set of suites. All texts in it may be a guest's: XML escapes them.
type Report struct {
	Name   string
	Suites []Suite
}

// Suite is a set of cases that ran together.
type Suite struct {
	Name       string
	Started    time.Time // zero if unknown
	Took       time.Duration
	Properties []Property // those without a value are left out
	Cases      []Case
}

// Property is a fact about a suite.
type Property struct{ Name, Value string }

// Case is a test: passed, unless it has a Failure or was Skipped.
type Case struct {
	Class, Name string
	Took        time.Duration
	Failure     *Failure
	Skipped     string // the reason for which the test says nothing; "" if it was not skipped
}

// Failure says why a test failed.
type Failure struct {
	Kind    string // a word
	Message string // a line
	Lines   []string
}

// XML returns the report as an XML document. Whatever a terminal acts upon, or
// XML forbids, is escaped in texts.
func (r *Report) XML() []byte {
	w := new(writer)
	w.out.WriteString("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
	var all []Case
	var took time.Duration
	for i := range r.Suites {
		all = append(all, r.Suites[i].Cases...)
		took += r.Suites[i].Took
	}
	w.open("<testsuites", append([]attribute{{"name", r.Name}}, sums(all, took)...), ">\n")
	for i := range r.Suites {
		w.suite(&r.Suites[i])
	}
	w.out.WriteString("</testsuites>\n")
	return w.out.Bytes()
}

// sums are the attributes that count cases. There are no errors, which readers
// tell from failures in different ways.
func sums(cases []Case, took time.Duration) []attribute {
	failures, skipped := 0, 0
	for _, c := range cases {
		switch {
		case c.Failure != nil:
			failures++
		case c.Skipped != "":
			skipped++
		}
	}
	return []attribute{
		{"tests", strconv.Itoa(len(cases))}, {"failures", strconv.Itoa(failures)}, {"errors", "0"}, {"skipped", strconv.Itoa(skipped)},
		{"time", seconds(took)},
	}
}

func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', 6, 64) }

// writer writes by hand: encoding/xml would make each start of wamr-go slower, by
// a table of HTML's entities.
type writer struct{ out bytes.Buffer }

type attribute struct{ name, value string }

// open writes a tag with its attributes. begin and end are markup.
func (w *writer) open(begin string, attributes []attribute, end string) {
	w.out.WriteString(begin)
	for _, a := range attributes {
		w.out.WriteString(" " + a.name + "=\"")
		w.text(a.value)
		w.out.WriteByte('"')
	}
	w.out.WriteString(end)
}

// text writes a text on one line. What Printable leaves is allowed in XML, and
// the entities are XML's too.
func (w *writer) text(s string) { w.out.WriteString(html.EscapeString(memstat.Printable(s))) }

func (w *writer) suite(s *Suite) {
	attributes := append([]attribute{{"name", s.Name}}, sums(s.Cases, s.Took)...)
	if !s.Started.IsZero() {
		attributes = append(attributes, attribute{"timestamp", s.Started.UTC().Format("2006-01-02T15:04:05")})
	}
	w.open("  <testsuite", attributes, ">\n")
	w.properties(s.Properties)
	for i := range s.Cases {
		w.testcase(&s.Cases[i])
	}
	w.out.WriteString("  </testsuite>\n")
}

// properties writes those that have a value. Some readers want no empty list.
func (w *writer) properties(all []Property) {
	all = slices.DeleteFunc(slices.Clone(all), func(p Property) bool { return p.Value == "" })
	if len(all) == 0 {
		return
	}
	w.out.WriteString("    <properties>\n")
	for _, p := range all {
		w.open("      <property", []attribute{{"name", p.Name}, {"value", p.Value}}, "/>\n")
	}
	w.out.WriteString("    </properties>\n")
}

func (w *writer) testcase(c *Case) {
	attributes := []attribute{{"classname", c.Class}, {"name", c.Name}, {"time", seconds(c.Took)}}
	if c.Failure == nil && c.Skipped == "" {
		w.open("    <testcase", attributes, "/>\n")
		return
	}
	w.open("    <testcase", attributes, ">\n")
	if f := c.Failure; f != nil {
		w.open("      <failure", []attribute{{"message", f.Message}, {"type", f.Kind}}, ">")
		for i, line := range f.Lines {
			if i > 0 {
				w.out.WriteByte('\n')
			}
			w.text(line)
		}
		w.out.WriteString("</failure>\n")
	} else {
		w.open("      <skipped", []attribute{{"message", c.Skipped}}, "/>\n")
	}
	w.out.WriteString("    </testcase>\n")
}
