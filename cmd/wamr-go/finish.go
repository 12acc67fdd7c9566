package main

import (
	"errors"
	"fmt"
	"strings"

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
	outcome := j.outcome()
	r := j.buildReport(outcome)
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

// outcome is the one that counts: of the first cycle that was not a clean exit,
// if there is one. Its cycle is 0 where no single cycle is meant.
func (j *job) outcome() engine.CycleOutcome {
	r := &j.result
	interrupted := engine.Outcome{Kind: engine.OutcomeInterrupted}
	switch c := r.cycles; {
	case r.failure != nil:
		return engine.CycleOutcome{Outcome: engine.Outcome{Kind: engine.OutcomeError, Err: r.failure}}
	case c.Completed == 0:
		return engine.CycleOutcome{Outcome: interrupted}
	case c.Bad != nil && c.Bad.Kind == engine.OutcomeError:
		r.failure = j.cannotRun(c.Bad.Err)
		return engine.CycleOutcome{Cycle: c.Bad.Cycle, Outcome: engine.Outcome{Kind: engine.OutcomeError, Err: r.failure}}
	case c.Bad != nil:
		return *c.Bad
	case j.stopped.Load() && j.cycling() && (c.Requested == 0 || c.Completed < c.Requested):
		return engine.CycleOutcome{Outcome: interrupted}
	default:
		return engine.CycleOutcome{Cycle: 1, Outcome: c.First}
	}
}

// endings are the reasons for another exit code than the guest's; the last one
// counts most.
func (j *job) endings(o engine.CycleOutcome, r *report.Report) []ending {
	var list []ending
	if o.Kind == engine.OutcomeInterrupted {
		list = append(list, ending{exitInterrupted, "interrupted" + j.progressText(), ""})
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
			"the linear memory grew to %s bytes, and the budget is %s", report.Grouped(b.PeakBytes), report.Grouped(b.LimitBytes))})
	}
	switch o.Kind {
	case engine.OutcomeTrap:
		list = append(list, ending{exitTrap, "the guest trapped" + j.cyclesText(o), ""})
	case engine.OutcomeTimeout:
		list = append(list, ending{exitTimeout, fmt.Sprintf("the guest timed out after %v%s", j.timeout, j.cyclesText(o)), ""})
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
		return fmt.Sprintf(" after %s of %s cycles", report.Grouped(c.Completed), report.Grouped(c.Requested))
	default:
		return fmt.Sprintf(" after %s cycles", report.Grouped(c.Completed))
	}
}

// cyclesText says which of several cycles ended so.
func (j *job) cyclesText(o engine.CycleOutcome) string {
	if !j.cycling() {
		return ""
	}
	c := j.result.cycles
	return fmt.Sprintf(" in %s of %s cycles, first in cycle %s",
		report.Grouped(c.Outcomes[o.Kind]), report.Grouped(c.Completed), report.Grouped(o.Cycle))
}

// leakText sums up what was lost.
func leakText(r *report.Report) string {
	var parts []string
	if l := r.Ledger; l != nil {
		if lost := lostText(l.Leaks); lost != "" {
			parts = append(parts, lost)
		}
		if l.DoubleReleases > 0 {
			parts = append(parts, "double releases: "+report.Grouped(l.DoubleReleases))
		}
	}
	if c := r.Cycles; len(parts) == 0 && c != nil && c.Verdict == trend.Leaking {
		parts = append(parts, "the process grows by the cycle, "+c.Reason)
	}
	return "leak: " + strings.Join(parts, "; ")
}

// lostText adds up the leaks of each kind.
func lostText(leaks []memstat.Leak) string {
	var kinds []memstat.Kind
	sums := map[memstat.Kind]memstat.Leak{}
	for _, l := range leaks {
		sum, seen := sums[l.Kind]
		if !seen {
			kinds = append(kinds, l.Kind)
		}
		sum.Objects += l.Objects
		sum.Bytes += l.Bytes
		sums[l.Kind] = sum
	}
	var parts []string
	for _, k := range kinds {
		parts = append(parts, fmt.Sprintf("%s %s (%s bytes)",
			report.Grouped(uint64(sums[k].Objects)), k, report.Grouped(uint64(max(sums[k].Bytes, 0)))))
	}
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(parts, ", ") + " not given back"
}

// printStack says what a trap was and where, one frame a line.
func (j *job) printStack(o engine.CycleOutcome) {
	var trap *engine.TrapError
	if !errors.As(o.Err, &trap) {
		return
	}
	j.ui.sayTrap(trap.Message)
	for _, frame := range trap.Stack {
		if source, ok := strings.CutPrefix(frame, "\t"); ok {
			j.ui.line("       " + source)
			continue
		}
		j.ui.line("at " + frame)
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
