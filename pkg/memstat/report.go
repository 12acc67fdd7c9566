package memstat

import (
	"encoding/json"

	"github.com/wamr-go/wamr-go/pkg/memstat/probe"
)

// Schema names the report's JSON form. Fields are added to it, never renamed.
const Schema = "wamr-go/report/v1"

// Report is everything that a run tells about memory. Its renderers are
// WriteJSON and WriteText; they format and never compute. A nil pointer
// is something that was not measured, and is absent from JSON. A report is
// plain data: whoever builds it owns it, and it must not change while it is
// rendered.
type Report struct {
	Schema  string         `json:"schema"` // always Schema
	Outcome OutcomeReport  `json:"outcome"`
	Module  *ModuleReport  `json:"module,omitempty"`
	Memory  *MemoryReport  `json:"memory,omitempty"`
	Ledger  *LedgerReport  `json:"ledger,omitempty"`
	Process *ProcessReport `json:"process,omitempty"`
	Cycles  *CyclesReport  `json:"cycles,omitempty"`
	Budget  *BudgetReport  `json:"budget,omitempty"`
	Target  *TargetReport  `json:"target,omitempty"`
}

// Leaked reports whether anything in the report is a leak: an object that a
// closed scope still held, a release of what was not alive, or a trend's
// verdict.
func (r *Report) Leaked() bool {
	if l := r.Ledger; l != nil && (len(l.Leaks) > 0 || l.DoubleReleases > 0) {
		return true
	}
	return r.Cycles != nil && r.Cycles.Verdict == Leaking
}

// OverBudget reports whether a budget was set and passed.
func (r *Report) OverBudget() bool { return r.Budget != nil && r.Budget.Passed }

// OutcomeReport says how the run ended.
type OutcomeReport struct {
	// Kind is "exit", "trap", "timeout", "interrupted" or "error" (the module
	// could not be run).
	Kind string `json:"kind"`
	// ExitCode is the guest's own, for kind "exit" only.
	ExitCode *uint32 `json:"exit_code,omitempty"`
	// Message is the trap or the error; the guest may have chosen its text.
	Message string `json:"message,omitempty"`
}

// ModuleReport describes the binary.
type ModuleReport struct {
	Path        string  `json:"path"`                   // as it was given; "-" is standard input
	SHA256      string  `json:"sha256"`                 // of the binary, in lower-case hexadecimal
	WasmBytes   uint64  `json:"wasm_bytes"`             // size of the binary
	NativeBytes *uint64 `json:"native_bytes,omitempty"` // size of the compiled code
	Functions   uint64  `json:"functions"`              // defined by the module; imports are not counted
	DataBytes   uint64  `json:"data_bytes"`             // sum of its data segments
	Cached      bool    `json:"cached"`                 // compiled code came from the cache
}

// MemoryReport is about the linear memory; over cycles each figure but the
// initial size and the limit is the largest of any cycle.
type MemoryReport struct {
	InitialBytes uint64  `json:"initial_bytes"`           // size at instantiation
	PeakBytes    uint64  `json:"peak_bytes"`              // largest size; wasm memory never shrinks
	TouchedBytes *uint64 `json:"touched_bytes,omitempty"` // pages that hold something, as the system tells
	LimitBytes   uint64  `json:"limit_bytes"`             // size that it may grow to
	Grows        uint64  `json:"grows"`                   // successful memory.grow calls
}

// LedgerReport is the exact account of acquired and released objects.
type LedgerReport struct {
	Kinds          []KindStat `json:"kinds"`
	Leaks          []Leak     `json:"leaks"`
	OpenScopes     int        `json:"open_scopes"`     // instances that were not destroyed yet
	DoubleReleases uint64     `json:"double_releases"` // releases of what was not alive
}

// NewLedgerReport returns the ledger's part of a report.
func NewLedgerReport(s Snapshot) *LedgerReport {
	return &LedgerReport{
		Kinds: s.Kinds, Leaks: s.Leaks,
		OpenScopes: s.OpenScopes, DoubleReleases: s.DoubleReleases,
	}
}

// ProcessReport is the host process after the run and, if it was measured then
// too, before it. In JSON the readings after the run are its own members.
type ProcessReport struct {
	probe.Process
	Before *probe.Process // after compilation, before the first instance; nil if not measured
}

// MarshalJSON returns one object: the readings after the run, then before.
func (r ProcessReport) MarshalJSON() ([]byte, error) {
	text, err := json.Marshal(r.Process)
	if err != nil || r.Before == nil {
		return text, err
	}
	before, err := json.Marshal(r.Before)
	if err != nil {
		return nil, err
	}
	text = text[:len(text)-1] // the closing brace
	if len(text) > 1 {
		text = append(text, ',')
	}
	return append(append(append(text, `"before":`...), before...), '}'), nil
}

// UnmarshalJSON reads what MarshalJSON writes. It ignores unknown members.
func (r *ProcessReport) UnmarshalJSON(data []byte) error {
	var own struct {
		Before *probe.Process `json:"before"`
	}
	if err := json.Unmarshal(data, &own); err != nil {
		return err
	}
	r.Before = own.Before
	return r.Process.UnmarshalJSON(data)
}

// CyclesReport is about repeated instantiation. Latency is the wall time of
// one cycle: instantiate, run, destroy.
type CyclesReport struct {
	Requested uint64  `json:"requested"` // 0 when only a duration was asked for
	Completed uint64  `json:"completed"`
	Workers   int     `json:"workers"`
	PerSecond float64 `json:"per_second"` // completed cycles by wall time
	P50NS     int64   `json:"p50_ns"`     // half of the cycles took no longer
	P99NS     int64   `json:"p99_ns"`
	Trend
	Samples []probe.Sample `json:"samples"`
}

// BudgetReport holds the peak against what was allowed.
type BudgetReport struct {
	LimitBytes uint64 `json:"limit_bytes"`
	PeakBytes  uint64 `json:"peak_bytes"`
	Passed     bool   `json:"passed"` // the peak is above the limit
}

// NewBudgetReport compares a peak with a limit, both in bytes.
func NewBudgetReport(limit, peak uint64) *BudgetReport {
	return &BudgetReport{LimitBytes: limit, PeakBytes: peak, Passed: peak > limit}
}
