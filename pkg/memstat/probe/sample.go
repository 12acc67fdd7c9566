package probe

import (
	"encoding/json"
	"runtime"
	"strconv"
)

// Sample is a measurement between two cycles.
type Sample struct {
	// Cycle is the number of cycles that had completed.
	Cycle uint64
	// GCCycles counts the garbage collections since the process began. Two
	// samples with the same count have the same reading of HeapLive.
	GCCycles Reading
	Process
}

// takeSample collects garbage once (about a millisecond for a small heap, more
// while all cores are busy), so that both readings of the heap are fresh, and
// measures all but the slow metrics in about 50 microseconds. A trend over
// heap readings needs collections, and a short run has too few of its own.
func takeSample(cycle uint64) Sample {
	runtime.GC()
	reading.Lock()
	defer reading.Unlock()
	return Sample{Cycle: cycle, GCCycles: collections(), Process: measure(false)}
}

// MarshalJSON returns one object: cycle, gc_cycles, and the readings of the
// process. Absent readings are left out.
func (s Sample) MarshalJSON() ([]byte, error) {
	b := strconv.AppendUint([]byte(`{"cycle":`), s.Cycle, 10)
	b = s.GCCycles.appendField(b, "gc_cycles")
	return append(s.appendFields(b), '}'), nil
}

// UnmarshalJSON reads the output of MarshalJSON. It ignores unknown members.
func (s *Sample) UnmarshalJSON(data []byte) error {
	var own struct {
		Cycle    uint64  `json:"cycle"`
		GCCycles Reading `json:"gc_cycles"`
	}
	if err := json.Unmarshal(data, &own); err != nil {
		return err
	}
	s.Cycle, s.GCCycles = own.Cycle, own.GCCycles
	return s.Process.UnmarshalJSON(data)
}
