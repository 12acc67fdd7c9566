package census

import (
	"fmt"
	"math"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// Result is the judgement of a hunt.
type Result struct {
	Verdict memstat.Verdict
	Reason  string
	Plan    Plan // with the windows as long as they were
	// Findings has a row for each identity that grew in every window.
	Findings []Finding
	// Counted lists the kinds that this system can count.
	Counted []Kind
}

// Finding is something that grew.
type Finding struct {
	Kind     Kind            `json:"kind"`
	Identity string          `json:"identity"`  // a place in the code, a target or a name
	Counts   []int64         `json:"counts"`    // objects at each census
	Bytes    []int64         `json:"bytes"`     // their size at each census
	PerCycle float64         `json:"per_cycle"` // objects
	BytesPer float64         `json:"bytes_per_cycle"`
	Verdict  memstat.Verdict `json:"verdict"`
	Site     []memstat.Frame `json:"site,omitempty"` // stack of the allocation or goroutine, innermost first
}

// Bound returns the smallest leak that the hunt would have found for certain, in
// objects per cycle: slower ones could have hidden.
func (r *Result) Bound() float64 {
	if r.Plan.Window == 0 {
		return math.Inf(1)
	}
	return float64(least()) / float64(r.Plan.Window)
}

// least returns the largest of the kinds' least growths.
func least() int64 {
	var n int64
	for k := range kindTable {
		n = max(n, kindTable[k].least)
	}
	return n
}

func judge(plan Plan, censuses []*Census) *Result {
	r := &Result{Plan: plan}
	complete := len(censuses) == plan.Windows+1
	if complete {
		for k := range kindCount {
			if censuses[0].counted[k] {
				r.Counted = append(r.Counted, k)
			}
		}
		for _, id := range identities(censuses) {
			if f, ok := compare(plan, id, censuses); ok {
				r.Findings = append(r.Findings, f)
			}
		}
	}
	switch {
	case len(r.Findings) > 0:
		f := r.Findings[0]
		r.Verdict = memstat.Leaking
		r.Reason = fmt.Sprintf("%s grow with every cycle", f.Kind.Unit(2))
	case !complete:
		r.Reason = "the run ended before the hunt for leaks was complete"
	case plan.Window < LeastCycles/(windows+1):
		r.Reason = fmt.Sprintf("the run was too short to tell; run at least %d cycles", LeastCycles)
	default:
		r.Verdict, r.Reason = memstat.Clean, "nothing grows with every cycle"
	}
	return r
}

// compare returns how an identity grew, and whether it did so in every window
// and in proportion to the cycles.
func compare(plan Plan, id identity, censuses []*Census) (f Finding, leaks bool) {
	f.Kind = id.kind
	for _, c := range censuses {
		n := c.counts[id]
		f.Counts = append(f.Counts, n.Objects)
		f.Bytes = append(f.Bytes, n.Bytes)
	}
	if !steady(f.Counts, kindTable[id.kind].least) {
		return Finding{}, false
	}
	f.Identity, f.Site = id.describe()
	cycles := float64(plan.Window * plan.Windows)
	last := len(f.Counts) - 1
	f.PerCycle = float64(f.Counts[last]-f.Counts[0]) / cycles
	f.BytesPer = float64(f.Bytes[last]-f.Bytes[0]) / cycles
	f.Verdict = memstat.Leaking
	return f, true
}

// steady reports whether counts rise by least or more each time, and by similar
// amounts.
func steady(counts []int64, least int64) bool {
	smallest, largest := int64(math.MaxInt64), int64(0)
	for i := 1; i < len(counts); i++ {
		grown := counts[i] - counts[i-1]
		smallest, largest = min(smallest, grown), max(largest, grown)
	}
	return len(counts) > 1 && smallest >= least && largest <= 3*smallest+least
}
