package main

import (
	"encoding/json"
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
	if end.err == nil {
		e.ExitCode, e.WallNS = &end.code, end.wall.Nanoseconds()
	}
	s, err := readSummary(end.report)
	switch {
	case end.err != nil:
		e.Verdict, e.Reason = vet.Failed, systemReason(end.err).Error()
	case end.report == nil:
		e.Verdict, e.Reason = judgeWithout(end)
	case err != nil:
		e.Verdict, e.Reason = vet.Crashed, fmt.Sprintf("its report cannot be read: %v", err)
	default:
		e.Report = end.report
		e.InstanceBytes, e.CycleP50NS = s.instanceBytes(), s.cycleP50()
		e.Verdict, e.Reason = s.judge(end)
	}
	e.Reason = printable(strings.TrimPrefix(e.Reason, m.Path+": "))
	return e
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

// summary has the parts of a module's report that decide its row.
type summary struct {
	Outcome report.Outcome `json:"outcome"`
	Ledger  *report.Ledger `json:"ledger"`
	Cycles  *struct {
		Completed uint64          `json:"completed"`
		P50NS     int64           `json:"p50_ns"`
		Verdict   memstat.Verdict `json:"verdict"`
		Reason    string          `json:"reason"`
	} `json:"cycles"`
	Budgets []report.FigureBudget `json:"budgets"`
}

func readSummary(text []byte) (*summary, error) {
	var s summary
	if text == nil {
		return &s, nil
	}
	return &s, json.Unmarshal(text, &s)
}

// judge returns the worst verdict of the report's parts.
func (s *summary) judge(end childEnd) (vet.Verdict, string) {
	r := &report.Report{Ledger: s.Ledger, Budgets: s.Budgets}
	if c := s.Cycles; c != nil {
		r.Cycles = &report.Cycles{Verdict: c.Verdict, Reason: c.Reason}
	}
	message := s.Outcome.Message
	switch over := r.Exceeded(); {
	case r.Leaked():
		return vet.Leaking, strings.TrimPrefix(r.Verdict(), "leak: ")
	case len(over) > 0:
		return vet.OverBudget, budgetsText(over)
	case s.Outcome.Kind == "trap":
		return vet.Trapped, message
	case s.Outcome.Kind == "timeout":
		return vet.TimedOut, message
	case end.tooLong:
		return vet.TimedOut, fmt.Sprintf("it took longer than %v%s", end.most, s.progress())
	case end.interrupted || s.Outcome.Kind == "interrupted":
		return vet.Missing, "the run was interrupted while it ran"
	case s.Outcome.Kind == "error" || s.Cycles == nil:
		return vet.Failed, message
	case end.code == exitCannotRun && errorOf(end.stderr) != "":
		return vet.Failed, errorOf(end.stderr)
	}
	return s.judgeCycles()
}

// budgetsText lists the exceeded budgets.
func budgetsText(over []report.FigureBudget) string {
	var texts []string
	for _, b := range over {
		texts = append(texts, b.String())
	}
	return strings.Join(texts, "; ")
}

// judgeCycles judges a module that ran without a failure.
func (s *summary) judgeCycles() (vet.Verdict, string) {
	verdict, reasons := vet.Clean, []string(nil)
	if s.Cycles.Verdict != memstat.Clean {
		verdict, reasons = vet.Inconclusive, []string{s.Cycles.Reason}
	}
	if code := s.Outcome.ExitCode; code != nil && *code != 0 {
		reasons = append(reasons, fmt.Sprintf("the guest exited with %d", *code))
	}
	return verdict, strings.Join(reasons, "; ")
}

func (s *summary) progress() string {
	if s.Cycles == nil {
		return ""
	}
	return fmt.Sprintf("; it completed %s cycles", memstat.Grouped(s.Cycles.Completed))
}

func (s *summary) cycleP50() *int64 {
	if s.Cycles == nil || s.Cycles.Completed == 0 {
		return nil
	}
	return &s.Cycles.P50NS
}

// instanceBytes adds up the peaks of an instance's resources. Resources that
// the runtime keeps for the next instance are not included.
func (s *summary) instanceBytes() *uint64 {
	if s.Ledger == nil || s.Cycles == nil || s.Cycles.Completed == 0 {
		return nil
	}
	sum := uint64(0)
	for _, k := range s.Ledger.Kinds {
		if k.Kind != memstat.KindSlot && k.Kind != memstat.KindImage && k.PeakBytes > 0 {
			sum += uint64(k.PeakBytes)
		}
	}
	return &sum
}
