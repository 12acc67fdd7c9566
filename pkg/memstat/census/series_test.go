package census

import (
	"math"
	"testing"
)

// TestSeries observes counts as guests' allocators make them.
func TestSeries(t *testing.T) {
	const full = math.MaxInt64
	for _, tc := range []struct {
		name   string
		cycles uint64
		limit  int64
		count  func(cycle uint64) int64
		leaks  bool
		rate   float64 // pages per cycle
	}{
		{"constant", 1000, full, func(uint64) int64 { return 2 }, false, 0},
		{"zero", 1000, full, func(uint64) int64 { return 0 }, false, 0},
		{"1 KiB with each cycle", 1000, full, func(c uint64) int64 { return int64(2 + c/64) }, true, 1. / 64},
		{"a step in each quarter", 1000, full, func(c uint64) int64 { return int64(c / 240) }, true, 1. / 250},
		{"too slow", 1000, full, func(c uint64) int64 { return int64(c / 400) }, false, 0},
		{"a large step with each cycle", 100, full, func(c uint64) int64 { return int64(2 + 10*c) }, true, 10},
		{"doubles", 1000, full, func(c uint64) int64 { return 1 << int(math.Log2(float64(c))) }, true, 0.5},
		{"grows by a fifth", 1000, full, func(c uint64) int64 {
			size := int64(10)
			for size < int64(c) {
				size += (size + 4) / 5
			}
			return size
		}, true, 1},
		{"a cache that fills", 1000, full, func(c uint64) int64 { return int64(min(c, 250)) }, false, 0},
		{"a late step", 1000, full, func(c uint64) int64 { return 2 + int64(c/900)*50 }, false, 0},
		{"logarithm", 1000, full, func(c uint64) int64 { return int64(math.Log2(float64(c))) }, false, 0},
		{"square root", 1000, full, func(c uint64) int64 { return int64(math.Sqrt(float64(c))) }, true, 0.02},
		{"full", 1000, 50, func(c uint64) int64 { return int64(min(2+c, 50)) }, true, 1},
		{"full at once", 1000, 50, func(c uint64) int64 { return int64(min(2+10*c, 50)) }, false, 0},
		{"up and down", 1000, full, func(c uint64) int64 { return int64(c % 2) }, false, 0},
		{"too short", 15, full, func(c uint64) int64 { return int64(c) }, false, 0},
		{"just long enough", 16, full, func(c uint64) int64 { return int64(c) }, true, 1},
		{"none", 0, full, func(uint64) int64 { return 0 }, false, 0},
	} {
		var s Series
		for c := range tc.cycles {
			s.Observe(c+1, tc.count(c+1))
		}
		f, leaks := s.Judge(GuestMemory, "linear memory", tc.cycles, tc.limit, 100)
		if leaks != tc.leaks {
			t.Errorf("%s: %v, %+v", tc.name, leaks, f)
			continue
		}
		if leaks && (f.PerCycle < tc.rate*0.85 || f.PerCycle > tc.rate*1.15 || f.BytesPer != 100*f.PerCycle || f.Since < 2 || len(f.Bytes) != 4) {
			t.Errorf("%s: %+v", tc.name, f)
		}
	}
}

// TestSeriesBound: a leak as fast as the bound is found.
func TestSeriesBound(t *testing.T) {
	for _, cycles := range []uint64{16, 17, 100, 1003} {
		var s Series
		bound := s.Bound(cycles, 1000)
		for c := range cycles {
			s.Observe(c+1, int64(float64(c+1)*bound*1.0001))
		}
		if f, leaks := s.Judge(GuestMemory, "", cycles, 1000, 1); !leaks {
			t.Errorf("%d cycles, bound %v: %+v", cycles, bound, f)
		}
	}
	var s Series
	if b := s.Bound(15, 1000); !math.IsInf(b, 1) {
		t.Errorf("a run that is too short: %v", b)
	}
	for cycle := range uint64(100) {
		s.Observe(cycle+1, 2)
	}
	if b := s.Bound(100, 2); !math.IsInf(b, 1) {
		t.Errorf("no room to grow: %v", b)
	}
	if b := s.Bound(100, 3); b != 1./25 {
		t.Errorf("room to grow: %v", b)
	}
}
