package census

import "time"

// Plan is the number of cycles of a hunt. All windows have the same length.
type Plan struct {
	WarmUp  int `json:"warm_up"` // cycles before the first census
	Window  int `json:"cycles"`  // of a window
	Windows int `json:"windows"` // a leak grows in every one
	// Time shortens the windows, but not the warm-up, so that they take about
	// this long; 0 means no limit.
	Time time.Duration `json:"-"`
}

const (
	windows = 3
	// maxWindow is large enough to see a leak of one object in a hundred cycles several
	// times in each window. A profiled cycle takes 3 to 30 times as long as another, so
	// longer windows would dominate a long run.
	maxWindow = 400
	// LeastCycles is the minimum number of cycles for the verdict clean.
	LeastCycles = 16
	leastWindow = LeastCycles / (windows + 1)
)

// PlanFor returns the plan for a run of that many cycles. It uses a part of
// them: the others are measured without the profile.
func PlanFor(cycles uint64) Plan {
	window := int(min(cycles/(windows+1), maxWindow))
	return Plan{WarmUp: (window + 4) / 5, Window: window, Windows: windows}
}

// Cycles returns the number of cycles of the whole plan.
func (p Plan) Cycles() uint64 { return uint64(p.WarmUp + p.Windows*p.Window) }

// fit shortens the windows to the plan's time, given the duration of the
// warm-up, but keeps them long enough for a verdict.
func (p Plan) fit(warmUp time.Duration) Plan {
	if p.Time > 0 && warmUp > 0 {
		affordable := float64(p.Time) / float64(warmUp) * float64(p.WarmUp) / float64(p.Windows)
		p.Window = min(p.Window, max(int(min(affordable, maxWindow)), leastWindow))
	}
	return p
}
