// Package junittest reads JUnit XML strictly, for tests of those who write it.
package junittest

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Suites is the root element.
type Suites struct {
	Name   string  `xml:"name,attr"`
	Suites []Suite `xml:"testsuite"`
	counts
}

// Suite is an element testsuite.
type Suite struct {
	Name       string     `xml:"name,attr"`
	Timestamp  string     `xml:"timestamp,attr"`
	Properties []Property `xml:"properties>property"`
	Cases      []Case     `xml:"testcase"`
	counts
}

// Property is an element property.
type Property struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

// Case is an element testcase.
type Case struct {
	Class   string   `xml:"classname,attr"`
	Name    string   `xml:"name,attr"`
	Time    float64  `xml:"time,attr"`
	Failure *Failure `xml:"failure"`
	Skipped *Skipped `xml:"skipped"`
}

// Failure is an element failure.
type Failure struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

// Skipped is an element skipped.
type Skipped struct {
	Message string `xml:"message,attr"`
}

type counts struct {
	Tests    int     `xml:"tests,attr"`
	Failures int     `xml:"failures,attr"`
	Errors   int     `xml:"errors,attr"`
	Skipped  int     `xml:"skipped,attr"`
	Time     float64 `xml:"time,attr"`
}

// Case returns the case of that name, or nil.
func (s *Suite) Case(name string) *Case {
	i := slices.IndexFunc(s.Cases, func(c Case) bool { return c.Name == name })
	if i < 0 {
		return nil
	}
	return &s.Cases[i]
}

// allowed lists the attributes and children of each element, in their order; *
// marks an attribute that must be there.
var allowed = map[string]struct{ attributes, children []string }{
	"testsuites": {[]string{"*name", "*tests", "*failures", "*errors", "*skipped", "*time"}, []string{"testsuite"}},
	"testsuite":  {[]string{"*name", "*tests", "*failures", "*errors", "*skipped", "*time", "timestamp"}, []string{"properties", "testcase"}},
	"properties": {nil, []string{"property"}},
	"property":   {[]string{"*name", "*value"}, nil},
	"testcase":   {[]string{"*classname", "*name", "*time"}, []string{"failure", "skipped"}},
	"failure":    {[]string{"*message", "*type"}, nil},
	"skipped":    {[]string{"*message"}, nil},
}

// Parse reads a document. It refuses unknown elements and attributes, missing
// ones, elements in another order than that of the usual schemas, texts in the
// wrong place, and counts that do not agree with the cases.
func Parse(text []byte) (*Suites, error) {
	if err := checkStructure(text); err != nil {
		return nil, err
	}
	all := new(Suites)
	if err := xml.Unmarshal(text, all); err != nil {
		return nil, err
	}
	var sum counts
	for _, s := range all.Suites {
		var own counts
		for _, c := range s.Cases {
			own.Tests++
			switch {
			case c.Failure != nil && c.Skipped != nil:
				return nil, fmt.Errorf("%s: failed and skipped", c.Name)
			case c.Failure != nil:
				own.Failures++
			case c.Skipped != nil:
				own.Skipped++
			}
		}
		own.Time = s.Time
		if own != s.counts {
			return nil, fmt.Errorf("suite %s: counts %+v, and its cases %+v", s.Name, s.counts, own)
		}
		sum.Tests, sum.Failures, sum.Skipped = sum.Tests+own.Tests, sum.Failures+own.Failures, sum.Skipped+own.Skipped
	}
	sum.Time = all.Time
	if sum != all.counts {
		return nil, fmt.Errorf("counts %+v, and those of the suites %+v", all.counts, sum)
	}
	return all, nil
}

func checkStructure(text []byte) error {
	d := xml.NewDecoder(bytes.NewReader(text)) // strict
	var open []string
	last := []string{""} // child of each open element, and of the document
	for {
		token, err := d.Token()
		switch {
		case errors.Is(err, io.EOF) && len(open) == 0 && last[0] == "testsuites":
			return nil
		case err != nil:
			return err
		}
		switch token := token.(type) {
		case xml.StartElement:
			name, parent := token.Name.Local, len(open)-1
			siblings := []string{"testsuites"}
			if parent >= 0 {
				siblings = allowed[open[parent]].children
			}
			at := slices.Index(siblings, name)
			if at < 0 || at < slices.Index(siblings, last[parent+1]) {
				return fmt.Errorf("<%s> in %v after <%s>", name, open, last[parent+1])
			}
			if err := checkAttributes(token); err != nil {
				return err
			}
			last[parent+1] = name
			open, last = append(open, name), append(last, "")
		case xml.EndElement:
			open, last = open[:len(open)-1], last[:len(last)-1]
		case xml.CharData:
			if len(bytes.TrimSpace(token)) > 0 && (len(open) == 0 || open[len(open)-1] != "failure") {
				return fmt.Errorf("text %q in %v", token, open)
			}
		case xml.Comment, xml.Directive:
			return fmt.Errorf("%T in %v", token, open)
		}
	}
}

func checkAttributes(e xml.StartElement) error {
	seen := map[string]bool{}
	want := allowed[e.Name.Local].attributes
	for _, a := range e.Attr {
		name := a.Name.Local
		if seen[name] || !slices.Contains(want, name) && !slices.Contains(want, "*"+name) {
			return fmt.Errorf("<%s> has the attribute %s twice, or should not have it", e.Name.Local, name)
		}
		seen[name] = true
	}
	for _, name := range want {
		if name[0] == '*' && !seen[name[1:]] {
			return fmt.Errorf("<%s> lacks the attribute %s", e.Name.Local, name[1:])
		}
	}
	return nil
}
