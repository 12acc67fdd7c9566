package memstat

import (
	"bytes"
	"encoding/json"
)

// Reading is a measured count, or none: the zero Reading says that the host
// could not tell. It holds no pointer, so that a long series of samples costs
// nothing to collect. In JSON it is a number, and with omitzero it is absent.
type Reading struct {
	value uint64
	known bool
}

// Measured returns the reading of value v.
func Measured(v uint64) Reading { return Reading{value: v, known: true} }

// Get returns the value, and whether there is one.
func (r Reading) Get() (uint64, bool) { return r.value, r.known }

// IsZero reports that nothing was measured. A measured 0 is not zero.
func (r Reading) IsZero() bool { return !r.known }

// MarshalJSON writes the number, or null for an absent one.
func (r Reading) MarshalJSON() ([]byte, error) {
	if !r.known {
		return []byte("null"), nil
	}
	return json.Marshal(r.value)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (r *Reading) UnmarshalJSON(data []byte) error {
	*r = Reading{}
	if bytes.Equal(data, []byte("null")) {
		return nil
	}
	if err := json.Unmarshal(data, &r.value); err != nil {
		return err
	}
	r.known = true
	return nil
}

// Process is what the host process holds, of whatever instance. A reading that
// the system cannot give is absent.
type Process struct {
	// HeapLiveBytes is the Go heap that the last garbage collection found
	// alive. It does not include linear memories and compiled code, which are
	// mappings of their own.
	HeapLiveBytes Reading `json:"heap_live_bytes,omitzero"`
	// HeapObjects counts the objects of the Go heap just after a collection;
	// absent where none was forced, as it would count garbage.
	HeapObjects Reading `json:"heap_objects,omitzero"`
	// RSSBytes is the resident memory: the pages now in RAM, shared ones
	// counted in full. Linux only.
	RSSBytes Reading `json:"rss_bytes,omitzero"`
	// PSSBytes is the resident memory with each shared page divided among its
	// users. Linux only, and only from Probe: the kernel walks all page tables.
	PSSBytes Reading `json:"pss_bytes,omitzero"`
	// FDs counts the open file descriptors, less the probe's own. Linux only.
	FDs Reading `json:"fds,omitzero"`
	// Goroutines counts the goroutines of the program, less the runtime's own.
	Goroutines Reading `json:"goroutines,omitzero"`
	// Maps counts the memory mappings, lines of /proc/self/maps. Linux only.
	Maps Reading `json:"maps,omitzero"`
}

// Sample is a reading between two cycles.
type Sample struct {
	Cycle uint64 `json:"cycle"` // cycles completed when it was taken
	// GCCycles counts the garbage collections since the process began: two
	// samples with the same count have seen the same HeapLiveBytes.
	GCCycles Reading `json:"gc_cycles,omitzero"`
	Process
}
