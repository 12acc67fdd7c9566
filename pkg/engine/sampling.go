package engine

import (
	"sync"
	"time"

	"github.com/wamr-go/wamr-go/pkg/memstat/probe"
	"github.com/wamr-go/wamr-go/pkg/memstat/trend"
)

// sampling takes samples of the process between cycles. No cycle is in progress
// at that time, so a sample shows only the remains of earlier cycles.
type sampling struct {
	between sync.RWMutex // read-held during a cycle

	mu      sync.Mutex
	sampler *probe.Sampler // nil: no samples
	started time.Time
	spent   time.Duration

	// When the next sample is wanted, whatever it costs. A step of 0 means
	// never.
	nextCycle, stepCycle uint64
	nextTime, stepTime   time.Duration
}

const (
	// wantedSamples are taken whatever they cost, because a trend needs them. They are
	// spread evenly, so that the trend describes the whole run. More are taken while
	// sampling costs less than 1/maxShare of the run.
	wantedSamples = 2 * trend.MinPoints
	spreadSamples = 4 * trend.MinPoints
	maxShare      = 50 // a fiftieth: 2 %
)

// newSampling returns the sampling of a phase, which ends after so many cycles or
// after the duration; 0 means no limit. every is CycleConfig.SampleEvery.
func newSampling(every int64, cycles uint64, duration time.Duration, now time.Time) *sampling {
	s := &sampling{started: now, nextCycle: 1, stepTime: duration / wantedSamples}
	if every < 0 {
		return s
	}
	stride := uint64(every)
	if stride == 0 {
		stride = cycles / spreadSamples
	}
	if cycles > 0 {
		s.stepCycle = max(cycles/wantedSamples, stride, 1)
	}
	s.sampler = probe.NewSampler(stride)
	return s
}

// observe takes a sample if one is due, and is wanted or affordable. A worker
// waits while another one takes a sample; its next cycle would wait anyway. If
// it went on, a sampler that the system suspends here could miss most of a run.
func (s *sampling) observe(completed uint64) {
	if s.sampler == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.sampler.Due(completed) {
		return
	}
	begin := time.Now()
	elapsed := begin.Sub(s.started)
	if !s.wanted(completed, elapsed) && s.spent > elapsed/maxShare {
		return
	}
	s.between.Lock()
	s.sampler.Observe(completed)
	s.between.Unlock()
	s.spent += time.Since(begin)
}

// wanted reports whether one of the wantedSamples is due, and plans the next
// one. The first sample is one of them.
func (s *sampling) wanted(completed uint64, elapsed time.Duration) bool {
	byCycle := s.nextCycle > 0 && completed >= s.nextCycle
	byTime := s.stepTime > 0 && elapsed >= s.nextTime
	if byCycle {
		s.nextCycle = 0
		if s.stepCycle > 0 {
			s.nextCycle = (completed/s.stepCycle + 1) * s.stepCycle
		}
	}
	if byTime {
		s.nextTime = elapsed + s.stepTime
	}
	return byCycle || byTime
}

// soFar returns a copy of the samples, nil if none are taken, and the time that
// they took.
func (s *sampling) soFar() ([]probe.Sample, time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sampler == nil {
		return nil, s.spent
	}
	return append([]probe.Sample{}, s.sampler.Samples()...), s.spent
}
