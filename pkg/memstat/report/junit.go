package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/wamr-go/wamr-go/internal/junit"
	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/guestheap"
)

// WriteJUnit writes the report as JUnit XML: a suite with a case for the outcome,
// for leaks, for the guest's heap and for each budget, as far as there are any. A
// leak of the guest fails its case if o.FailKinds has its kind.
func WriteJUnit(w io.Writer, r *Report, o Options) error {
	doc := junit.Report{Name: "wamr-go", Suites: []junit.Suite{r.suite(o.FailKinds)}}
	if _, err := w.Write(doc.XML()); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

func (r *Report) suite(fail []guestheap.LeakKind) junit.Suite {
	s := junit.Suite{Name: "wamr-go", Properties: r.properties()}
	if r.Module != nil {
		s.Name = r.Module.Path
	}
	if r.Run != nil {
		s.Started, s.Took = r.Run.Started, time.Duration(r.Run.ElapsedNS)
	}
	add := func(name string, c junit.Case) {
		c.Class, c.Name = s.Name, name
		s.Cases = append(s.Cases, c)
	}
	outcome := junit.Case{Took: s.Took}
	if r.Outcome.Kind == Running {
		outcome.Skipped = notOver
	} else {
		outcome.Failure = r.outcomeFailure()
	}
	add("outcome", outcome)
	if word, reason := r.verdict(); word != "" {
		add("leaks", r.leakCase(word, reason))
	}
	if r.GuestHeap != nil {
		add("guest heap", junit.Case{Failure: heapFailure(r.GuestHeap, fail)})
	}
	for _, b := range r.budgets() {
		if b.Value == nil && r.Outcome.Kind == Running {
			add("budget "+b.Name, junit.Case{Skipped: notOver})
		} else {
			add("budget "+b.Name, junit.Case{Failure: b.failure()})
		}
	}
	failed := slices.ContainsFunc(s.Cases, func(c junit.Case) bool { return c.Failure != nil })
	if !failed && r.Tool != nil && len(r.Tool.Failures) > 0 {
		add("wamr-go", junit.Case{Failure: r.Tool.failure()})
	}
	return s
}

// notOver is the reason for the missing outcome of a run that goes on.
const notOver = "the run is not over"

// properties are the facts by which runs are told apart.
func (r *Report) properties() []junit.Property {
	var list []junit.Property
	if t := r.Tool; t != nil {
		list = append(list,
			junit.Property{Name: "wamr-go", Value: t.Version}, junit.Property{Name: "wazero", Value: t.Wazero},
			junit.Property{Name: "platform", Value: t.Platform}, junit.Property{Name: "engine", Value: t.Engine})
	}
	if r.Module != nil {
		list = append(list, junit.Property{Name: "sha256", Value: r.Module.SHA256})
	}
	if r.Run != nil {
		list = append(list, junit.Property{Name: "command", Value: r.Run.command()})
	}
	if c, ok := r.Cost(); ok {
		list = append(list, junit.Property{Name: "one instance takes", Value: c.String()})
	}
	return list
}

// outcomeFailure is nil for an exit with code 0.
func (r *Report) outcomeFailure() *junit.Failure {
	o := &r.Outcome
	f := &junit.Failure{Kind: o.Kind, Message: o.Kind, Lines: lines(o.Message)}
	switch {
	case o.Kind == "exit" && (o.ExitCode == nil || *o.ExitCode == 0):
		return nil
	case o.Kind == "exit":
		f.Message = fmt.Sprintf("exit code %d", *o.ExitCode)
	case o.Message != "":
		f.Message += ": " + f.Lines[0]
	}
	f.Lines = append(f.Lines, stackLines("", o.Stack)...)
	if c := r.Cycles; c != nil {
		f.Lines = append(f.Lines, c.UnitName()+"s: "+c.ended())
		if c.FirstFailure != nil {
			f.Lines = append(f.Lines, "first failure: "+c.FirstFailure.inCycle())
		}
	}
	return f
}

// leakCase is about what the verdict is about.
func (r *Report) leakCase(word, reason string) junit.Case {
	switch word {
	case "clean":
		return junit.Case{}
	case "leak":
		return junit.Case{Failure: &junit.Failure{Kind: word, Message: reason, Lines: r.leakEvidence()}}
	default:
		return junit.Case{Skipped: reason}
	}
}

// Evidence tells in lines what leaked, which blocks of its heap the guest lost or
// freed wrongly, and where it trapped, with stacks as far as they are known. The
// lines may contain text that a guest chose.
func (r *Report) Evidence() []string {
	all := r.leakEvidence()
	if r.GuestHeap != nil {
		all = append(all, heapEvidence(r.GuestHeap, []guestheap.LeakKind{guestheap.DefinitelyLost})...)
	}
	if len(r.Outcome.Stack) > 0 {
		all = append(all, stackLines(r.Outcome.Kind, r.Outcome.Stack)...)
	}
	return all
}

func (r *Report) leakEvidence() []string {
	var all []string
	if r.Ledger != nil {
		for _, l := range r.Ledger.Leaks {
			first := "of the runtime"
			if l.Cycle > 0 {
				first = "first in cycle " + memstat.Grouped(l.Cycle)
			}
			all = append(all, stackLines(fmt.Sprintf("%s %s (%s bytes) not given back, %s",
				memstat.Grouped(l.Objects), l.Kind, memstat.Grouped(l.Bytes), first), l.Site)...)
		}
		if n := r.Ledger.DoubleReleases; n > 0 {
			all = append(all, count(n, "double release", "double releases"))
		}
	}
	if c := r.Cycles; c != nil {
		for _, f := range c.Census {
			all = append(all, stackLines(fmt.Sprintf("%s %s per %s, %s bytes: %s", f.Kind, growth(f.PerCycle), c.UnitName(), growth(f.BytesPer), f.Identity), f.Site)...)
		}
	}
	return all
}

func heapFailure(h *guestheap.Report, fail []guestheap.LeakKind) *junit.Failure {
	f := &junit.Failure{Kind: "guest heap"}
	var parts []string
	for _, k := range h.Kinds {
		if k.Blocks > 0 && slices.Contains(fail, k.Kind) {
			parts = append(parts, amount(k.Blocks, k.Bytes)+" "+kindLabel(k.Kind))
		}
	}
	if h.ErrorTotal > 0 {
		parts = append(parts, "heap errors: "+memstat.Grouped(h.ErrorTotal))
	}
	if len(parts) == 0 {
		return nil
	}
	f.Message = strings.Join(parts, "; ")
	f.Lines = heapEvidence(h, fail)
	return f
}

// heapEvidence has the heap errors, and the leaks of those kinds.
func heapEvidence(h *guestheap.Report, kinds []guestheap.LeakKind) []string {
	var all []string
	for _, e := range h.Errors {
		all = append(all, stackLines(e.Message, e.Stack)...)
		all = append(all, blockLines("the block was freed at", e.Freed)...)
		all = append(all, blockLines("the block was allocated at", e.Allocated)...)
	}
	for _, l := range h.Leaks {
		if slices.Contains(kinds, l.Kind) {
			all = append(all, stackLines(leakTitle(l), l.Stack)...)
		}
	}
	return all
}

func (b FigureBudget) failure() *junit.Failure {
	if !b.Exceeded && b.Value != nil {
		return nil
	}
	return &junit.Failure{Kind: "budget", Message: b.String()}
}

// failure has the reasons for which the program failed and no other case tells.
func (t *Tool) failure() *junit.Failure {
	f := &junit.Failure{Kind: "error", Message: lines(t.Failures[len(t.Failures)-1].Message)[0]}
	for _, reason := range t.Failures {
		f.Lines = append(f.Lines, lines(reason.Message)...)
	}
	return f
}

// blockLines are about the history of a block: nothing if it is not known.
func blockLines(title string, frames []memstat.Frame) []string {
	if len(frames) == 0 {
		return nil
	}
	return stackLines(title, frames)
}

// stackLines are the title, if there is one, and the frames beneath it.
func stackLines(title string, frames []memstat.Frame) []string {
	var all []string
	if title != "" {
		all = append(all, title)
	}
	for _, f := range frames {
		all = append(all, "    at "+f.String())
	}
	return all
}
