package leaktest

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/census"
	"github.com/wamr-go/wamr-go/pkg/memstat/probe"
)

// TB is the part of testing.TB that this package needs.
type TB interface {
	Helper()
	Errorf(format string, args ...any)
	Cleanup(f func())
}

// VerifyNone fails the test for each runtime, module and instance that was made after
// the call and was not given back when the test, and the cleanups that it registers
// later, have ended. It waits up to a second for other goroutines to give them back.
// Call it at the beginning of a test.
func VerifyNone(t TB) {
	t.Helper()
	rate := runtime.MemProfileRate
	runtime.MemProfileRate = 1
	watch := memstat.NewWatch()
	probe.Settled() // the profile is that of the last collection
	before := inUse()
	t.Cleanup(func() {
		t.Helper()
		defer func() {
			watch.Stop()
			runtime.MemProfileRate = rate
		}()
		for _, l := range lost(watch, before) {
			t.Errorf("%s", l)
		}
	})
}

// patience is the last of the pauses, each twice as long as the one before, in
// which other goroutines may give something back: all take a second.
var patience = 512 * time.Millisecond

// lost describes the things that are in use now and were not before. As long as
// there are any, it looks again after each pause.
func lost(watch *memstat.Watch, before tally) []string {
	for pause := time.Millisecond; ; pause *= 2 {
		probe.Settled()
		now := inUse()
		now.addScopes(watch.Open())
		list := now.since(before)
		if len(list) == 0 || pause > patience {
			return list
		}
		time.Sleep(pause)
	}
}

// Cycle runs f n times and fails the test for everything that grows with each run, with
// its rate and its place, and for runtimes and instances of package engine that f does
// not close. n is at least [census.LeastCycles]; a few hundred also find leaks that do
// not happen in every run. The first runs may fill caches. f must return only when
// everything that it started has ended. Cycle runs in one test of a process at a time.
func Cycle(t TB, n int, f func()) {
	t.Helper()
	if n < census.LeastCycles {
		t.Errorf("leaktest: %d cycles are too few to tell; run at least %d", n, census.LeastCycles)
		return
	}
	watch := memstat.NewWatch()
	defer watch.Stop()
	run := func(cycles int) bool {
		for range cycles {
			f()
		}
		return true
	}
	plan := census.PlanFor(uint64(n))
	run(n - int(plan.Cycles()))
	before := inUse()
	r := census.Hunt(census.Config{}, plan, run)
	now := inUse()
	now.addScopes(watch.Open())
	lost := now.since(before)
	for _, f := range r.Findings {
		lost = append(lost, describe(f))
	}
	const most = 6 // the parts of a lost instance grow in many places
	for _, l := range lost[:min(most, len(lost))] {
		t.Errorf("%s", l)
	}
	if more := len(lost) - most; more > 0 {
		t.Errorf("and in %d more places", more)
	}
}

// describe names the growing objects, and the place that makes them.
func describe(f census.Finding) string {
	var b strings.Builder
	fmt.Fprintf(&b, "grows with each cycle: %.3g %s", f.PerCycle, f.Kind.Unit(2))
	if f.BytesPer != 0 {
		fmt.Fprintf(&b, " (%.3g bytes)", f.BytesPer)
	}
	if len(f.Site) == 0 {
		fmt.Fprintf(&b, ", %s", f.Identity)
		return b.String()
	}
	b.WriteString(", made at:")
	own := slices.IndexFunc(f.Site, func(frame memstat.Frame) bool { return strings.HasPrefix(frame.Function, "leaktest.Cycle") })
	if own < 0 {
		own = len(f.Site)
	}
	for _, frame := range f.Site[:own] {
		b.WriteString("\n\t" + frame.String())
	}
	return b.String()
}
