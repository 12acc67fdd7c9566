package engine

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/census"
	"github.com/wamr-go/wamr-go/pkg/memstat/report"
	"github.com/wamr-go/wamr-go/pkg/memstat/trend"
)

// Run is one use of a module, complete or not.
type Run struct {
	Module *Module      // nil if the module could not be loaded or compiled
	Cycles *CycleResult // nil if no instance was made
	// Err is a failure outside of the guest: of Load, Compile, or a Close. Nil
	// means none. It need not include leaks: the ledger has them.
	Err error
	// Budget is the maximum size of the linear memory and the tables of an
	// instance together, in bytes; 0 means no budget.
	Budget uint64
	// Budgets are limits of figures of the report.
	Budgets []report.Limit
	// Target names a device for which the report prices the ledger, one of
	// [report.Targets]; "" means none.
	Target string
	// Version is the version of the program that embeds the engine, for the
	// report; "" means that of this module, if the build records it.
	Version string

	// A description of the run, for the report only. No report has the values
	// of variables.
	Function    string    // export that was called; "" for none
	Arguments   []string  // of the function, or of the guest without argument 0
	Environment []string  // names of the guest's variables
	Command     []string  // command line of the program that embeds the engine; nil if unknown
	Started     time.Time // start of the run; zero if unknown
}

// Outcome returns the outcome that counts for the run: Err, or that of the
// cycles.
func (r *Run) Outcome() CycleOutcome {
	switch {
	case r.Err != nil:
		return CycleOutcome{Outcome: Outcome{Kind: OutcomeError, Err: r.Err}}
	case r.Cycles != nil:
		return r.Cycles.Outcome()
	default:
		return CycleOutcome{Outcome: Outcome{Kind: OutcomeInterrupted}}
	}
}

// NewReport makes the report of a run. Call it after Module.Close and Runtime.Close:
// only then does the ledger have all leaks. For a run in progress, see [Live], the
// ledger's part is about closed instances. The report's part on cycles is absent if
// they took no samples, for example in a single run. An error is an unknown
// target or figure.
func NewReport(r Run) (*report.Report, error) {
	out := &report.Report{Schema: report.Schema, Outcome: outcomeReport(r.Outcome().Outcome), Tool: toolReport(r), Run: runReport(r)}
	if r.Cycles != nil && r.Cycles.Running {
		out.Outcome = report.Outcome{Kind: report.Running}
	}
	if r.Module == nil {
		return out, nil
	}
	info := report.Module(r.Module.info)
	ledger := r.Module.runtime.Ledger().Snapshot()
	out.Module, out.Ledger = &info, report.NewLedger(ledger)
	for _, u := range r.Module.UnknownImports() {
		out.UnknownImports = append(out.UnknownImports, report.UnknownImport(u))
	}
	c := r.Cycles
	if c == nil || c.Completed == 0 {
		return out, nil
	}
	if c.OpenFDs.Count > 0 {
		left := report.OpenFDs(c.OpenFDs)
		out.Outcome.OpenFDs = &left
	}
	out.Instructions, out.GuestHeap = c.Instructions, c.GuestHeap
	memory := report.Memory(c.Memory)
	out.Memory = &memory
	if c.After != nil {
		out.Process = &report.Process{Process: *c.After, Before: c.Before}
	}
	if c.Samples != nil {
		out.Cycles = cyclesReport(c, ledger.Leaks)
	}
	var targetErr error
	if r.Target != "" {
		out.Target, targetErr = report.NewTarget(r.Target, ledger)
	}
	return out, errors.Join(targetErr, out.Judge(r.limits()))
}

// limits returns all budgets.
func (r *Run) limits() []report.Limit {
	if r.Budget == 0 {
		return r.Budgets
	}
	return append([]report.Limit{{Figure: report.TotalMemory, Most: r.Budget}}, r.Budgets...)
}

// cyclesReport reports the cycles. The ledger's count outweighs the census.
func cyclesReport(c *CycleResult, leaks []memstat.Leak) *report.Cycles {
	out := &report.Cycles{
		Requested: c.Requested, Completed: c.Completed, Workers: c.Workers, PerSecond: c.PerSecond,
		Outcomes: outcomesReport(c), NonzeroExits: c.NonzeroExits, FirstFailure: failureReport(c.FirstFailure),
		P50NS: c.P50.Nanoseconds(), P90NS: c.P90.Nanoseconds(), P99NS: c.P99.Nanoseconds(), MaxNS: c.Max.Nanoseconds(),
		Trend: trend.New(c.Samples), Samples: c.Samples,
	}
	if c.OneInstance {
		out.Unit = unitCall
	}
	out.Running, out.Latency = c.Running, c.Latency
	out.Reason = fmt.Sprintf("the run was too short to tell; run at least %d %ss, or for longer", census.LeastCycles, out.UnitName())
	if c.Running {
		out.Reason = "the run is not over: the hunt for leaks is its last part"
	}
	if h := c.Hunt; h != nil {
		out.Verdict, out.Reason, out.Census = h.Verdict, h.Reason, h.Findings
		if h.Plan.Window > 0 {
			out.Hunt = &report.Hunt{Plan: h.Plan, Counted: h.Counted, HiddenBelow: h.Bound(), GuestHiddenBelow: c.GuestBound}
		}
	}
	if len(leaks) > 0 {
		out.Verdict, out.Reason = memstat.Leaking, "the ledger counted objects that were not given back"
	}
	return out
}

// outcomesReport counts the cycles by outcome.
func outcomesReport(c *CycleResult) map[string]uint64 {
	counts := make(map[string]uint64, len(c.Outcomes))
	for kind, n := range c.Outcomes {
		counts[OutcomeKind(kind).String()] = n
	}
	return counts
}

func failureReport(f *CycleOutcome) *report.CycleFailure {
	if f == nil {
		return nil
	}
	o := outcomeReport(f.Outcome)
	return &report.CycleFailure{Cycle: f.Cycle, Kind: o.Kind, ExitCode: o.ExitCode, Message: o.Message}
}

func runReport(r Run) *report.Run {
	out := &report.Run{
		Function: r.Function, Arguments: slices.Clone(r.Arguments), Environment: slices.Clone(r.Environment),
		Command: slices.Clone(r.Command),
	}
	if !r.Started.IsZero() {
		out.Started, out.ElapsedNS = r.Started.UTC(), max(time.Since(r.Started).Nanoseconds(), 1)
	}
	return out
}

func outcomeReport(o Outcome) report.Outcome {
	r := report.Outcome{Kind: o.Kind.String()}
	if o.Kind == OutcomeExit {
		r.ExitCode = &o.ExitCode
	}
	var trap *TrapError
	var internal *InternalError
	switch {
	case errors.As(o.Err, &trap):
		r.Message, r.Stack, r.StackTruncated = trap.Message, trap.Stack.Frames(), trap.Stack.Truncated()
	case o.Kind == OutcomeFuel:
		r.Message = o.Err.Error()
	case o.Kind == OutcomeError:
		r.Message = o.Err.Error()
		if errors.As(o.Err, &internal) {
			r.Stack, r.StackTruncated = internal.Stack.Frames(), internal.Stack.Truncated()
		}
	}
	return r
}
