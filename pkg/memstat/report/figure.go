package report

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/guestheap"
	"github.com/wamr-go/wamr-go/pkg/memstat/probe"
)

// Figure is a number of a report that can have a budget.
type Figure struct {
	Name  string // for --budget and JSON, such as "cycle_p99"
	Unit  string // [UnitBytes], [UnitNanoseconds], or the plural of the things that are counted
	Label string // for people
	// Needs is the part of a run that the figure is measured with.
	Needs Need

	metric probe.Metric // of the process, with NeedsProcess
	read   func(*Report) probe.Reading
}

// Need is a part of a run without which a figure is not measured.
type Need uint8

// The needs. See the fields of engine.Config and engine.CycleConfig that are
// named.
const (
	NeedsNothing      Need = iota
	NeedsInspection        // Config.Inspect
	NeedsProcess           // Config.Inspect, and a system that tells of its processes
	NeedsCycles            // more than a single cycle
	NeedsInstructions      // Config.CountInstructions or Config.Fuel
	NeedsGuestHeap         // Config.Heap.Check
)

// Units of figures. Other units are the plural of the counted object.
const (
	UnitBytes       = "bytes"
	UnitNanoseconds = "nanoseconds"
)

// TotalMemory is the figure of the linear memory and the tables together.
const TotalMemory = "total_memory"

// figures has a row for each figure; docs/memory-report.md has the same rows.
var figures = []Figure{
	{"memory", UnitBytes, "linear memory", NeedsNothing, 0, ofMemory(func(m *Memory) *uint64 { return &m.PeakBytes })},
	{"tables", UnitBytes, "all tables", NeedsNothing, 0, tableBytes},
	{TotalMemory, UnitBytes, "linear memory and tables", NeedsNothing, 0, ofMemory(func(m *Memory) *uint64 { return &m.TotalBytes })},
	{"touched_memory", UnitBytes, "touched pages of the linear memory", NeedsInspection, 0, ofMemory(func(m *Memory) *uint64 { return m.TouchedBytes })},
	{"host_memory", UnitBytes, "memory of the host for an instance", NeedsNothing, 0, ofCost(func(c *Cost) *uint64 { return &c.HostBytes })},
	{"fds", unitFDs, "descriptors of the guest", NeedsNothing, 0, ofCost(func(c *Cost) *uint64 { return &c.FDs })},
	{"host_fds", unitFDs, "descriptors of the host for an instance", NeedsNothing, 0, ofCost(func(c *Cost) *uint64 { return &c.HostFDs })},
	{"open_fds", unitFDs, "descriptors that the guest left open", NeedsNothing, 0, openFDs},
	{"instructions", "instructions", "instructions of the guest", NeedsInstructions, 0, func(r *Report) probe.Reading { return known(r.Instructions) }},
	{"guest_heap", UnitBytes, "memory that the guest did not free", NeedsGuestHeap, 0, ofHeap(func(h *guestheap.Report) *uint64 { return &h.LiveBytes })},
	{"guest_heap_peak", UnitBytes, "peak of the guest's heap", NeedsGuestHeap, 0, ofHeap(func(h *guestheap.Report) *uint64 { return &h.PeakBytes })},
	{"cycle_p50", UnitNanoseconds, "time of a cycle, median", NeedsCycles, 0, ofCycles(func(c *Cycles) int64 { return c.P50NS })},
	{"cycle_p90", UnitNanoseconds, "time of 90 of 100 cycles", NeedsCycles, 0, ofCycles(func(c *Cycles) int64 { return c.P90NS })},
	{"cycle_p99", UnitNanoseconds, "time of 99 of 100 cycles", NeedsCycles, 0, ofCycles(func(c *Cycles) int64 { return c.P99NS })},
	{"cycle_max", UnitNanoseconds, "time of the longest cycle", NeedsCycles, 0, ofCycles(func(c *Cycles) int64 { return c.MaxNS })},
	{"go_heap", UnitBytes, "growth of the Go heap during the run", NeedsProcess, probe.HeapLive, growthOf(probe.HeapLive)},
	{"goroutines", "goroutines", "goroutines that the run left", NeedsProcess, probe.Goroutines, growthOf(probe.Goroutines)},
	{"rss", UnitBytes, "resident memory of the process after the run", NeedsProcess, probe.RSS, after(probe.RSS)},
	{"pss", UnitBytes, "resident memory of the process after the run, without others' share", NeedsProcess, probe.PSS, after(probe.PSS)},
}

const unitFDs = "descriptors"

// Figures returns all figures. The caller owns the slice.
func Figures() []Figure { return slices.Clone(figures) }

// LookupFigure returns the figure of that name and whether there is one.
func LookupFigure(name string) (Figure, bool) {
	i := slices.IndexFunc(figures, func(f Figure) bool { return f.Name == name })
	if i < 0 {
		return Figure{}, false
	}
	return figures[i], true
}

// Measurable reports whether this system can tell the figure. Some figures turn
// out only during the run.
func (f Figure) Measurable() bool { return f.Needs != NeedsProcess || probe.Available(f.metric) }

func known(v *uint64) probe.Reading {
	if v == nil {
		return probe.Reading{}
	}
	return probe.Measured(*v)
}

func ofMemory(get func(*Memory) *uint64) func(*Report) probe.Reading {
	return func(r *Report) probe.Reading {
		if r.Memory == nil {
			return probe.Reading{}
		}
		return known(get(r.Memory))
	}
}

// tableBytes is 0 for an instance without tables.
func tableBytes(r *Report) probe.Reading {
	if r.Memory != nil && r.Memory.TableBytes == nil {
		return probe.Measured(0)
	}
	return ofMemory(func(m *Memory) *uint64 { return m.TableBytes })(r)
}

func ofCost(get func(*Cost) *uint64) func(*Report) probe.Reading {
	return func(r *Report) probe.Reading {
		c, ok := r.Cost()
		if !ok {
			return probe.Reading{}
		}
		return known(get(&c))
	}
}

// openFDs is 0 where an instance left none open.
func openFDs(r *Report) probe.Reading {
	switch {
	case r.Memory == nil:
		return probe.Reading{}
	case r.Outcome.OpenFDs == nil:
		return probe.Measured(0)
	default:
		return probe.Measured(uint64(max(r.Outcome.OpenFDs.Count, 0)))
	}
}

func ofHeap(get func(*guestheap.Report) *uint64) func(*Report) probe.Reading {
	return func(r *Report) probe.Reading {
		if r.GuestHeap == nil {
			return probe.Reading{}
		}
		return known(get(r.GuestHeap))
	}
}

func ofCycles(get func(*Cycles) int64) func(*Report) probe.Reading {
	return func(r *Report) probe.Reading {
		if r.Cycles == nil || r.Cycles.Completed == 0 {
			return probe.Reading{}
		}
		return probe.Measured(uint64(max(get(r.Cycles), 0)))
	}
}

func after(m probe.Metric) func(*Report) probe.Reading {
	return func(r *Report) probe.Reading {
		if r.Process == nil {
			return probe.Reading{}
		}
		return r.Process.Process[m]
	}
}

// growthOf is 0 for a metric that shrank.
func growthOf(m probe.Metric) func(*Report) probe.Reading {
	return func(r *Report) probe.Reading {
		is, ok := after(m)(r).Get()
		if !ok || r.Process.Before == nil {
			return probe.Reading{}
		}
		was, ok := r.Process.Before.Get(m)
		if !ok {
			return probe.Reading{}
		}
		return probe.Measured(is - min(is, was))
	}
}

// exactly spells a number in its unit without rounding it: "65,536 bytes",
// "7.812µs".
func exactly(n uint64, unit string) string {
	switch {
	case unit == UnitNanoseconds && n <= math.MaxInt64:
		return time.Duration(n).String()
	case n == 1:
		return "1 " + strings.TrimSuffix(memstat.Printable(unit), "s")
	default:
		return memstat.Grouped(n) + " " + memstat.Printable(unit)
	}
}
