package main

import (
	"errors"
	"fmt"
	"strings"
	"syscall"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/report"
	"github.com/wamr-go/wamr-go/pkg/memstat/trend"
)

// ending is a reason for an exit code, and what is said about it.
type ending struct {
	code int
	text string
	hint string
}

// finish says how the run ended, writes the report and returns the exit code.
func (j *job) finish() int {
	run := engine.Run{Module: j.result.module, Cycles: j.result.cycles, Budget: j.budget, Target: j.target}
	if f := j.result.failure; f != nil {
		run.Err = f
	}
	outcome := run.Outcome()
	switch {
	case j.signal.Load() != 0:
		defer exitAfter(sayPatience, j.exitInterrupted())()
	case outcome.Kind == engine.OutcomeTimeout:
		defer exitAfter(sayPatience, exitTimeout)()
	}
	r, err := engine.NewReport(run)
	if err != nil {
		j.ui.warnf("%v", err)
	}
	if outcome.Kind == engine.OutcomeError {
		j.result.failure = j.cannotRun(outcome.Err)
		r.Outcome.Message = j.result.failure.problem
	}
	endings := j.endings(outcome, r)
	if len(endings) > 0 && r.Outcome.Message == "" {
		r.Outcome.Message = endings[len(endings)-1].text
	}
	j.printStack(outcome)
	if e := j.writeReport(r, len(endings) > 0); e != nil {
		endings = append(endings, *e)
	}
	return j.printEndings(outcome, endings)
}

// exitInterrupted returns the exit code of a run that a signal ended.
func (j *job) exitInterrupted() int {
	if s := syscall.Signal(j.signal.Load()); s != 0 {
		return exitSignal(s)
	}
	return exitSignal(syscall.SIGINT)
}

// endings are the reasons for another exit code than the guest's; the last one
// counts most.
func (j *job) endings(o engine.CycleOutcome, r *report.Report) []ending {
	var list []ending
	if o.Kind == engine.OutcomeInterrupted {
		list = append(list, ending{j.exitInterrupted(), "interrupted" + j.progressText(), ""})
	}
	if r.Leaked() {
		e := ending{code: int(j.leakCode), text: leakText(r)}
		if j.reportFormat() == "" {
			e.hint = "--mem-report tells where it was acquired"
		}
		list = append(list, e)
	}
	if b := r.Budget; b != nil && b.Passed {
		list = append(list, ending{code: int(j.leakCode), text: fmt.Sprintf(
			"the linear memory grew to %s bytes, and the budget is %s", memstat.Grouped(b.PeakBytes), memstat.Grouped(b.LimitBytes))})
	}
	switch o.Kind {
	case engine.OutcomeTrap:
		list = append(list, ending{exitTrap, "the guest trapped" + j.cyclesText(o), ""})
	case engine.OutcomeTimeout:
		text := fmt.Sprintf("the guest timed out after %v%s", j.timeout, j.cyclesText(o))
		if o.Cycle == 0 {
			text = fmt.Sprintf("no cycle ended within %v", j.duration)
		}
		list = append(list, ending{exitTimeout, text, ""})
	case engine.OutcomeError:
		f := j.result.failure
		list = append(list, ending{f.code, f.problem, f.hint})
	}
	return list
}

// progressText says how far an interrupted run of cycles came.
func (j *job) progressText() string {
	c := j.result.cycles
	switch {
	case !j.cycling() || c == nil:
		return ""
	case c.Requested > 0:
		return fmt.Sprintf(" after %s of %s cycles", memstat.Grouped(c.Completed), memstat.Grouped(c.Requested))
	default:
		return fmt.Sprintf(" after %s cycles", memstat.Grouped(c.Completed))
	}
}

// cyclesText says which of several cycles ended so.
func (j *job) cyclesText(o engine.CycleOutcome) string {
	if !j.cycling() {
		return ""
	}
	c := j.result.cycles
	return fmt.Sprintf(" in %s of %s cycles, first in cycle %s",
		memstat.Grouped(c.Outcomes[o.Kind]), memstat.Grouped(c.Completed), memstat.Grouped(o.Cycle))
}

// leakText sums up what was lost.
func leakText(r *report.Report) string {
	var parts []string
	if l := r.Ledger; l != nil {
		if len(l.Leaks) > 0 {
			parts = append(parts, (&memstat.LeakError{Leaks: l.Leaks}).Error())
		}
		if l.DoubleReleases > 0 {
			parts = append(parts, "double releases: "+memstat.Grouped(l.DoubleReleases))
		}
	}
	if c := r.Cycles; len(parts) == 0 && c != nil && c.Verdict == trend.Leaking {
		parts = append(parts, "the process grows by the cycle, "+c.Reason)
	}
	return "leak: " + strings.Join(parts, "; ")
}

// printStack says what a trap was and where, one frame a line.
func (j *job) printStack(o engine.CycleOutcome) {
	var trap *engine.TrapError
	if !errors.As(o.Err, &trap) {
		return
	}
	j.ui.sayTrap(trap.Message)
	for _, frame := range trap.Stack {
		j.ui.line("at " + frame.String())
	}
	if trap.StackTruncated {
		j.ui.line("... maybe followed by omitted frames")
	}
}

// printEndings says the reasons, the last with the exit code, and returns the
// code.
func (j *job) printEndings(o engine.CycleOutcome, list []ending) int {
	code := int(o.ExitCode)
	decides := -1
	for i, e := range list {
		if e.code != 0 { // --error-exitcode 0 leaves it to the others
			code, decides = e.code, i
		}
	}
	if c := j.result.cycles; c != nil && c.Cut > 0 {
		j.ui.warnf("cycles that were not over when the run was: %s", memstat.Grouped(c.Cut))
	}
	if j.cycling() && o.Kind == engine.OutcomeExit && o.ExitCode != 0 {
		j.ui.warnf("the guest exited with %d%s", o.ExitCode, j.cyclesText(o))
	}
	for i, e := range list {
		if i == decides && code != exitCannotRun {
			e.text = fmt.Sprintf("%s (exit code %d)", e.text, code)
		}
		j.ui.errorf("%s", e.text)
		if e.hint != "" {
			j.ui.hintf("%s", e.hint)
		}
	}
	if decides >= 0 {
		return code
	}
	if err := j.closeError(); err != nil {
		j.ui.warnf("destroying the instance: %v", err)
	}
	if o.ExitCode > 255 {
		j.ui.warnf("the guest exited with %d, of which the system keeps %d", o.ExitCode, o.ExitCode&255)
	} else if o.ExitCode != 0 {
		j.ui.notef("the guest exited with %d", o.ExitCode)
	}
	return code
}

func (j *job) closeError() error {
	if j.result.cycles == nil {
		return nil
	}
	return j.result.cycles.CloseErr
}
