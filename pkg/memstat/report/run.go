package report

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// Failure is a reason for which the program that ran the module failed.
type Failure struct {
	Message string `json:"message"`
	// ExitCode is the exit code that this reason asks for; 0 if it leaves the
	// code to others.
	ExitCode int `json:"exit_code"`
}

// Run describes one use of a module.
type Run struct {
	Function    string   `json:"function,omitempty"` // the export that was called; absent for a command's _start
	Arguments   []string `json:"arguments"`          // of the function, or of the guest without argument 0
	Environment []string `json:"environment"`        // names of the guest's variables; values may be secrets
	// Command is the command line of the program that ran the module, with the
	// names of variables only. It is for people to run it again.
	Command   []string  `json:"command,omitempty"`
	Started   time.Time `json:"started,omitzero"`
	ElapsedNS int64     `json:"elapsed_ns,omitempty"` // from Started until the report was put together
}

func (p *page) run(r *Run) {
	p.section("Run")
	if r.Function != "" {
		p.text("function", plain, memstat.Printable(r.Function))
	}
	p.listed("arguments", r.Arguments)
	p.listed("environment", r.Environment)
	if len(r.Command) > 0 {
		p.text("command", plain, memstat.Printable(r.command()))
	}
	if !r.Started.IsZero() {
		p.text("started", plain, r.Started.Format(time.RFC3339))
	}
	if r.ElapsedNS > 0 {
		p.text("elapsed", plain, duration(r.ElapsedNS))
	}
}

// command spells the command line for a POSIX shell.
func (r *Run) command() string {
	words := make([]string, len(r.Command))
	for i, w := range r.Command {
		words[i] = shellQuoted(w)
	}
	return strings.Join(words, " ")
}

// shellQuoted quotes a word that a shell would not keep as it is.
func shellQuoted(word string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_=:,./+@%", r)
	}
	if word != "" && strings.IndexFunc(word, func(r rune) bool { return !plain(r) }) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// listed writes a field for a list of texts.
func (p *page) listed(label string, texts []string) {
	if words := shown(texts); len(words) > 0 {
		for i := range words {
			words[i] = p.encode(words[i])
		}
		p.field(label, plain, fill(words, p.valueWidth())...)
	}
}

// shown quotes texts, and cuts a long list.
func shown(texts []string) []string {
	const most = 20
	var words []string
	for _, s := range texts[:min(len(texts), most)] {
		words = append(words, quoted(s))
	}
	if n := len(texts) - most; n > 0 {
		words = append(words, fmt.Sprintf("and %s more", memstat.Grouped(uint64(n))))
	}
	return words
}

// quoted quotes a text that is not one plain word.
func quoted(s string) string {
	if s == "" || strings.ContainsAny(s, " \"'\\") || memstat.Printable(s) != s {
		return strconv.Quote(s)
	}
	return s
}
