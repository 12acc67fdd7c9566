package census

import "time"

// Plan says how many cycles a hunt runs. All windows have the same length.
type Plan struct {
	WarmUp  int `json:"warm_up"` // cycles before the first census
	Window  int `json:"cycles"`  // of a window
	Windows int `json:"windows"` // a leak grows in every one
	// Time shortens the windows, but not the warm-up, so that they take about
	// this long; 0 means that nothing does.
	Time time.Duration `json:"-"`
}

const (
	windows = 3
	// maxWindow is enough to see a leak of one in a hundred cycles several times
	// in each window. A cycle that is profiled takes 3 to 30 times as long as
	// another, so longer windows would be the larger part of a long run.
	maxWindow = 400
	// LeastCycles is the least number of cycles of a run that can be called
	// clean.
	LeastCycles = 16
	leastWindow = LeastCycles / (windows + 1)
)

// PlanFor returns the plan for a run of that many cycles, a part of which it
// uses: the others are measured without the profile.
func PlanFor(cycles uint64) Plan {
	window := int(min(cycles/(windows+1), maxWindow))
	return Plan{WarmUp: (window + 4) / 5, Window: window, Windows: windows}
}

// Cycles returns the number of cycles of the whole plan.
func (p Plan) Cycles() uint64 { return uint64(p.WarmUp + p.Windows*p.Window) }

// fit shortens the windows to the plan's time, given how long the warm-up took,
// but not so far that they tell nothing.
func (p Plan) fit(warmUp time.Duration) Plan {
	if p.Time > 0 && warmUp > 0 {
		affordable := float64(p.Time) / float64(warmUp) * float64(p.WarmUp) / float64(p.Windows)
		p.Window = min(p.Window, max(int(min(affordable, maxWindow)), leastWindow))
	}
	return p
}
