package guestheap

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// Suppression leaves out leaks and errors of a kind, at a place. In a file it is a
// paragraph:
//
//	name: the table of the parser
//	kind: still_reachable
//	frame: grow_table
//	frame: ...
//	frame: main
//
// The frames are those of the beginning of a stack, innermost first; further ones
// do not matter. "*" stands for any characters in a kind and in the name of a
// function, and a frame of "..." for any number of frames. A line that begins with
// "#" is a comment.
type Suppression struct {
	Name   string
	Kind   string
	Frames []string
}

// Suppressions are those of a run.
type Suppressions []Suppression

// SyntaxError is an invalid line of a file.
type SyntaxError struct {
	Line    int // from 1
	Problem string
}

// Error tells the line and the problem.
func (e *SyntaxError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Problem) }

// maxFrames bounds the frames of a suppression, and so the time of a match.
const maxFrames = 64

// ReadSuppressions reads a file. The error is a *SyntaxError, or the reader's.
func ReadSuppressions(r io.Reader) (Suppressions, error) {
	var all Suppressions
	var s *Suppression
	begun, n := 0, 0
	end := func() error {
		if s == nil {
			return nil
		}
		if s.Kind == "" || len(s.Frames) == 0 {
			return &SyntaxError{begun, "a suppression needs a kind and a frame"}
		}
		all = append(all, *s)
		s = nil
		return nil
	}
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		n++
		line := strings.TrimSpace(lines.Text())
		if strings.HasPrefix(line, "#") {
			continue
		}
		if line == "" {
			if err := end(); err != nil {
				return nil, err
			}
			continue
		}
		if s == nil {
			s, begun = &Suppression{}, n
		}
		if problem := s.set(line); problem != "" {
			return nil, &SyntaxError{n, problem}
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read suppressions: %w", err)
	}
	return all, end()
}

// set reads one line, and describes its error.
func (s *Suppression) set(line string) string {
	key, value, _ := strings.Cut(line, ":")
	value = strings.TrimSpace(value)
	switch {
	case value == "":
		return fmt.Sprintf("%q is not name:, kind: or frame: with a value", line)
	case key == "name":
		s.Name = value
	case key == "kind":
		if !knownKind(value) {
			return fmt.Sprintf("unknown kind %q", value)
		}
		s.Kind = value
	case key == "frame":
		if len(s.Frames) == maxFrames {
			return fmt.Sprintf("more than %d frames", maxFrames)
		}
		s.Frames = append(s.Frames, value)
	default:
		return fmt.Sprintf("%q is not name:, kind: or frame: with a value", line)
	}
	return ""
}

// knownKind reports whether a pattern matches a kind of leaks or errors.
func knownKind(pattern string) bool {
	for _, k := range leakNames {
		if wildcard(pattern, k) {
			return true
		}
	}
	for _, k := range errorNames {
		if wildcard(pattern, k) {
			return true
		}
	}
	return false
}

// WriteTo writes the suppression as a paragraph of a file. Its names are those of
// a guest, which may hold anything, so line breaks become "*".
func (s Suppression) WriteTo(w io.Writer) (int64, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "name: %s\nkind: %s\n", s.Name, s.Kind)
	for _, f := range s.Frames {
		fmt.Fprintf(&b, "frame: %s\n", f)
	}
	n, err := io.WriteString(w, b.String()+"\n")
	return int64(n), err
}

// NewSuppression returns the suppression of exactly one place. Its name is made
// printable, and so are those of functions.
func NewSuppression(name, kind string, stack []memstat.Frame) Suppression {
	s := Suppression{Name: memstat.Printable(name), Kind: kind}
	for _, f := range stack[:min(len(stack), maxFrames)] {
		s.Frames = append(s.Frames, patternOf(f.Function))
	}
	if len(stack) == 0 {
		s.Frames = []string{"..."}
	}
	return s
}

// patternOf returns a pattern that matches a name, and stands in a line.
func patternOf(name string) string {
	name = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar { // such as marks that reorder a line of a terminal
			return '*'
		}
		return r
	}, name)
	if trimmed := strings.TrimSpace(name); trimmed != name || name == "" || name == "..." {
		return "*" + trimmed + "*"
	}
	return name
}

// Accept reports whether the suppressions leave out leaks of any kind at a place.
func (all Suppressions) Accept(stack []memstat.Frame) bool {
	return slices.ContainsFunc(leakNames[:], func(kind string) bool { return all.match(kind, stack) })
}

// match reports whether one of the suppressions matches.
func (all Suppressions) match(kind string, stack []memstat.Frame) bool {
	for _, s := range all {
		if wildcard(s.Kind, kind) && matchFrames(s.Frames, stack) {
			return true
		}
	}
	return false
}

// matchFrames compares the beginning of a stack with patterns. Like a wildcard, "..."
// matches as few frames as it can, and more if the next pattern does not match.
func matchFrames(patterns []string, stack []memstat.Frame) bool {
	return glob(len(patterns)+1, len(stack),
		func(p int) bool { return p == len(patterns) || patterns[p] == "..." }, // the rest of the stack may be any
		func(p, f int) bool { return wildcard(patterns[p], stack[f].Function) })
}

// wildcard compares a text with a pattern, in which "*" stands for any characters.
func wildcard(pattern, text string) bool {
	return glob(len(pattern), len(text),
		func(p int) bool { return pattern[p] == '*' },
		func(p, t int) bool { return pattern[p] == text[t] })
}

// glob reports whether items match patterns, of which some stand for any number of
// items. It is given their numbers. matches compares a pattern of the others with
// an item. It takes time in proportion to the product of both numbers at most.
func glob(patterns, items int, any func(p int) bool, matches func(p, i int) bool) bool {
	p, i := 0, 0
	back, from := -1, 0
	for i < items || p < patterns {
		switch {
		case p < patterns && any(p):
			back, from = p, i
			p++
		case p < patterns && i < items && matches(p, i):
			p++
			i++
		case back >= 0 && from < items:
			from++
			p, i = back+1, from
		default:
			return false
		}
	}
	return true
}
