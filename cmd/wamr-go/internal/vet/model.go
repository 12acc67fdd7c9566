// Package vet is the model of a run over many modules: the list of modules,
// their shards, the verdict on each, and the merging and writing of parts. It
// starts no process; package main does that.
package vet

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// Schema names the JSON form of a [Report].
const Schema = "wamr-go/vet/v1"

// Verdict is the result of a module. The texts are part of the schema.
type Verdict string

// The verdicts, the mildest first. Of two rows about one module the worse one
// counts.
const (
	Missing      Verdict = "missing"      // it was not run
	Clean        Verdict = "clean"        // nothing grows with every cycle
	Inconclusive Verdict = "inconclusive" // too few cycles to tell
	Trapped      Verdict = "trap"         // a cycle trapped
	TimedOut     Verdict = "timeout"      // a cycle, or the module as a whole, took too long
	Failed       Verdict = "error"        // it could not be run
	Crashed      Verdict = "crash"        // its process ended without a report
	OverBudget   Verdict = "budget"       // a figure is above its budget
	Leaking      Verdict = "leak"         // something was not given back
)

var verdicts = []Verdict{Missing, Clean, Inconclusive, Trapped, TimedOut, Failed, Crashed, OverBudget, Leaking}

func (v Verdict) severity() int { return slices.Index(verdicts, v) }

// Judged reports whether the module ran to its end, so that the verdict is
// about leaks and budgets.
func (v Verdict) Judged() bool {
	return v == Clean || v == Inconclusive || v.Lost()
}

// Lost reports whether something was not given back, or is above its budget.
func (v Verdict) Lost() bool { return v == Leaking || v == OverBudget }

// Entry is a row: one module.
type Entry struct {
	// Path is the name of the module, with terminal controls escaped: see
	// [Module].
	Path    string  `json:"path"`
	Verdict Verdict `json:"verdict"`
	// Reason explains the verdict; "" if there is nothing to explain.
	Reason string `json:"reason,omitempty"`
	// ExitCode is that of the module's process; 128 and the signal's number if
	// a signal ended it. It is absent if there was no process.
	ExitCode *int `json:"exit_code,omitempty"`
	// WallNS is the time that the process took, in nanoseconds.
	WallNS int64 `json:"wall_ns,omitempty"`
	// InstanceBytes is an upper bound of one instance's memory: the peak of its
	// linear memory and of the objects that the host holds for it.
	InstanceBytes *uint64 `json:"instance_bytes,omitempty"`
	// CycleP50NS is the median time of a cycle, in nanoseconds.
	CycleP50NS *int64 `json:"cycle_p50_ns,omitempty"`
	// Report is the module's own report, of the schema wamr-go/report/v1.
	Report json.RawMessage `json:"report,omitempty"`
}

// MissingEntry returns the row of a module that was not run.
func MissingEntry(name, format string, args ...any) Entry {
	return Entry{Path: memstat.Printable(name), Verdict: Missing, Reason: fmt.Sprintf(format, args...)}
}

// Report is a run over many modules, or over the share of one shard, or several
// of them merged. It is plain data.
type Report struct {
	Schema string `json:"schema"`
	// Version is that of the program; "" if the build does not record it.
	Version string `json:"version,omitempty"`
	// Root is the directory to which the paths are relative; "" if there is none.
	Root string `json:"root,omitempty"`
	// Shard is the share that was run; nil for all modules, and after a merge.
	Shard *Shard `json:"shard,omitempty"`
	// MissingShards lists the shards for which a merge had no part.
	MissingShards []Shard `json:"missing_shards,omitempty"`
	// Interrupted is true if a signal ended the run.
	Interrupted bool            `json:"interrupted,omitempty"`
	Verdicts    map[Verdict]int `json:"verdicts"` // modules by verdict
	Modules     []Entry         `json:"modules"`  // sorted by path, each path once
}

// Summary returns the number of modules by verdict, the worst first, as a
// sentence.
func (r *Report) Summary() string {
	text := memstat.Grouped(uint64(len(r.Modules))) + " modules"
	if len(r.Modules) == 1 {
		text = "1 module"
	}
	if r.Shard != nil {
		text += " of shard " + r.Shard.String()
	}
	separator := ": "
	for _, v := range slices.Backward(verdicts) {
		if n := r.Verdicts[v]; n > 0 {
			text += fmt.Sprintf("%s%s %s", separator, memstat.Grouped(uint64(n)), v)
			separator = ", "
		}
	}
	return text
}

// NewReport returns a report of these rows. It takes over the slice and sorts it.
func NewReport(modules []Entry) *Report {
	if modules == nil {
		modules = []Entry{}
	}
	slices.SortFunc(modules, func(a, b Entry) int { return strings.Compare(a.Path, b.Path) })
	r := &Report{Schema: Schema, Modules: modules, Verdicts: map[Verdict]int{}}
	for _, m := range modules {
		r.Verdicts[m.Verdict]++
	}
	return r
}

// Lost returns the number of modules that leak or exceed a budget.
func (r *Report) Lost() int { return r.count(Verdict.Lost) }

// Unjudged returns the number of modules that did not run to their end.
func (r *Report) Unjudged() int { return r.count(func(v Verdict) bool { return !v.Judged() }) }

func (r *Report) count(matches func(Verdict) bool) int {
	n := 0
	for _, m := range r.Modules {
		if matches(m.Verdict) {
			n++
		}
	}
	return n
}
