package report

import (
	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/census"
	"github.com/wamr-go/wamr-go/pkg/memstat/guestheap"
	"github.com/wamr-go/wamr-go/pkg/memstat/probe"
	"github.com/wamr-go/wamr-go/pkg/memstat/trend"
)

// Schema names the JSON form of a [Report].
const Schema = "wamr-go/report/v1"

// Report holds all measurements of a run. A nil pointer stands for a part that
// was not measured and is absent from JSON. A Report is plain data: it must not
// change while it is rendered.
type Report struct {
	Schema  string  `json:"schema"` // WriteJSON sets it to [Schema]
	Outcome Outcome `json:"outcome"`
	// Instructions counts those that the guest executed; over several cycles, in
	// the cycle with the most.
	Instructions *uint64 `json:"instructions,omitempty"`

	Tool    *Tool    `json:"tool,omitempty"`
	Run     *Run     `json:"run,omitempty"`
	Module  *Module  `json:"module,omitempty"`
	Memory  *Memory  `json:"memory,omitempty"`
	Ledger  *Ledger  `json:"ledger,omitempty"`
	Process *Process `json:"process,omitempty"`
	// GuestHeap has the figures of the guest's own allocator; over several cycles, in
	// the first one, and over several calls, at their end.
	GuestHeap *guestheap.Report `json:"guest_heap,omitempty"`
	Cycles    *Cycles           `json:"cycles,omitempty"`
	Budget    *Budget           `json:"budget,omitempty"`
	// Budgets has all budgets, that of Budget too, in the order in which they were
	// given.
	Budgets []FigureBudget `json:"budgets,omitempty"`
	Target  *Target        `json:"target,omitempty"`
	// UnknownImports lists the functions that the host does not have, if the
	// module was run all the same.
	UnknownImports []UnknownImport `json:"unknown_imports,omitempty"`
}

// UnknownImport is a function that the module imports and the host does not have.
type UnknownImport struct {
	Module string `json:"module"`
	Name   string `json:"name"`
	Calls  uint64 `json:"calls"` // over all cycles
}

// Leaked reports whether the run leaked: a closed scope still held an object,
// something was released twice, or the census found something that grows with
// every cycle.
func (r *Report) Leaked() bool {
	if l := r.Ledger; l != nil && (len(l.Leaks) > 0 || l.DoubleReleases > 0) {
		return true
	}
	return r.Cycles != nil && r.Cycles.Verdict == memstat.Leaking
}

// Running is the kind of the outcome of a run that is not over.
const Running = "running"

// Outcome says how the run ended.
type Outcome struct {
	// Kind is "exit", "trap", "timeout", "interrupted", "fuel" (used up) or
	// "error" (the module could not be run). It is [Running] for a run that is
	// not over.
	Kind string `json:"kind"`
	// ExitCode is the guest's own; set only if Kind is "exit".
	ExitCode *uint32 `json:"exit_code,omitempty"`
	// Message is the text of the trap or error, which the guest may have
	// chosen.
	Message string `json:"message,omitempty"`
	// Stack is the guest's stack at a trap, or at a failure of the host within
	// a call of the guest's, innermost frame first. It is absent if it is not
	// known.
	Stack []memstat.Frame `json:"stack,omitempty"`
	// StackTruncated says that Stack may lack its outermost frames.
	StackTruncated bool `json:"stack_truncated,omitempty"`
	// OpenFDs tells of the descriptors that the guest left open; nil for none.
	OpenFDs *OpenFDs `json:"open_fds,omitempty"`
}

// OpenFDs tells of the descriptors that a guest opened and did not close: the
// most of any cycle. They were closed with the instance and are no leak of the
// host.
type OpenFDs struct {
	Count int    `json:"count"`
	First string `json:"first,omitempty"` // the guest's path of the lowest of them
}

// Tool describes the program that ran the module.
type Tool struct {
	Version  string `json:"version,omitempty"` // of wamr-go; absent if the build does not record it
	Wazero   string `json:"wazero,omitempty"`  // likewise
	Go       string `json:"go"`
	Platform string `json:"platform"` // of the build: operating system and architecture, as in "linux/arm64"
	// Engine is "compiler", if the guest ran as native code, or "interpreter".
	// It is absent if no module was compiled.
	Engine string `json:"engine,omitempty"`
	// EngineReason says why it was that one.
	EngineReason string `json:"engine_reason,omitempty"`
	// ExitCode is the program's own exit code, as far as it is known when the
	// report is written: a report that is lost changes it. Nil for a program
	// that does not end with the run.
	ExitCode *int `json:"exit_code,omitempty"`
	// Failures has all reasons for which the program failed, the one that decides
	// ExitCode last. A guest that exits with a code of its own is none.
	Failures []Failure `json:"failures,omitempty"`
}

// Module describes the binary.
type Module struct {
	Path        string  `json:"path"`                   // as the user gave it; "-" is standard input
	SHA256      string  `json:"sha256"`                 // of the binary, in lower-case hexadecimal
	WasmBytes   uint64  `json:"wasm_bytes"`             // size of the binary
	NativeBytes *uint64 `json:"native_bytes,omitempty"` // size of the compiled code
	Functions   uint64  `json:"functions"`              // defined in the module, without imports
	DataBytes   uint64  `json:"data_bytes"`             // sum of the data segments
	Cached      bool    `json:"cached"`                 // the compiled code came from the cache
	// FromComponent says that the file is a component, and that the figures
	// describe the core module in it, which was run.
	FromComponent bool `json:"extracted_from_component,omitempty"`
}

// Memory describes the linear memory and the tables of an instance. Over several
// cycles, each figure but InitialBytes and LimitBytes is the largest of any
// cycle.
type Memory struct {
	InitialBytes uint64  `json:"initial_bytes"`           // size at instantiation
	PeakBytes    uint64  `json:"peak_bytes"`              // largest size; linear memory never shrinks
	TouchedBytes *uint64 `json:"touched_bytes,omitempty"` // pages in use, as the operating system counts them
	LimitBytes   uint64  `json:"limit_bytes"`             // size up to which it may grow
	Grows        uint64  `json:"grows"`                   // successful memory.grow instructions
	// DeniedGrows counts the memory.grow instructions that failed, without those
	// that asked for more than 4 GiB in all.
	DeniedGrows uint64  `json:"denied_grows"`
	TableBytes  *uint64 `json:"table_bytes,omitempty"` // largest size of all tables together
	TotalBytes  uint64  `json:"total_bytes"`           // PeakBytes and TableBytes of the same instance
	// Stack describes the stack in linear memory; nil if it was not measured.
	Stack *Stack `json:"stack,omitempty"`
	// Layout has the parts of the memory, as far as the module tells them.
	Layout []Region `json:"layout,omitempty"`
	// Touched has the pages in use, joined where they are neighbours.
	Touched []Region `json:"touched,omitempty"`
}

// Stack is the part of the linear memory in which compilers of LLVM keep variables
// whose addresses are taken.
type Stack struct {
	// SizeBytes is the room for it: down to address 0 or, where the data lies below
	// the stack, down to the end of the data segments. There it is too large by the
	// variables without initial values, and SizeIsBound is set.
	SizeBytes   uint64 `json:"size_bytes"`
	SizeIsBound bool   `json:"size_is_bound,omitempty"`
	// PeakBytes is the most that functions took. It is exact but for functions that
	// call no others, which may use 128 bytes more. Beyond SizeBytes the stack ran
	// over into data.
	PeakBytes uint64 `json:"peak_bytes"`
}

// Ledger is the exact account of acquired and released objects.
type Ledger struct {
	Kinds          []memstat.KindStat `json:"kinds"`
	Leaks          []memstat.Leak     `json:"leaks"`
	OpenScopes     int                `json:"open_scopes"`     // instances not destroyed yet
	DoubleReleases uint64             `json:"double_releases"` // releases of objects that were not held
}

// NewLedger returns the ledger's part of a report. It shares the snapshot's
// slices.
func NewLedger(s memstat.Snapshot) *Ledger {
	return &Ledger{
		Kinds: s.Kinds, Leaks: s.Leaks,
		OpenScopes: s.OpenScopes, DoubleReleases: s.DoubleReleases,
	}
}

// Cycles describes repeated work. A cycle is to instantiate, run and destroy an
// instance; with the unit "call" it is a call in one instance. The latency is its
// wall time.
type Cycles struct {
	Unit      string  `json:"unit,omitempty"` // "call"; "" means "cycle"
	Requested uint64  `json:"requested"`      // 0 if only a duration was given
	Completed uint64  `json:"completed"`
	Workers   int     `json:"workers"`
	PerSecond float64 `json:"per_second"` // completed cycles by wall time
	P50NS     int64   `json:"p50_ns"`     // half of the cycles took no longer
	P90NS     int64   `json:"p90_ns"`     // 9 of 10 cycles took no longer
	P99NS     int64   `json:"p99_ns"`     // 99 of 100 cycles took no longer
	MaxNS     int64   `json:"max_ns"`     // of one cycle
	// Running says that the run is not over: cycles and the hunt for leaks follow,
	// so that Verdict is not the last word.
	Running bool `json:"running,omitempty"`
	// Latency counts the cycles by how long they took; nil if that is not known.
	Latency *Latency `json:"latency,omitempty"`
	// Verdict is about the host's side, the counts of the ledger and the census, and
	// with the unit "call" also about the guest's own leaks.
	Verdict memstat.Verdict `json:"verdict"`
	Reason  string          `json:"reason"`
	// Census has the identities that grew in every window of the hunt for
	// leaks.
	Census []census.Finding `json:"census"`
	// Hunt describes the windows of the hunt, and the leaks that it can have
	// missed; absent if there was no hunt.
	Hunt *Hunt `json:"hunt,omitempty"`
	trend.Trend
	Samples []probe.Sample `json:"samples"`

	Outcomes     map[string]uint64 `json:"outcomes"`      // number of cycles by how they ended, in the words of Outcome.Kind
	NonzeroExits uint64            `json:"nonzero_exits"` // cycles that exited with another code than 0
	FirstFailure *CycleFailure     `json:"first_failure,omitempty"`
}

// Latency counts cycles by how long they took.
type Latency struct {
	Count   uint64          `json:"count"`  // cycles
	SumNS   uint64          `json:"sum_ns"` // how long they took together
	Buckets []LatencyBucket `json:"buckets"`
}

// LatencyBucket counts the cycles that took no longer than MostNS, with those of
// the buckets before it. A cycle that took less than 1/128 less may be missing.
type LatencyBucket struct {
	MostNS int64  `json:"most_ns"`
	Count  uint64 `json:"count"`
}

// CycleFailure is the first cycle that was not an exit with code 0.
type CycleFailure struct {
	Cycle    uint64  `json:"cycle"` // from 1
	Kind     string  `json:"kind"`  // as in Outcome, like the others
	ExitCode *uint32 `json:"exit_code,omitempty"`
	Message  string  `json:"message,omitempty"`
}

// Hunt describes the hunt for leaks.
type Hunt struct {
	census.Plan
	Counted []census.Kind `json:"counted"` // the kinds that this system can count
	// HiddenBelow is the smallest leak that is found for certain, in objects per
	// cycle. A slower one could have hidden.
	HiddenBelow float64 `json:"hidden_below"`
	// GuestHiddenBelow is the same for the guest's linear memory, in bytes per
	// call; absent if that was not looked at.
	GuestHiddenBelow float64 `json:"guest_hidden_below,omitempty"`
}

// UnitName returns "cycle" or "call".
func (c *Cycles) UnitName() string {
	if c.Unit == "" {
		return "cycle"
	}
	return c.Unit
}

// side says whose side the verdict is about. A leak of the guest alone is on the
// guest's.
func (c *Cycles) side() string {
	guests := 0
	for _, f := range c.Census {
		if f.Kind.OfGuest() {
			guests++
		}
	}
	switch {
	case guests > 0 && guests == len(c.Census):
		return "in the guest"
	case guests > 0:
		return "in guest and host"
	case c.Unit == "":
		return "on the host's side"
	default:
		return "in host and guest"
	}
}

// Region is a part of the linear memory.
type Region struct {
	Name   string `json:"name,omitempty"` // "stack", "data" or "heap"
	Offset uint64 `json:"offset"`
	Bytes  uint64 `json:"bytes"`
}
