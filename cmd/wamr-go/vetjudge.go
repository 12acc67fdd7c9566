package main

import (
	"fmt"
	"strings"

	"github.com/wamr-go/wamr-go/cmd/wamr-go/internal/vet"
	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/report"
)

// printable escapes terminal controls.
func printable(text string) string { return memstat.Printable(text) }

// judge makes the row of a module from the end of its process. It reads and
// writes nothing.
func judge(m vet.Module, end childEnd) vet.Entry {
	e := vet.Entry{Path: printable(m.Name)}
	switch {
	case end.err != nil:
		e.Verdict, e.Reason = vet.Failed, systemReason(end.err).Error()
	case end.report == nil:
		e.Verdict, e.Reason = judgeWithout(end)
	default:
		r, _, err := report.Parse(end.report)
		if err != nil {
			e.Verdict, e.Reason = vet.Crashed, fmt.Sprintf("its report cannot be read: %v", err)
			break
		}
		if r.Outcome.Kind == report.Running { // the process ended before its last report
			e.Verdict, e.Reason = judgeWithout(end)
			break
		}
		e = vet.FromRun(m.Name, r, end.report)
		if !e.Verdict.Lost() && e.Verdict != vet.Trapped && e.Verdict != vet.TimedOut {
			judgeProcess(&e, r, end)
		}
	}
	if end.err == nil {
		e.ExitCode, e.WallNS = &end.code, end.wall.Nanoseconds()
	}
	e.Reason = printable(strings.TrimPrefix(e.Reason, m.Path+": "))
	return e
}

// judgeProcess replaces the verdict of a report where the end of the process is
// worse.
func judgeProcess(e *vet.Entry, r *report.Report, end childEnd) {
	switch {
	case end.tooLong:
		e.Verdict, e.Reason = vet.TimedOut, fmt.Sprintf("it took longer than %v", end.most)
		if r.Cycles != nil {
			e.Reason += fmt.Sprintf("; it completed %s cycles", memstat.Grouped(r.Cycles.Completed))
		}
	case end.interrupted:
		e.Verdict, e.Reason = vet.Missing, "the run was interrupted while it ran"
	case end.code == exitCannotRun && r.Outcome.Kind != "error" && errorOf(end.stderr) != "":
		e.Verdict, e.Reason = vet.Failed, errorOf(end.stderr)
	}
}

// judgeWithout judges a module that left no report.
func judgeWithout(end childEnd) (vet.Verdict, string) {
	switch {
	case end.interrupted:
		return vet.Missing, "the run was interrupted while it ran"
	case end.tooLong:
		return vet.TimedOut, fmt.Sprintf("it took longer than %v, and its process was killed", end.most)
	case end.signal == "" && crashOf(end.stderr) == "" && errorOf(end.stderr) != "":
		return vet.Failed, errorOf(end.stderr)
	default:
		return vet.Crashed, end.crash()
	}
}
