package memstat

import (
	"encoding/json"
	"os"
	"runtime"
	"sync"
	"testing"
	"time"
)

func value(t *testing.T, name string, r Reading) uint64 {
	t.Helper()
	v, ok := r.Get()
	if !ok {
		t.Fatalf("%s is absent", name)
	}
	return v
}

func TestProbe(t *testing.T) {
	p := Probe()
	for name, r := range map[string]Reading{
		"heap_live_bytes": p.HeapLiveBytes, "heap_objects": p.HeapObjects, "goroutines": p.Goroutines,
	} {
		if value(t, name, r) == 0 {
			t.Errorf("%s is 0", name)
		}
	}
	for name, r := range map[string]Reading{"rss_bytes": p.RSSBytes, "fds": p.FDs, "maps": p.Maps} {
		if runtime.GOOS != "linux" {
			if !r.IsZero() {
				t.Errorf("%s on %s: %v", name, runtime.GOOS, r)
			}
			continue
		}
		if value(t, name, r) == 0 {
			t.Errorf("%s is 0", name)
		}
	}
	if rss, pss := p.RSSBytes, p.PSSBytes; !pss.IsZero() && value(t, "pss", pss) > value(t, "rss", rss)*2 {
		t.Errorf("pss %v is far above rss %v", pss, rss)
	}
}

// TestProbeSees holds each reading against something that it must notice.
func TestProbeSees(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("descriptors are read on Linux only")
	}
	files := func() uint64 { return value(t, "fds", TakeSample(0).FDs) }
	before := files()
	for range 3 {
		f, err := os.CreateTemp(t.TempDir(), "")
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
	}
	// The first file may make the Go runtime open its poller.
	if got := files(); got < before+3 || got > before+5 {
		t.Errorf("3 files more: %d descriptors, before %d", got, before)
	}
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	if got := files(); got != uint64(len(entries)-1) {
		t.Errorf("%d descriptors, the directory lists %d with its own", got, len(entries))
	}
}

func TestProbeSeesHeap(t *testing.T) {
	before := Probe()
	block := make([]byte, 8<<20)
	for i := range block {
		block[i] = 1
	}
	during := Probe()
	runtime.KeepAlive(block)
	after := Probe()
	grown := value(t, "live", during.HeapLiveBytes) - value(t, "live", before.HeapLiveBytes)
	if grown < 8<<20 || grown > 9<<20 {
		t.Errorf("8 MiB made the heap grow by %d", grown)
	}
	if value(t, "live", after.HeapLiveBytes) > value(t, "live", before.HeapLiveBytes)+1<<20 {
		t.Errorf("before %v, after %v", before.HeapLiveBytes, after.HeapLiveBytes)
	}
}

func TestSettleWaitsForGoroutines(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 20 {
		go time.Sleep(2 * time.Millisecond)
	}
	Settle()
	Settle()
	if n := runtime.NumGoroutine(); n > before {
		t.Errorf("%d goroutines, %d before", n, before)
	}
}

func TestSamplesDiffer(t *testing.T) {
	cheap := TakeSample(5)
	if cheap.Cycle != 5 || !cheap.HeapObjects.IsZero() {
		t.Errorf("a sample without a collection counts objects: %+v", cheap)
	}
	collected := TakeCollectedSample(6)
	if value(t, "objects", collected.HeapObjects) == 0 {
		t.Error("no objects")
	}
	if value(t, "gc", collected.GCCycles) <= value(t, "gc", cheap.GCCycles) {
		t.Error("no collection was forced")
	}
}

func TestProbeConcurrently(t *testing.T) {
	want := value(t, "goroutines", Probe().Goroutines)
	fds := TakeSample(0).FDs
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 50 {
				if got := TakeSample(0).FDs; got != fds {
					t.Errorf("fds %v, before %v: one probe saw another", got, fds)
				}
			}
		})
	}
	wg.Wait()
	if got := value(t, "goroutines", Probe().Goroutines); got > want {
		t.Errorf("%d goroutines, %d before", got, want)
	}
}

func TestReadingJSON(t *testing.T) {
	type doc struct {
		A Reading `json:"a,omitzero"`
		B Reading `json:"b,omitzero"`
	}
	text, err := json.Marshal(doc{B: Measured(0)})
	if err != nil || string(text) != `{"b":0}` {
		t.Errorf("%s, %v", text, err)
	}
	got := doc{A: Measured(9)}
	if err := json.Unmarshal([]byte(`{"a":null,"b":18446744073709551615}`), &got); err != nil {
		t.Fatal(err)
	}
	if want := (doc{B: Measured(1<<64 - 1)}); got != want {
		t.Errorf("%+v", got)
	}
	if err := json.Unmarshal([]byte(`{"a":-1}`), &got); err == nil || !got.A.IsZero() {
		t.Errorf("-1 was read as %v", got.A)
	}
}

func TestSampler(t *testing.T) {
	s := NewSampler(0, false)
	for cycle := uint64(1); cycle <= 1000; cycle++ {
		s.Observe(cycle)
	}
	samples := s.Samples()
	if len(samples) <= MaxSamples/2 || len(samples) > MaxSamples {
		t.Fatalf("%d samples", len(samples))
	}
	step := samples[1].Cycle - samples[0].Cycle
	for i, sample := range samples {
		if want := 1 + uint64(i)*step; sample.Cycle != want {
			t.Fatalf("sample %d is of cycle %d, want %d", i, sample.Cycle, want)
		}
	}
	if last := samples[len(samples)-1].Cycle; last+step <= 1000 {
		t.Errorf("the last sample is of cycle %d, the step %d", last, step)
	}
}

// TestSamplerStride: workers may finish several cycles between two calls.
func TestSamplerStride(t *testing.T) {
	s := NewSampler(10, true)
	for cycle := uint64(3); cycle <= 100; cycle += 3 {
		due, before := s.Due(cycle), len(s.Samples())
		s.Observe(cycle)
		if due != (len(s.Samples()) > before) {
			t.Errorf("cycle %d: due %v, %d samples more", cycle, due, len(s.Samples())-before)
		}
	}
	samples := s.Samples()
	for i := 1; i < len(samples); i++ {
		if samples[i].Cycle < samples[i-1].Cycle+10 {
			t.Errorf("cycles %d and %d are too near", samples[i-1].Cycle, samples[i].Cycle)
		}
		if samples[i].GCCycles == samples[i-1].GCCycles {
			t.Error("no collection between two samples")
		}
	}
}

// TestSamplesAreFree: the sampler must not show up in what it measures.
func TestSamplesAreFree(t *testing.T) {
	s := NewSampler(1, false)
	var cycle uint64
	if n := testing.AllocsPerRun(4*MaxSamples, func() { cycle++; s.Observe(cycle) }); n >= 8 {
		t.Errorf("%v allocations a sample", n)
	}
}

func BenchmarkTakeSample(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		TakeSample(0)
	}
}

func BenchmarkTakeCollectedSample(b *testing.B) {
	for b.Loop() {
		TakeCollectedSample(0)
	}
}
