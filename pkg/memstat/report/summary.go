package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// Verdict returns one line that says whether the run leaked: "clean: ",
// "leak: " or "inconclusive: ", and the reason; "running: " for a run that is not
// over. It is "" for a report that has
// neither ledger nor cycles. The line may contain text that a guest chose.
func (r *Report) Verdict() string {
	word, reason := r.verdict()
	if word == "" {
		return ""
	}
	return word + ": " + reason
}

func (r *Report) verdict() (word, reason string) {
	switch {
	case r.Outcome.Kind == Running:
		return Running, r.soFar()
	case r.Leaked():
		return "leak", r.leak()
	case r.Cycles != nil && r.Cycles.Verdict.String() != "clean":
		return r.Cycles.Verdict.String(), r.Cycles.Reason
	case r.Ledger == nil:
		return "", ""
	case r.Memory == nil:
		return "clean", "no instance was made, and all was given back to the host"
	case r.Cycles != nil:
		return "clean", fmt.Sprintf("each of %s gave back all that it took from the host",
			count(r.Cycles.Completed, "instance", "instances"))
	default:
		return "clean", "the instance gave back all that it took from the host"
	}
}

// soFar says how a run that is not over goes.
func (r *Report) soFar() string {
	switch {
	case r.Leaked():
		return r.leak() + " so far"
	case r.Cycles == nil:
		return "no " + (&Cycles{}).UnitName() + " is over"
	}
	unit := r.Cycles.UnitName()
	return "no leak so far in " + count(r.Cycles.Completed, unit, unit+"s")
}

// leak sums up the lost objects.
func (r *Report) leak() string {
	var parts []string
	if l := r.Ledger; l != nil {
		if len(l.Leaks) > 0 {
			parts = append(parts, (&memstat.LeakError{Leaks: l.Leaks}).Error())
		}
		if l.DoubleReleases > 0 {
			parts = append(parts, "double releases: "+memstat.Grouped(l.DoubleReleases))
		}
	}
	if len(parts) == 0 && r.Cycles != nil {
		parts = append(parts, r.Cycles.Reason)
	}
	return strings.Join(parts, "; ")
}

// Cost is the most that one instance held at once, however many ran.
type Cost struct {
	MemoryBytes  uint64  // size of its linear memory
	TouchedBytes *uint64 // pages of it in use; nil if that was not measured
	Stack        *Stack  // in it; nil if that was not measured
	// HostBytes is the size of the host's resources beside that memory: an
	// upper bound, because each kind of the ledger may have its peak at another
	// time. It excludes the runtime's own kinds, which instances share.
	HostBytes uint64
	FDs       uint64 // descriptors of the guest
	HostFDs   uint64 // descriptors of the host
}

// Cost returns the cost of one instance, and whether the report has it.
func (r *Report) Cost() (c Cost, ok bool) {
	if r.Memory == nil || r.Ledger == nil {
		return Cost{}, false
	}
	c.MemoryBytes, c.TouchedBytes, c.Stack = r.Memory.PeakBytes, r.Memory.TouchedBytes, r.Memory.Stack
	for _, k := range r.Ledger.Kinds {
		switch {
		case k.Kind == memstat.KindMemory || k.Kind.OfRuntime():
			continue
		case k.Kind == memstat.KindFDEntry:
			c.FDs = uint64(max(k.PeakObjects, 0))
		case k.Kind == memstat.KindHostFD:
			c.HostFDs = uint64(max(k.PeakObjects, 0))
		}
		c.HostBytes += uint64(max(k.PeakBytes, 0))
	}
	return c, true
}

// String returns the peak and the size.
func (s *Stack) String() string {
	of := " of "
	if s.SizeIsBound {
		of = " of at most "
	}
	return humanBytes(s.PeakBytes) + of + humanBytes(s.SizeBytes)
}

// String returns the cost in one line.
func (c Cost) String() string {
	memory := humanBytes(c.MemoryBytes) + " of linear memory"
	var parts []string
	if c.TouchedBytes != nil {
		parts = append(parts, humanBytes(*c.TouchedBytes)+" touched")
	}
	if c.Stack != nil {
		parts = append(parts, "stack "+c.Stack.String())
	}
	if len(parts) > 0 {
		memory += " (" + strings.Join(parts, ", ") + ")"
	}
	ofHost := "none"
	if c.HostFDs > 0 {
		ofHost = memstat.Grouped(c.HostFDs)
	}
	return fmt.Sprintf("%s, %s on the host, %s (%s of the host's)", memory, humanBytes(c.HostBytes),
		count(c.FDs, "descriptor", "descriptors"), ofHost)
}

// summary writes the first lines: the verdict, the cost of an instance, and why
// the run failed.
func (p *page) summary(r *Report) {
	verdict := r.Verdict()
	if verdict != "" {
		word, _ := r.verdict()
		p.lead(toneOf(word), verdict)
	}
	if c, ok := r.Cost(); ok {
		p.lead(plain, "one instance takes "+c.String())
	}
	if r.Tool != nil && len(r.Tool.Failures) > 0 {
		for _, f := range r.Tool.Failures {
			if first, _, _ := strings.Cut(f.Message, "\n"); first != verdict {
				p.lead(bad, "failed: "+first)
			}
		}
		if code := r.Tool.ExitCode; code != nil {
			p.lead(plain, fmt.Sprintf("exit code %d", *code))
		}
	}
}

func toneOf(word string) tone {
	switch word {
	case "clean":
		return good
	case "leak":
		return bad
	default:
		return unsure
	}
}

// endings says how the cycles ended.
func (p *page) endings(c *Cycles) {
	if ended := c.ended(); ended != "" {
		p.text("cycles", plain, memstat.Printable(ended))
	}
	if c.NonzeroExits > 0 {
		p.text("nonzero exits", plain, memstat.Grouped(c.NonzeroExits))
	}
	if f := c.FirstFailure; f != nil {
		p.text("first failure", bad, memstat.Printable(f.inCycle()))
	}
}

// ended counts the cycles by how they ended: "998 exit, 2 trap".
func (c *Cycles) ended() string {
	var parts []string
	for _, kind := range slices.Sorted(maps.Keys(c.Outcomes)) {
		if n := c.Outcomes[kind]; n > 0 {
			parts = append(parts, memstat.Grouped(n)+" "+kind)
		}
	}
	return strings.Join(parts, ", ")
}

// inCycle tells the failure and its cycle.
func (f *CycleFailure) inCycle() string {
	return "cycle " + memstat.Grouped(f.Cycle) + ": " + f.String()
}

// String returns the failure in words: "exit 3", "trap: unreachable".
func (f *CycleFailure) String() string {
	switch {
	case f.ExitCode != nil:
		return f.Kind + " " + memstat.Grouped(*f.ExitCode)
	case f.Message != "":
		return f.Kind + ": " + f.Message
	default:
		return f.Kind
	}
}
