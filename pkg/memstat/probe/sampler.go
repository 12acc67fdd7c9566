package probe

// Sampler takes samples as cycles complete, evenly spread and at most
// [MaxSamples] of them: a full Sampler drops every second sample and doubles
// its stride. It allocates all its memory when it is made, so its samples do
// not show up in the heap that they measure. It is not safe for concurrent
// use.
type Sampler struct {
	samples []Sample
	stride  uint64
	next    uint64 // cycle at which the next sample is due
}

// MaxSamples is the maximum number of samples that a Sampler keeps: enough for
// a trend, and few enough to afford one garbage collection for each.
const MaxSamples = 128

// NewSampler returns a Sampler whose first sample is due at cycle 1. stride is
// the least number of cycles between two samples; 0 means 1. A 64th of the
// expected number of cycles is a good choice.
func NewSampler(stride uint64) *Sampler {
	return &Sampler{samples: make([]Sample, 0, MaxSamples), stride: max(stride, 1), next: 1}
}

// Due reports whether Observe would take a sample after this many cycles.
func (s *Sampler) Due(cycle uint64) bool { return cycle >= s.next }

// Observe takes a sample if one is due. cycle is the number of completed
// cycles, which must not decrease between calls. A sample costs one garbage
// collection, at least a millisecond or so.
func (s *Sampler) Observe(cycle uint64) {
	if !s.Due(cycle) {
		return
	}
	if len(s.samples) == cap(s.samples) {
		s.thin()
	}
	s.samples = append(s.samples, takeSample(cycle))
	s.next = cycle + s.stride
}

// thin keeps every second sample.
func (s *Sampler) thin() {
	kept := s.samples[:0]
	for i := 0; i < len(s.samples); i += 2 {
		kept = append(kept, s.samples[i])
	}
	s.samples = kept
	s.stride *= 2
}

// Samples returns the samples so far, oldest first. The next Observe may
// change the returned slice.
func (s *Sampler) Samples() []Sample { return s.samples }
