package vet

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/report"
)

// FromRun returns the row of a module whose run left the report r. The row keeps
// text, the report's JSON. The worst verdict of the report's parts counts.
func FromRun(name string, r *report.Report, text []byte) Entry {
	e := Entry{Path: memstat.Printable(name), Report: json.RawMessage(text)}
	e.InstanceBytes, e.CycleP50NS = instanceBytes(r), cycleP50(r)
	if r.Tool != nil {
		e.ExitCode = r.Tool.ExitCode
	}
	if r.Run != nil {
		e.WallNS = r.Run.ElapsedNS
	}
	e.Verdict, e.Reason = judge(r)
	e.Reason = memstat.Printable(e.Reason)
	return e
}

func judge(r *report.Report) (Verdict, string) {
	message := r.Outcome.Message
	switch over := r.Exceeded(); {
	case r.Leaked():
		_, reason, _ := strings.Cut(r.Verdict(), ": ")
		return Leaking, reason
	case heapFailure(r) != "":
		return Leaking, heapFailure(r)
	case len(over) > 0:
		return OverBudget, budgets(over)
	}
	switch r.Outcome.Kind {
	case "trap":
		return Trapped, message
	case "timeout", "fuel":
		return TimedOut, message
	case report.Running:
		return Missing, "the run is not over"
	case "interrupted":
		return Missing, "the run was interrupted while it ran"
	case "error":
		return Failed, message
	}
	var reasons []string
	verdict := Clean
	switch {
	case r.Cycles != nil && r.Cycles.Verdict != memstat.Clean:
		verdict, reasons = Inconclusive, []string{r.Cycles.Reason}
	case r.Cycles == nil && r.Ledger == nil:
		verdict, reasons = Inconclusive, []string{"nothing was counted"}
	}
	if code := r.Outcome.ExitCode; code != nil && *code != 0 {
		reasons = append(reasons, fmt.Sprintf("the guest exited with %d", *code))
	}
	return verdict, strings.Join(reasons, "; ")
}

// HeapFailure begins the reason of a run that failed because of its guest's heap.
const HeapFailure = "the guest's heap: "

// heapFailure returns that reason, or "". The flags of the run decide which leaks
// of a guest are failures.
func heapFailure(r *report.Report) string {
	if r.GuestHeap == nil || r.Tool == nil {
		return ""
	}
	for _, f := range r.Tool.Failures {
		if strings.HasPrefix(f.Message, HeapFailure) {
			return f.Message
		}
	}
	return ""
}

// budgets lists the exceeded budgets.
func budgets(over []report.FigureBudget) string {
	var texts []string
	for _, b := range over {
		texts = append(texts, b.String())
	}
	return strings.Join(texts, "; ")
}

func cycleP50(r *report.Report) *int64 {
	if r.Cycles == nil || r.Cycles.Completed == 0 {
		return nil
	}
	return &r.Cycles.P50NS
}

// instanceBytes adds up the peaks of an instance's resources. Resources that
// the runtime keeps for the next instance are not included.
func instanceBytes(r *report.Report) *uint64 {
	if r.Ledger == nil || r.Cycles != nil && r.Cycles.Completed == 0 || r.Cycles == nil && r.Memory == nil {
		return nil
	}
	sum := uint64(0)
	for _, k := range r.Ledger.Kinds {
		if !k.Kind.OfRuntime() && k.PeakBytes > 0 {
			sum += uint64(k.PeakBytes)
		}
	}
	return &sum
}
