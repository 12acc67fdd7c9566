package main

import (
	"bytes"
	"fmt"

	"github.com/wamr-go/wamr-go/pkg/memstat/report"
)

// writeReport writes the report where it is asked for. more says that
// messages follow. What cannot be written to its file goes to standard error,
// so that nothing is lost, and is an ending of its own.
func (j *job) writeReport(r *report.Report, more bool) *ending {
	format := j.reportFormat()
	// A text report of a module that was not run says no more than the error.
	if format == "" || format == reportText && r.Module == nil {
		return nil
	}
	if j.reportFile == "" {
		j.reportToTerminal(r, format, more)
		return nil
	}
	text, err := render(r, format, report.Options{Color: j.color == "always", LeakKinds: j.leak.listed()})
	if err == nil {
		err = j.reportTo.write(text)
	}
	if err == nil {
		return nil
	}
	j.reportToTerminal(r, format, true)
	return &ending{exitCannotRun, fmt.Sprintf("the report could not be written to %s: %v", j.reportFile, systemReason(err)), ""}
}

// reportToTerminal sets a text report apart from what the guest wrote.
func (j *job) reportToTerminal(r *report.Report, format string, more bool) {
	text, err := render(r, format, report.Options{Color: j.ui.color, Width: j.ui.width, LeakKinds: j.leak.listed()})
	if err != nil {
		j.ui.warnf("%v", err)
		return
	}
	if format == reportText {
		text = append([]byte("\n"), text...)
		if more {
			text = append(text, '\n')
		}
	}
	_, _ = j.ui.w.Write(text) // who reads standard error has gone: there is nobody left to tell
}

func render(r *report.Report, format string, o report.Options) ([]byte, error) {
	var b bytes.Buffer
	f, _ := report.Lookup(format) // the flag takes no unknown name
	err := f.Write(&b, r, o)
	return b.Bytes(), err
}
