package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/fatih/color"
	"golang.org/x/term"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// ui is the voice of wamr-go on standard error. Each message begins with a word:
// error for a problem that ends the run, warning for one that does not, hint for
// the text to type next, note for information.
type ui struct {
	w       io.Writer
	width   int  // of the terminal, in columns; 0 if it is none: lines are not wrapped
	color   bool // also of the text report
	ascii   bool // no other characters, likewise
	quiet   bool
	verbose bool
}

// maxWidth is the longest line, in columns, that is still easy to read.
const maxWidth = 100

// newUI returns a ui for o, with the width and colour of its terminal, if any.
func newUI(o *output) *ui {
	u := &ui{w: o, ascii: asciiLocale(os.Getenv)}
	if f, ok := o.w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		u.width = 80
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
			u.width = min(width, maxWidth)
		}
		u.color = os.Getenv("TERM") != "dumb" && os.Getenv("CLICOLOR") != "0"
	}
	if force := os.Getenv("CLICOLOR_FORCE"); force != "" && force != "0" { // https://bixense.com/clicolors
		u.color = true
	}
	if os.Getenv("NO_COLOR") != "" { // https://no-color.org
		u.color = false
	}
	return u
}

// encode spells a printable text with the characters that the user's terminal
// has.
func (u *ui) encode(text string) string {
	if u.ascii {
		return memstat.ASCII(text)
	}
	return text
}

// text returns a writer for lines of printable text.
func (u *ui) text() io.Writer {
	if u.ascii {
		return asciiWriter{u.w}
	}
	return u.w
}

// asciiWriter spells text in ASCII. Each Write is whole lines.
type asciiWriter struct{ w io.Writer }

func (a asciiWriter) Write(p []byte) (int, error) {
	if _, err := io.WriteString(a.w, memstat.ASCII(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// setColor applies --color, which overrides NO_COLOR.
func (u *ui) setColor(when string) {
	switch when {
	case "always":
		u.color = true
	case "never":
		u.color = false
	}
}

// word is the first word of a message.
type word string

const (
	wordError   word = "error"
	wordTrap    word = "trap"
	wordWarning word = "warning"
	wordHint    word = "hint"
	wordNote    word = "note"

	// The verdicts of a report. That of a leak is an error.
	wordClean  word = "clean"
	wordUnsure word = "inconclusive"
)

// message is a text for the user. It may contain any bytes, and line breaks.
type message struct {
	word word
	text string
}

func warning(format string, args ...any) message {
	return message{wordWarning, fmt.Sprintf(format, args...)}
}

func note(format string, args ...any) message {
	return message{wordNote, fmt.Sprintf(format, args...)}
}

func (u *ui) errorf(format string, args ...any) {
	u.say(message{wordError, fmt.Sprintf(format, args...)})
}

func (u *ui) warnf(format string, args ...any) { u.say(warning(format, args...)) }

func (u *ui) hintf(format string, args ...any) {
	u.say(message{wordHint, fmt.Sprintf(format, args...)})
}

// infof prints a note that the user needs; -q silences it.
func (u *ui) infof(format string, args ...any) {
	if !u.quiet {
		u.write(message{wordNote, fmt.Sprintf(format, args...)})
	}
}

// notef prints a note for -v.
func (u *ui) notef(format string, args ...any) {
	if u.verbose {
		u.say(message{wordNote, fmt.Sprintf(format, args...)})
	}
}

// trap prints a trap and its place, one frame a line, if err is one.
func (u *ui) trap(err error) {
	var trap *engine.TrapError
	if !errors.As(err, &trap) {
		return
	}
	u.say(message{wordTrap, trap.Message})
	for _, frame := range trap.Stack.Frames() {
		u.line("at " + frame.String())
	}
	if trap.Stack.Truncated() {
		u.line("... maybe followed by omitted frames")
	}
}

// fail prints the reason of a failure and returns its exit code.
func (u *ui) fail(err error) int {
	f := failureOf(err)
	u.errorf("%s", f.problem)
	if f.hint != "" {
		u.hintf("%s", f.hint)
	}
	return f.code
}

// say writes a message, unless -q silences it or it needs -v.
func (u *ui) say(m message) {
	if m.word == wordWarning && u.quiet || m.word == wordNote && !u.verbose {
		return
	}
	u.write(m)
}

// write writes a message. Its further lines, its own or wrapped ones, are
// indented. A pipe gets long lines unwrapped, for grep.
func (u *ui) write(m message) {
	const indent = "  "
	var b strings.Builder
	prefix := u.paint(string(m.word)+":", colorOf(m.word), color.Bold) + " "
	taken := len(m.word) + len(": ") // columns of the next line
	for line := range strings.SplitSeq(strings.TrimRight(m.text, "\n"), "\n") {
		own := len(line) - len(strings.TrimLeft(line, " "))
		for _, part := range wrap(u.encode(memstat.Printable(line)), u.width-taken-own) {
			b.WriteString(prefix + part + "\n")
			prefix = indent + strings.Repeat(" ", own)
		}
		prefix, taken = indent, len(indent)
	}
	fmt.Fprint(u.w, b.String())
}

func colorOf(w word) color.Attribute {
	switch w {
	case wordError, wordTrap:
		return color.FgRed
	case wordWarning, wordUnsure:
		return color.FgYellow
	case wordHint:
		return color.FgCyan
	case wordClean:
		return color.FgGreen
	default:
		return color.Faint
	}
}

// line writes an indented line without a first word, such as a frame of a stack.
func (u *ui) line(text string) {
	fmt.Fprintf(u.w, "    %s\n", u.encode(memstat.Printable(text)))
}

func (u *ui) paint(text string, attributes ...color.Attribute) string {
	if !u.color {
		return text
	}
	c := color.New(attributes...)
	c.EnableColor() // the package's own guess is about standard output
	return c.Sprint(text)
}

// wrap breaks a line at spaces into lines of at most width columns, or longer
// where a word is. It keeps the line's indent; a width below 1 breaks nothing.
func wrap(text string, width int) []string {
	if width < 1 || utf8.RuneCountInString(text) <= width {
		return []string{text}
	}
	body := strings.TrimLeft(text, " ")
	line := text[:len(text)-len(body)]
	var lines []string
	empty := true
	for word := range strings.FieldsSeq(body) {
		if !empty && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			lines = append(lines, line)
			line, empty = "", true
		}
		if !empty {
			line += " "
		}
		line += word
		empty = false
	}
	return append(lines, line)
}
