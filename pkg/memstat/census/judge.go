package census

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// Result is the judgement of a hunt.
type Result struct {
	Verdict memstat.Verdict
	Reason  string
	Plan    Plan // with the real length of the windows
	// Findings has a row for each identity that grew in every window, by kind, and the
	// largest first.
	Findings []Finding
	// Counted lists the kinds that were counted.
	Counted []Kind
}

// Finding is an identity that grew.
type Finding struct {
	Kind     Kind            `json:"kind"`
	Identity string          `json:"identity"`  // a place in the code, a target or a name
	Counts   []int64         `json:"counts"`    // objects at each census
	Bytes    []int64         `json:"bytes"`     // their size at each census
	PerCycle float64         `json:"per_cycle"` // objects
	BytesPer float64         `json:"bytes_per_cycle"`
	Since    uint64          `json:"since"` // cycle since which it grew, or an earlier one
	Verdict  memstat.Verdict `json:"verdict"`
	Site     []memstat.Frame `json:"site,omitempty"` // stack of the allocation or goroutine, innermost first
}

// reason names the lost objects and their rate.
func (f *Finding) reason(unit string) string {
	if f.Kind == GuestMemory {
		return fmt.Sprintf("the guest's memory grows by %.3g bytes with each %s", f.BytesPer, unit)
	}
	often := "in each " + unit
	switch {
	case f.PerCycle < 0.99:
		often = fmt.Sprintf("in %.2g of 100 %ss", 100*f.PerCycle, unit)
	case f.PerCycle > 1.01:
		often = fmt.Sprintf("%.3g times in each %s", f.PerCycle, unit)
	}
	return fmt.Sprintf("1 %s is lost %s (%s)", f.Kind.Unit(1), often, f.Identity)
}

// Bound returns the smallest leak that the hunt is certain to find, in objects per
// cycle: a slower one could have been missed.
func (r *Result) Bound() float64 {
	if r.Plan.Window == 0 {
		return math.Inf(1)
	}
	return float64(least()) / float64(r.Plan.Window)
}

// least returns the largest of the kinds' thresholds.
func least() int64 {
	var n int64
	for k := range kindTable {
		n = max(n, kindTable[k].least)
	}
	return n
}

// Add adds findings of other methods, such as a [Series], and makes the verdict
// a leak if there are any. unit is Config.Unit.
func (r *Result) Add(unit string, findings ...Finding) {
	r.Findings = append(r.Findings, findings...)
	slices.SortStableFunc(r.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(b.BytesPer, a.BytesPer),
			cmp.Compare(b.PerCycle, a.PerCycle), cmp.Compare(a.Identity, b.Identity))
	})
	if len(r.Findings) == 0 {
		return
	}
	r.Verdict, r.Reason = memstat.Leaking, r.Findings[0].reason(unit)
	if more := len(r.Findings) - 1; more > 0 {
		r.Reason += fmt.Sprintf(", and %d more", more)
	}
}

// Count adds a kind that the caller counted to Counted.
func (r *Result) Count(kind Kind) {
	if i, found := slices.BinarySearch(r.Counted, kind); !found {
		r.Counted = slices.Insert(r.Counted, i, kind)
	}
}

// Has reports whether there is a finding of the kind.
func (r *Result) Has(kind Kind) bool {
	return slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Kind == kind })
}

func judge(cfg *Config, plan Plan, censuses []*Census) *Result {
	unit := cfg.unit()
	r := &Result{Plan: plan}
	complete := len(censuses) == plan.Windows+1
	switch {
	case !complete:
		r.Reason = "the run ended before the hunt for leaks was complete"
		return r
	case plan.Window < leastWindow:
		r.Reason = fmt.Sprintf("the run was too short to tell; run at least %d %ss, or for longer", LeastCycles, unit)
	default:
		r.Verdict, r.Reason = memstat.Clean, "nothing grows with every "+unit
	}
	for k := range kindCount {
		if censuses[0].counted[k] || censuses[plan.Windows].counted[k] {
			r.Counted = append(r.Counted, k)
		}
	}
	var findings []Finding
	for _, id := range identities(censuses) {
		if f, ok := compare(plan, id, censuses); ok {
			f.Since = cfg.Done + uint64(plan.WarmUp)
			findings = append(findings, f)
		}
	}
	r.Add(unit, findings...)
	return r
}

func (c *Config) unit() string {
	if c.Unit == "" {
		return unitCycle
	}
	return c.Unit
}

// unitCycle is the unit of work whose name is "".
const unitCycle = "cycle"

// compare returns the growth of an identity, and whether it grew in every window.
func compare(plan Plan, id identity, censuses []*Census) (f Finding, leaks bool) {
	counts := make([]Count, len(censuses))
	for i, c := range censuses {
		counts[i] = c.counts[id]
	}
	if f, leaks = plan.Judge(id.kind, counts); leaks {
		f.Identity, f.Site = id.describe()
	}
	return f, leaks
}

// Judge returns the growth of counts, one of each census of a hunt, and whether they
// grew in every window. Its rate is that of the windows with usual growth. The caller
// adds Identity, Since and Site, and the finding to the [Result].
func (p Plan) Judge(kind Kind, counts []Count) (f Finding, leaks bool) {
	if len(counts) != p.Windows+1 {
		return Finding{}, false
	}
	cycles := 0
	f.Kind, f.Verdict = kind, memstat.Leaking
	for _, n := range counts {
		f.Counts = append(f.Counts, n.Objects)
		f.Bytes = append(f.Bytes, n.Bytes)
	}
	grown, ok := steady(f.Counts, kindTable[kind].least)
	if !ok {
		return Finding{}, false
	}
	for i, usual := range grown {
		if usual {
			f.PerCycle += float64(f.Counts[i+1] - f.Counts[i])
			f.BytesPer += float64(f.Bytes[i+1] - f.Bytes[i])
			cycles += p.Window
		}
	}
	f.PerCycle /= float64(cycles)
	f.BytesPer /= float64(cycles)
	return f, true
}

// steady reports whether counts rise by least or more each time, and marks the usual
// rises: those that are not much larger than the smallest. A leak needs two of them,
// because something may be added once, such as the stack of a new thread.
func steady(counts []int64, least int64) (usual []bool, leaks bool) {
	if len(counts) < 3 {
		return nil, false
	}
	smallest := int64(math.MaxInt64)
	for i := 1; i < len(counts); i++ {
		smallest = min(smallest, counts[i]-counts[i-1])
	}
	usual, n := make([]bool, len(counts)-1), 0
	for i := range usual {
		if counts[i+1]-counts[i] <= 3*smallest+least {
			usual[i], n = true, n+1
		}
	}
	return usual, smallest >= least && n >= 2
}
