package memstat

// Sampler takes samples as cycles complete, evenly spread and bounded in
// number: when it is full it drops every second one and doubles its stride. All
// memory is taken at the start, so that the samples do not show up in the heap
// that they measure. It is not safe for concurrent use.
type Sampler struct {
	samples []Sample
	stride  uint64
	next    uint64
	collect bool
}

// MaxSamples bounds what a Sampler keeps. It is enough for a trend, and
// few enough that a collection for each costs little.
const MaxSamples = 128

// NewSampler returns a sampler whose first sample is due at cycle 1. stride is
// the least number of cycles between two samples; 0 means 1, and a 64th of the
// cycles to come is a fair choice. With collect each
// sample forces a garbage collection (see [TakeCollectedSample]), without it
// none does (see [TakeSample]).
func NewSampler(stride uint64, collect bool) *Sampler {
	return &Sampler{
		samples: make([]Sample, 0, MaxSamples),
		stride:  max(stride, 1),
		next:    1,
		collect: collect,
	}
}

// Due reports whether Observe would take a sample at this many completed
// cycles.
func (s *Sampler) Due(cycle uint64) bool { return cycle >= s.next }

// Observe takes a sample if one is due. cycle counts the completed cycles and
// grows from call to call.
func (s *Sampler) Observe(cycle uint64) {
	if !s.Due(cycle) {
		return
	}
	if len(s.samples) == cap(s.samples) {
		s.thin()
	}
	if s.collect {
		s.samples = append(s.samples, TakeCollectedSample(cycle))
	} else {
		s.samples = append(s.samples, TakeSample(cycle))
	}
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

// Samples returns the samples so far, oldest first. The slice is the
// sampler's own until it is observed no more.
func (s *Sampler) Samples() []Sample { return s.samples }
