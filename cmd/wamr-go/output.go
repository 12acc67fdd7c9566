package main

import (
	"bytes"
	"fmt"
	"io"
	"sync"

	"github.com/wamr-go/wamr-go/pkg/memstat/report"
)

// output is a stream for wamr-go's own text. It remembers that a part of it was
// lost, which the exit code must show; a guest's output does not go through it.
// (A descriptor that was closed when the process began is /dev/null: the Go
// runtime opens it.) Methods can be called from several goroutines.
type output struct {
	w   io.Writer
	mu  sync.Mutex
	err error
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	n, err := o.w.Write(p)
	if o.err == nil {
		o.err = err
	}
	return n, err
}

// fail remembers an error as that of a Write.
func (o *output) fail(err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err == nil {
		o.err = err
	}
}

// lost returns the first error of a Write.
func (o *output) lost() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.err
}

// writeReports writes the reports to their places. more means that messages
// follow those on standard error. If a file does not accept its report, the
// report goes to standard error, so that nothing is lost, and that is an ending
// of its own.
func writeReports(u *ui, o *options, r *report.Report, reports plannedReports, more bool) []ending {
	var lost []ending
	for _, p := range reports {
		switch {
		case p.place != nil:
			lost = append(lost, p.write(u, o, r)...)
		case p.format == reportText && r.Module == nil:
			// Nothing was run: the error says as much.
		default:
			lost = append(lost, reportToTerminal(u, o, r, p.format, more)...)
		}
	}
	return lost
}

// write writes the report to its place.
func (p plannedReport) write(u *ui, o *options, r *report.Report) []ending {
	text, err := p.render(u, o, r)
	if err == nil {
		err = p.place.write(text)
	}
	if err == nil {
		return nil
	}
	lost := lostReport("written to "+p.file, err)
	if isProfile(p.format) { // which is no text
		return []ending{lost}
	}
	return append(reportToTerminal(u, o, r, p.format, true), lost)
}

// render renders a report for a place that is no terminal.
func (p plannedReport) render(u *ui, o *options, r *report.Report) ([]byte, error) {
	return render(r, p.format, report.Options{Color: o.color == "always", ASCII: u.ascii, LeakKinds: o.leak.listed(), FailKinds: o.leak.fail})
}

// reportToTerminal separates a text report from the guest's output.
func reportToTerminal(u *ui, o *options, r *report.Report, format string, more bool) []ending {
	text, err := render(r, format, report.Options{Color: u.color, ASCII: u.ascii, Width: u.width, LeakKinds: o.leak.listed(), FailKinds: o.leak.fail})
	if err != nil {
		return []ending{lostReport("written", err)}
	}
	if format == reportText {
		text = append([]byte("\n"), text...)
		if more {
			text = append(text, '\n')
		}
	}
	_, _ = u.w.Write(text) // an output, which remembers the error
	return nil
}

func lostReport(how string, err error) ending {
	return ending{code: exitCannotRun, text: fmt.Sprintf("the report could not be %s: %v", how, systemReason(err))}
}

func render(r *report.Report, format string, o report.Options) ([]byte, error) {
	var b bytes.Buffer
	f, _ := report.Lookup(format) // the flag accepts no unknown name
	err := f.Write(&b, r, o)
	return b.Bytes(), err
}
