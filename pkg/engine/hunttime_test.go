package engine

import (
	"math"
	"testing"
	"time"
)

// TestHuntTime: a long run keeps as much time for the hunt as that may need, and
// a short one a quarter.
func TestHuntTime(t *testing.T) {
	for _, tc := range []struct {
		duration, cycle time.Duration
		cycles          uint64
		want            time.Duration
	}{
		{24 * time.Hour, 100 * time.Microsecond, 1280, 2*time.Second + 3840*time.Millisecond},
		{24 * time.Hour, time.Millisecond, 1280, 2*time.Second + 38400*time.Millisecond},
		{time.Second, 100 * time.Microsecond, 1280, time.Second / 4},
		{10 * time.Second, time.Microsecond, 1280, 2*time.Second + 38400*time.Microsecond},
		{24 * time.Hour, time.Minute, 1280, 6 * time.Hour},
		{24 * time.Hour, time.Hour, 4, 6 * time.Hour},
		{time.Hour, time.Second, 0, 2 * time.Second},
		{math.MaxInt64, math.MaxInt64, math.MaxInt64, math.MaxInt64 / 4},
		{math.MaxInt64, time.Hour, 1280, 1280*30*time.Hour + 2*time.Second},
		{0, time.Second, 1280, 0},
	} {
		if got := huntTime(tc.duration, tc.cycle, tc.cycles); got != tc.want {
			t.Errorf("huntTime(%v, %v, %d) is %v, want %v", tc.duration, tc.cycle, tc.cycles, got, tc.want)
		}
	}
}

// TestLengthen: of a day, the hunt leaves more than 23 hours to the cycles before
// it, if the phase ended because its time was over.
func TestLengthen(t *testing.T) {
	const day, phase = 24 * time.Hour, 18 * time.Hour
	for _, tc := range []struct {
		name            string
		elapsed         time.Duration
		completed, cuts uint64
		want            bool
	}{
		{"over", phase, 1e9, 0, true},
		{"ended before", phase - time.Hour, 1e9, 0, false},
		{"no cycle", phase, 0, 0, false},
		{"long cycles", phase, 18, 0, false},
		{"cut", phase, 1e9, 1, false},
	} {
		c := &cycles{cfg: &CycleConfig{Duration: day}, duration: phase, started: time.Now().Add(-tc.elapsed)}
		c.completed.Store(tc.completed)
		c.cut.Store(tc.cuts)
		if got := c.lengthen(); got != tc.want {
			t.Errorf("%s: %v", tc.name, got)
		}
		if tc.want && (c.duration < 23*time.Hour || c.duration >= day) {
			t.Errorf("%s: the phase takes %v", tc.name, c.duration)
		}
	}
	if c := (&cycles{cfg: &CycleConfig{Cycles: 5}}); c.lengthen() {
		t.Error("a run without a duration was lengthened")
	}
}
