package diff

import (
	"strings"

	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/guestheap"
	"github.com/wamr-go/wamr-go/pkg/memstat/probe"
	"github.com/wamr-go/wamr-go/pkg/memstat/report"
)

// figure is a figure of one report.
type figure struct {
	name, unit string
	class      Class
	value      Value
	optional   bool // left out if both reports have 0
}

// list collects the figures of a report, sorted by meaning. It has the same names
// in the same order for all reports; values that a report lacks are absent.
type list struct{ figures []figure }

func (l *list) add(name, unit string, class Class, v Value) {
	l.figures = append(l.figures, figure{name: name, unit: unit, class: class, value: v})
}

// number returns the number that get finds in a part of a report, or nothing if the
// report has no such part.
func number[Part any, N ~int | ~int64 | ~uint64 | ~float64](part *Part, get func(*Part) N) Value {
	if part == nil {
		return Value{}
	}
	return Number(float64(get(part)))
}

func pointer(n *uint64) Value { return number(n, func(n *uint64) uint64 { return *n }) }

// figuresOf returns the figures of a report; of nil, with absent values.
func figuresOf(r *report.Report, verdict string) []figure {
	if r == nil {
		r = &report.Report{}
	}
	l := &list{}
	l.ending(r, verdict)
	l.instance(r)
	l.memory(r.Memory)
	l.add("instructions", "", Exact, pointer(r.Instructions))
	l.ledger(r)
	l.guestHeap(r.GuestHeap)
	l.cycles(r.Cycles)
	l.process(r)
	l.module(r.Module)
	return l.figures
}

func (l *list) ending(r *report.Report, verdict string) {
	l.add("verdict", "", Verdict, Word(verdict))
	l.add("outcome", "", Verdict, Word(memstat.Printable(r.Outcome.Kind)))
	var code Value
	if r.Outcome.ExitCode != nil {
		code = Number(float64(*r.Outcome.ExitCode))
	}
	l.add("exit code", "", Info, code)
	for _, f := range report.Figures() {
		l.add("budget "+f.Name, "", Verdict, budget(r, f.Name))
	}
	open := Value{}
	if r.Ledger != nil { // the run was accounted for
		open = Number(0)
		if o := r.Outcome.OpenFDs; o != nil {
			open = Number(float64(o.Count))
		}
	}
	l.add("descriptors left open", "", Exact, open)
	l.add("double releases", "", Exact, number(r.Ledger, func(l *report.Ledger) uint64 { return l.DoubleReleases }))
}

// budget says whether the budget of a figure was kept.
func budget(r *report.Report, name string) Value {
	exceeded, has := false, false
	if b := r.Budget; b != nil && name == report.TotalMemory { // all that earlier versions wrote
		exceeded, has = b.Exceeded, true
	}
	for _, b := range r.Budgets {
		if b.Name == name && b.Value != nil {
			exceeded, has = b.Exceeded, true
		}
	}
	switch {
	case !has:
		return Value{}
	case exceeded:
		return Word("exceeded")
	default:
		return Word("kept")
	}
}

func (l *list) instance(r *report.Report) {
	var cost *report.Cost
	if c, ok := r.Cost(); ok {
		cost = &c
	}
	l.add("host memory of an instance", unitBytes, Exact, number(cost, func(c *report.Cost) uint64 { return c.HostBytes }))
	l.add("descriptors", "", Exact, number(cost, func(c *report.Cost) uint64 { return c.FDs }))
	l.add("host descriptors", "", Exact, number(cost, func(c *report.Cost) uint64 { return c.HostFDs }))
}

func (l *list) memory(m *report.Memory) {
	size := func(name string, v Value) { l.add("memory "+name, unitBytes, Exact, v) }
	size("initial", number(m, func(m *report.Memory) uint64 { return m.InitialBytes }))
	size("peak", number(m, func(m *report.Memory) uint64 { return m.PeakBytes }))
	var touched, tables Value
	if m != nil {
		touched, tables = pointer(m.TouchedBytes), pointer(m.TableBytes)
	}
	size("touched", touched)
	size("tables", tables)
	l.add("memory grows", "", Exact, number(m, func(m *report.Memory) uint64 { return m.Grows }))
	l.add("memory grows denied", "", Exact, number(m, func(m *report.Memory) uint64 { return m.DeniedGrows }))
}

// ledger adds each kind. A kind that the ledger does not have was never acquired.
// Acquired and lost objects are counted per cycle.
func (l *list) ledger(r *report.Report) {
	rounds := rounds(r)
	for k := memstat.Kind(0); k.String() != "unknown"; k++ {
		var s *memstat.KindStat
		if r.Ledger != nil {
			s = &memstat.KindStat{}
			for i := range r.Ledger.Kinds {
				if r.Ledger.Kinds[i].Kind == k {
					s = &r.Ledger.Kinds[i]
				}
			}
		}
		class := Exact
		if k.OfRuntime() {
			class = Process
		}
		add := func(name, unit string, v Value) {
			l.figures = append(l.figures, figure{"ledger " + k.String() + " " + name, unit, class, v, true})
		}
		if !k.OfRuntime() {
			add("acquired", "", number(s, func(s *memstat.KindStat) float64 { return float64(s.Acquired) / rounds }))
			add("lost", "", number(s, func(s *memstat.KindStat) float64 { return float64(s.LiveObjects) / rounds }))
		}
		add("peak", "", number(s, func(s *memstat.KindStat) int64 { return s.PeakObjects }))
		if k != memstat.KindMemory { // which is the peak of the memory
			add("peak bytes", unitBytes, number(s, func(s *memstat.KindStat) int64 { return s.PeakBytes }))
		}
	}
}

// rounds returns the number of cycles or calls that the ledger has counted.
func rounds(r *report.Report) float64 {
	if r.Cycles == nil || r.Cycles.Completed == 0 {
		return 1
	}
	return float64(r.Cycles.Completed)
}

func (l *list) guestHeap(h *guestheap.Report) {
	add := func(name, unit string, get func(*guestheap.Report) uint64) {
		l.add("guest heap "+name, unit, Exact, number(h, get))
	}
	add("allocations", "", func(h *guestheap.Report) uint64 { return h.Allocs })
	add("allocated", unitBytes, func(h *guestheap.Report) uint64 { return h.AllocatedBytes })
	add("peak", unitBytes, func(h *guestheap.Report) uint64 { return h.PeakBytes })
	add("live blocks", "", func(h *guestheap.Report) uint64 { return h.LiveBlocks })
	add("live", unitBytes, func(h *guestheap.Report) uint64 { return h.LiveBytes })
	for _, kind := range guestheap.LeakKinds() {
		var total *guestheap.KindTotal
		if h != nil && h.Kinds != nil {
			total = &guestheap.KindTotal{}
			for i := range h.Kinds {
				if h.Kinds[i].Kind == kind {
					total = &h.Kinds[i]
				}
			}
		}
		name := "guest heap " + strings.ReplaceAll(kind.String(), "_", " ")
		l.add(name, unitBytes, Exact, number(total, func(t *guestheap.KindTotal) uint64 { return t.Bytes }))
	}
	add("errors", "", func(h *guestheap.Report) uint64 { return h.ErrorTotal })
}

func (l *list) cycles(c *report.Cycles) {
	l.add("cycles", "", Info, number(c, func(c *report.Cycles) uint64 { return c.Completed }))
	l.add("nonzero exits", "", Info, number(c, func(c *report.Cycles) uint64 { return c.NonzeroExits }))
	l.add("latency p50", unitNS, Timings, number(c, func(c *report.Cycles) int64 { return c.P50NS }))
	l.add("latency p90", unitNS, Timings, number(c, func(c *report.Cycles) int64 { return c.P90NS }))
	l.add("latency p99", unitNS, Timings, number(c, func(c *report.Cycles) int64 { return c.P99NS }))
	l.add("latency max", unitNS, Timings, number(c, func(c *report.Cycles) int64 { return c.MaxNS }))
	l.add("rate", unitRate, Timings, number(c, func(c *report.Cycles) float64 { return c.PerSecond }))
}

// process adds the readings after the run, and their trends over the cycles.
func (l *list) process(r *report.Report) {
	for m := range (probe.Process{}) {
		metric, v := probe.Metric(m), Value{}
		if r.Process != nil {
			if n, ok := r.Process.Process[m].Get(); ok {
				v = Number(float64(n))
			}
		}
		unit := ""
		if metric.IsSize() {
			unit = unitBytes
		}
		l.add("process "+metric.Label(), unit, Process, v)
	}
	for m := range (probe.Process{}) {
		v := Value{}
		if r.Cycles != nil {
			for _, t := range r.Cycles.Metrics {
				if t.Name == probe.Metric(m).String() && t.Slope != nil {
					v = Number(t.PerCycle)
				}
			}
		}
		l.add("trend of "+probe.Metric(m).Label(), unitSlope, Process, v)
	}
}

func (l *list) module(m *report.Module) {
	l.add("binary", unitBytes, Module, number(m, func(m *report.Module) uint64 { return m.WasmBytes }))
	var native Value
	if m != nil {
		native = pointer(m.NativeBytes)
	}
	l.add("native code", unitBytes, Module, native)
	l.add("data segments", unitBytes, Module, number(m, func(m *report.Module) uint64 { return m.DataBytes }))
	l.add("functions", "", Info, number(m, func(m *report.Module) uint64 { return m.Functions }))
}
