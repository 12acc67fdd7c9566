package engine

import (
	"runtime"
	"runtime/debug"
	"testing"
)

// percent reads the setting.
func percent() int {
	p := debug.SetGCPercent(100)
	debug.SetGCPercent(p)
	return p
}

func TestRelaxCollector(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	outer := relaxCollector(400)
	inner := relaxCollector(800)
	if p := percent(); p != 800 {
		t.Errorf("%d within two, want 800", p)
	}
	less := relaxCollector(200)
	if p := percent(); p != 800 {
		t.Errorf("%d after one that wants less, want 800", p)
	}
	outer()
	less()
	if p := percent(); p != 800 {
		t.Errorf("%d while one is left, want 800", p)
	}
	inner()
	if p := percent(); p != 100 {
		t.Errorf("%d at the end, want 100", p)
	}
	debug.SetGCPercent(-1)
	relaxCollector(400)()
	if p := percent(); p != -1 {
		t.Errorf("%d, but the collector was off", p)
	}
	debug.SetGCPercent(2000)
	restore := relaxCollector(400)
	if p := percent(); p != 2000 {
		t.Errorf("%d, but more was set", p)
	}
	restore()
}

func TestCycleGCPercentIsBounded(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(64))
	short := shortOfAddresses()
	for _, tc := range []struct{ workers, most int }{{1, 400}, {2, 1600}, {4, 3200}, {1000, 6400}} {
		if short {
			tc.most = 400
		}
		debug.FreeOSMemory() // collects
		if p := cycleGCPercent(tc.workers); p < tc.most/8 || p > tc.most {
			t.Errorf("%d %% of a small heap with %d workers, want up to %d", p, tc.workers, tc.most)
		}
	}
	ballast := make([]byte, 192<<20)
	debug.FreeOSMemory()
	if p := cycleGCPercent(1); p < 0 || p > 10 {
		t.Errorf("%d %% of a heap of 192 MiB", p)
	}
	runtime.KeepAlive(ballast)
}
