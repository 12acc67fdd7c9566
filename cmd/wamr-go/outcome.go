package main

import (
	"cmp"
	"fmt"
	"strings"
	"syscall"
	"time"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/report"
)

// The functions of this file decide the endings and the exit code of a run.
// They read and write nothing.

// ending is a reason for another exit code than the guest's.
type ending struct {
	code int // 0 leaves it to the others
	text string
	hint string // to type next, or ""
}

// endings lists all reasons; the last one with a code decides. explain turns an
// error into a failure.
func endings(r result, rep *report.Report, o *options, explain func(error) *failure) []ending {
	var list []ending
	if interrupted(r) {
		signal := cmp.Or(r.signal, syscall.SIGINT)
		list = append(list, ending{code: exitSignal(signal), text: "interrupted" + progressText(r.Cycles, o)})
	}
	if rep.Leaked() {
		e := ending{code: int(o.leakCode), text: rep.Verdict()}
		if len(o.reportPlan()) == 0 {
			e.hint = "--mem-report tells where it was acquired"
		}
		list = append(list, e)
	}
	if text, ok := o.leak.ending(rep.GuestHeap); ok {
		list = append(list, ending{code: int(o.leakCode), text: text})
	}
	list = append(list, budgetEndings(rep, o.leakCode)...)
	list = append(list, guestEndings(r.Cycles, o, explain)...)
	for _, err := range r.errs {
		list = append(list, explain(err).ending())
	}
	if r.lost != nil {
		list = append(list, ending{code: exitCannotRun, text: fmt.Sprintf(
			"the results of %s could not be printed: %v", o.invoke, systemReason(r.lost))})
	}
	if r.traceLost != nil {
		list = append(list, ending{code: exitCannotRun, text: fmt.Sprintf(
			"the trace could not be written to %s: %v", o.traceFile, systemReason(r.traceLost))})
	}
	if r.profileLost != nil {
		list = append(list, ending{code: exitCannotRun, text: fmt.Sprintf(
			"the profile could not be written to %s: %v", o.cpuProfile, systemReason(r.profileLost))})
	}
	return list
}

// interrupted reports whether a signal kept the run from its end.
func interrupted(r result) bool {
	c := r.Cycles
	if c == nil {
		return len(r.errs) == 0
	}
	return c.Outcome().Kind == engine.OutcomeInterrupted ||
		c.Stopped && (c.Requested == 0 || c.Completed < c.Requested)
}

// guestEndings has a row for each way in which guests failed. The first failure
// of all decides, so its row is the last.
func guestEndings(c *engine.CycleResult, o *options, explain func(error) *failure) []ending {
	switch {
	case c == nil:
		return nil
	case c.FirstFailure == nil && c.Outcome().Kind == engine.OutcomeTimeout:
		return []ending{{code: exitTimeout, text: fmt.Sprintf("no cycle ended within %v", o.duration)}}
	case c.FirstFailure == nil:
		return nil
	}
	var list []ending
	var first ending
	for _, kind := range [...]engine.OutcomeKind{engine.OutcomeError, engine.OutcomeFuel, engine.OutcomeTimeout, engine.OutcomeTrap} {
		if c.Outcomes[kind] == 0 {
			continue
		}
		e := guestEnding(kind, c, o, explain)
		if kind == c.FirstFailure.Kind {
			first = e
		} else {
			list = append(list, e)
		}
	}
	if first.text != "" {
		list = append(list, first)
	}
	return list
}

func guestEnding(kind engine.OutcomeKind, c *engine.CycleResult, o *options, explain func(error) *failure) ending {
	where := cyclesText(kind, c.Outcomes[kind], c, o)
	switch kind {
	case engine.OutcomeTrap:
		return ending{code: exitTrap, text: "the guest trapped" + where}
	case engine.OutcomeTimeout:
		return ending{code: exitTimeout, text: fmt.Sprintf("the guest timed out after %v%s", o.timeout, where)}
	case engine.OutcomeFuel:
		return ending{code: exitTimeout, text: fmt.Sprintf("the guest used up its fuel of %s instructions%s", memstat.Grouped(o.fuel), where)}
	}
	if c.FirstFailure.Kind == kind {
		return explain(c.FirstFailure.Err).ending()
	}
	return ending{code: exitCannotRun, text: "the guest could not be run" + where}
}

// progressText returns the progress of an interrupted run of cycles.
func progressText(c *engine.CycleResult, o *options) string {
	switch {
	case !o.cycling() || c == nil:
		return ""
	case c.Requested > 0:
		return fmt.Sprintf(" after %s of %s %ss", memstat.Grouped(c.Completed), memstat.Grouped(c.Requested), o.unit())
	default:
		return fmt.Sprintf(" after %s %ss", memstat.Grouped(c.Completed), o.unit())
	}
}

// cyclesText returns the number of cycles that ended in the given way, and the first
// one if it is known.
func cyclesText(kind engine.OutcomeKind, n uint64, c *engine.CycleResult, o *options) string {
	if !o.cycling() {
		return ""
	}
	text := fmt.Sprintf(" in %s of %s %ss", memstat.Grouped(n), memstat.Grouped(c.Completed), o.unit())
	if c.FirstFailure.Kind == kind {
		text += fmt.Sprintf(", first in %s %s", o.unit(), memstat.Grouped(c.FirstFailure.Cycle))
	}
	return text
}

// outcomeMessage returns the message of the report's outcome: that of a trap or
// an error, otherwise the reason that decides.
func outcomeMessage(r result, rep *report.Report, list []ending, explain func(error) *failure) string {
	if o := r.Outcome(); o.Kind == engine.OutcomeError {
		return explain(o.Err).problem
	}
	if rep.Outcome.Message != "" || len(list) == 0 {
		return rep.Outcome.Message
	}
	return list[len(list)-1].text
}

// tellTool adds wamr-go's own ending to a report.
func tellTool(t *report.Tool, r result, list []ending) {
	code, decides := exitCode(exitOf(r), list)
	t.ExitCode = &code
	for i, e := range list {
		if i != decides {
			t.Failures = append(t.Failures, e.failure())
		}
	}
	if decides >= 0 {
		t.Failures = append(t.Failures, list[decides].failure())
	}
}

func (e ending) failure() report.Failure { return report.Failure{Message: e.text, ExitCode: e.code} }

const unknown = "of unknown version"

// aboutRun returns the messages besides the endings: the verdict on cycles if
// nothing else contains it, and notes for -v.
func aboutRun(rep *report.Report, o *options) []message {
	var lines []message
	if o.cycling() && o.quiet && !o.printsText() && rep.Cycles != nil && !rep.Leaked() {
		w, reason, _ := strings.Cut(rep.Verdict(), ": ")
		lines = append(lines, message{word(w), reason})
	}
	t := rep.Tool
	lines = append(lines, note("wamr-go %s, wazero %s, %s, %s", cmp.Or(t.Version, unknown), cmp.Or(t.Wazero, unknown), t.Go, t.Platform))
	if t.Engine != "" {
		lines = append(lines, note("engine: %s (%s)", t.Engine, t.EngineReason))
	}
	return append(lines, note("elapsed: %v", time.Duration(rep.Run.ElapsedNS).Round(time.Microsecond)))
}

// conclude returns the messages about the end of a run, the reason that decides
// last, and the exit code.
func conclude(r result, o *options, list []ending) (lines []message, code int) {
	guest := exitOf(r)
	code, decides := exitCode(guest, list)
	if o.cycling() && guest != 0 {
		c := r.Cycles
		lines = append(lines, warning("the guest exited with %d%s", guest, cyclesText(engine.OutcomeExit, c.NonzeroExits, c, o)))
	}
	if c := r.Cycles; c != nil && c.Cut > 0 {
		lines = append(lines, warning("cycles that were not over when the run was: %s", memstat.Grouped(c.Cut)))
	}
	if c := r.Cycles; c != nil && c.CloseErr != nil {
		lines = append(lines, warning("destroying the instance: %v", c.CloseErr))
	}
	for i, e := range list {
		if i == decides && code != exitCannotRun {
			e.text = fmt.Sprintf("%s (exit code %d)", e.text, code)
		}
		lines = append(lines, message{wordError, e.text})
		if e.hint != "" {
			lines = append(lines, message{wordHint, e.hint})
		}
	}
	switch {
	case decides >= 0:
	case guest > 255:
		lines = append(lines, warning("the guest exited with %d, of which the system keeps %d", guest, guest&255))
	case guest != 0:
		lines = append(lines, note("the guest exited with %d", guest))
	}
	return lines, code
}

// exitOf returns the exit code of the guest, or 0 if it has none.
func exitOf(r result) uint32 {
	if r.Cycles == nil {
		return 0
	}
	return r.Cycles.Outcome().ExitCode
}

// exitCode returns the exit code of the process, and the index of the ending that
// decides it, or -1 if the guest does.
func exitCode(guest uint32, list []ending) (code, decides int) {
	code, decides = int(guest), -1
	for i, e := range list {
		if e.code != 0 {
			code, decides = e.code, i
		}
	}
	return code, decides
}
