package probe

import (
	"runtime"
	"runtime/metrics"
)

// Metric identifies one quantity of the process. It indexes a [Process].
type Metric uint8

// The metrics, in the order of the report.
const (
	// HeapLive is the part of the Go heap that the last garbage collection
	// found alive, in bytes. Linear memories and compiled code are mappings
	// outside the Go heap.
	HeapLive Metric = iota
	// HeapObjects counts the objects of the Go heap.
	HeapObjects
	// RSS is the resident memory in bytes; shared pages count in full.
	RSS
	// PSS is the resident memory in bytes; a shared page is divided among the
	// processes that share it. Only [Settled] reads it.
	PSS
	// FDs counts the open file descriptors, without the probe's own.
	FDs
	// Goroutines counts the goroutines, without the Go runtime's own.
	Goroutines
	// Maps counts the memory mappings, which are lines of /proc/self/maps.
	Maps
	metricCount
)

// metricTable is the only place that describes a metric.
var metricTable = [metricCount]struct {
	name  string // in JSON
	label string // in text
	unit  string
	slow  bool // too slow for a sample
	heap  bool // of the Go heap: it changes at garbage collections only
	read  func() Reading
}{
	HeapLive:    {"heap_live_bytes", "heap live", unitBytes, false, true, heapLive},
	HeapObjects: {"heap_objects", "heap objects", "objects", false, true, gauge("/gc/heap/objects:objects")},
	RSS:         {"rss_bytes", "rss", unitBytes, false, false, rss},
	PSS:         {"pss_bytes", "pss", unitBytes, true, false, pss}, // the kernel walks all page tables
	FDs:         {"fds", "fds", "descriptors", false, false, fds},
	Goroutines:  {"goroutines", "goroutines", "goroutines", false, false, goroutines},
	Maps:        {"maps", "maps", "mappings", false, false, maps},
}

const unitBytes = "bytes"

// String returns the metric's name in JSON reports, such as "rss_bytes".
func (m Metric) String() string {
	if m >= metricCount {
		return "unknown"
	}
	return metricTable[m].name
}

// Label returns the metric's name in text reports, such as "heap live".
func (m Metric) Label() string { return metricTable[m].label }

// Unit returns the plural name of the metric's unit, such as "bytes".
func (m Metric) Unit() string { return metricTable[m].unit }

// OfHeap reports whether the metric is one of the Go heap, which changes at garbage
// collections only.
func (m Metric) OfHeap() bool { return metricTable[m].heap }

// IsSize reports whether the metric counts bytes.
func (m Metric) IsSize() bool { return metricTable[m].unit == unitBytes }

// Available reports whether this system can measure m, by measuring it. Safe for
// concurrent use.
func Available(m Metric) bool {
	reading.Lock()
	defer reading.Unlock()
	_, ok := metricTable[m].read().Get()
	return ok
}

var (
	heapLive    = gauge("/gc/heap/live:bytes")
	collections = gauge("/gc/cycles/total:gc-cycles")
)

// gauge returns a function that reads a metric of the Go runtime. Unlike
// runtime.ReadMemStats it does not stop the world. The reading is absent if
// this version of Go lacks the metric. The function reuses its buffer, so its
// caller holds the lock named reading.
func gauge(name string) func() Reading {
	buffer := []metrics.Sample{{Name: name}}
	return func() Reading {
		metrics.Read(buffer)
		if buffer[0].Value.Kind() != metrics.KindUint64 {
			return Reading{}
		}
		return Measured(buffer[0].Value.Uint64())
	}
}

func goroutines() Reading { return Measured(uint64(runtime.NumGoroutine())) }
