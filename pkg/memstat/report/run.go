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
	Function    string    `json:"function,omitempty"` // the export that was called; absent for a command's _start
	Arguments   []string  `json:"arguments"`          // of the function, or of the guest without argument 0
	Environment []string  `json:"environment"`        // names of the guest's variables; values may be secrets
	Started     time.Time `json:"started,omitzero"`
	ElapsedNS   int64     `json:"elapsed_ns,omitempty"` // from Started until the report was put together
}

func (p *page) run(r *Run) {
	p.section("Run")
	if r.Function != "" {
		p.text("function", plain, memstat.Printable(r.Function))
	}
	p.listed("arguments", r.Arguments)
	p.listed("environment", r.Environment)
	if !r.Started.IsZero() {
		p.text("started", plain, r.Started.Format(time.RFC3339))
	}
	if r.ElapsedNS > 0 {
		p.text("elapsed", plain, duration(r.ElapsedNS))
	}
}

// listed writes a field for a list of texts, and cuts a long one.
func (p *page) listed(label string, texts []string) {
	const most = 20
	if len(texts) == 0 {
		return
	}
	var words []string
	for _, s := range texts[:min(len(texts), most)] {
		words = append(words, p.encode(quoted(s)))
	}
	if n := len(texts) - most; n > 0 {
		words = append(words, fmt.Sprintf("and %s more", memstat.Grouped(uint64(n))))
	}
	p.field(label, plain, fill(words, p.valueWidth())...)
}

// quoted quotes a text that is not one plain word.
func quoted(s string) string {
	if s == "" || strings.ContainsAny(s, " \"'\\") || memstat.Printable(s) != s {
		return strconv.Quote(s)
	}
	return s
}
