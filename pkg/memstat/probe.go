package memstat

import (
	"runtime"
	"runtime/metrics"
)

// Probe settles the process (see [Settle]) and measures it. It takes from one
// millisecond to a quarter of a second, so that it belongs before the first
// cycle and after the last. Safe for concurrent use.
func Probe() Process {
	Settle()
	p := system()
	p.PSSBytes = pss()
	p.Goroutines = Measured(uint64(runtime.NumGoroutine()))
	var h heap
	h.read()
	p.HeapLiveBytes, p.HeapObjects = h.live(), h.objects()
	return p
}

// TakeSample measures the process as it is, in about 50 microseconds:
// nothing is collected first, so that HeapLiveBytes is as old as the last
// garbage collection and HeapObjects is absent. Safe for concurrent use.
func TakeSample(cycle uint64) Sample {
	s := Sample{Cycle: cycle, Process: system()}
	s.Goroutines = Measured(uint64(runtime.NumGoroutine()))
	var h heap
	h.read()
	s.HeapLiveBytes, s.GCCycles = h.live(), h.collections()
	return s
}

// TakeCollectedSample forces one garbage collection (about a millisecond for a
// small heap, more where all cores are busy) and takes a sample with both heap readings
// fresh. A trend over heap readings needs collections, and a short run has too
// few of its own.
func TakeCollectedSample(cycle uint64) Sample {
	runtime.GC()
	s := Sample{Cycle: cycle, Process: system()}
	s.Goroutines = Measured(uint64(runtime.NumGoroutine()))
	var h heap
	h.read()
	s.HeapLiveBytes, s.HeapObjects, s.GCCycles = h.live(), h.objects(), h.collections()
	return s
}

// heap reads the Go runtime's own metrics. Unlike runtime.ReadMemStats they
// don't stop the world.
type heap [3]metrics.Sample

func (h *heap) read() {
	h[0].Name = "/gc/heap/live:bytes"
	h[1].Name = "/gc/heap/objects:objects"
	h[2].Name = "/gc/cycles/total:gc-cycles"
	metrics.Read(h[:])
}

func (h *heap) live() Reading        { return metric(h[0]) }
func (h *heap) objects() Reading     { return metric(h[1]) }
func (h *heap) collections() Reading { return metric(h[2]) }

// metric is absent where a Go runtime no longer has the metric.
func metric(s metrics.Sample) Reading {
	if s.Value.Kind() != metrics.KindUint64 {
		return Reading{}
	}
	return Measured(s.Value.Uint64())
}
