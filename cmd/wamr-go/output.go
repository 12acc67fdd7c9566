package main

import (
	"bytes"
	"fmt"
	"io"
	"sync"

	"github.com/wamr-go/wamr-go/pkg/memstat/report"
)

// output is a stream for wamr-go's own text. It remembers that a part of it was
// lost, which the exit code must tell; a guest's output does not go through it.
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

// lost returns the first error of a Write.
func (o *output) lost() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.err
}

// writeReport writes the report where it is asked for: to dest, or standard error
// if that is nil. more says that messages follow. A report that dest does not
// take goes to standard error, so that nothing is lost, and is an ending of its
// own.
func writeReport(u *ui, o *options, r *report.Report, dest *reportFile, more bool) []ending {
	format := o.reportFormat()
	// A text report of a module that was not run says no more than the error.
	if format == "" || format == reportText && r.Module == nil {
		return nil
	}
	if dest == nil {
		return reportToTerminal(u, r, format, more)
	}
	text, err := render(r, format, report.Options{Color: o.color == "always"})
	if err == nil {
		err = dest.write(text)
	}
	if err == nil {
		return nil
	}
	return append(reportToTerminal(u, r, format, true), lostReport("written to "+o.reportFile, err))
}

// reportToTerminal sets a text report apart from what the guest wrote.
func reportToTerminal(u *ui, r *report.Report, format string, more bool) []ending {
	text, err := render(r, format, report.Options{Color: u.color, Width: u.width})
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
	f, _ := report.Lookup(format) // the flag takes no unknown name
	err := f.Write(&b, r, o)
	return b.Bytes(), err
}
