package probe

import (
	"encoding/json"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

func value(t *testing.T, m Metric, p Process) uint64 {
	t.Helper()
	v, ok := p.Get(m)
	if !ok {
		t.Fatalf("%v is absent", m)
	}
	return v
}

// now measures as a sample does, without a garbage collection.
func now() Process {
	reading.Lock()
	defer reading.Unlock()
	return measure(false)
}

func TestSettled(t *testing.T) {
	p := Settled()
	for m := range metricCount {
		switch m {
		case HeapLive, HeapObjects, Goroutines:
		case PSS:
			if p[PSS].IsZero() { // before Linux 4.14
				continue
			}
			fallthrough
		default:
			if runtime.GOOS != "linux" {
				if !p[m].IsZero() {
					t.Errorf("%v on %s: %v", m, runtime.GOOS, p[m])
				}
				continue
			}
		}
		if value(t, m, p) == 0 {
			t.Errorf("%v is 0", m)
		}
	}
	if pss, ok := p.Get(PSS); ok && pss > value(t, RSS, p)*2 {
		t.Errorf("pss %v is far above rss %v", pss, p[RSS])
	}
	if fast := now(); !fast[PSS].IsZero() {
		t.Errorf("a fast measurement read pss: %v", fast[PSS])
	}
}

// TestMetricTable checks that each metric has a complete row of its own.
func TestMetricTable(t *testing.T) {
	names := map[string]bool{}
	for m := range metricCount {
		row := metricTable[m]
		if row.name == "" || row.label == "" || row.unit == "" || row.read == nil || names[row.name] {
			t.Errorf("metric %d has the row %+v", m, row)
		}
		names[row.name] = true
		if m.String() != row.name || m.Label() != row.label || m.Unit() != row.unit {
			t.Errorf("metric %d is %v, %q, %q; want %+v", m, m, m.Label(), m.Unit(), row)
		}
		if m.IsSize() != strings.HasSuffix(row.name, "_bytes") {
			t.Errorf("%v: IsSize is %v", m, m.IsSize())
		}
	}
	if s := Metric(metricCount).String(); s != "unknown" {
		t.Errorf("no metric is called %q", s)
	}
}

// TestFilesShow opens files, which must show in the count of descriptors.
func TestFilesShow(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("descriptors are read on Linux only")
	}
	files := func() uint64 { return value(t, FDs, now()) }
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

func TestHeapShows(t *testing.T) {
	before := Settled()
	block := make([]byte, 8<<20)
	for i := range block {
		block[i] = 1
	}
	during := Settled()
	runtime.KeepAlive(block)
	after := Settled()
	grown := value(t, HeapLive, during) - value(t, HeapLive, before)
	if grown < 8<<20 || grown > 9<<20 {
		t.Errorf("8 MiB made the heap grow by %d", grown)
	}
	if value(t, HeapLive, after) > value(t, HeapLive, before)+1<<20 {
		t.Errorf("before %v, after %v", before[HeapLive], after[HeapLive])
	}
}

func TestSettleWaitsForGoroutines(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 20 {
		go time.Sleep(2 * time.Millisecond)
	}
	settle()
	settle()
	if n := runtime.NumGoroutine(); n > before {
		t.Errorf("%d goroutines, %d before", n, before)
	}
}

func TestSample(t *testing.T) {
	first, second := takeSample(5), takeSample(6)
	if first.Cycle != 5 || second.Cycle != 6 {
		t.Errorf("samples of cycles %d and %d", first.Cycle, second.Cycle)
	}
	if value(t, HeapObjects, first.Process) == 0 {
		t.Error("no objects")
	}
	before, _ := first.GCCycles.Get()
	if after, _ := second.GCCycles.Get(); after <= before {
		t.Error("no collection was forced")
	}
}

func TestConcurrentMeasurements(t *testing.T) {
	want := value(t, Goroutines, Settled())
	before := now()[FDs]
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 50 {
				if got := now()[FDs]; got != before {
					t.Errorf("fds %v, before %v: one measurement saw another", got, before)
				}
			}
		})
	}
	wg.Wait()
	if got := value(t, Goroutines, Settled()); got > want {
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
	s := NewSampler(0)
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
	s := NewSampler(10)
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

// TestMeasuringAllocatesNothing: a sample must not show in its own
// measurements.
func TestMeasuringAllocatesNothing(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() { now() }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestProcessJSON(t *testing.T) {
	p := Process{HeapLive: Measured(1), FDs: Measured(0), Maps: Measured(1<<64 - 1)}
	const want = `{"heap_live_bytes":1,"fds":0,"maps":18446744073709551615}`
	for _, tc := range []struct {
		name string
		give any
		want string
	}{
		{"empty", Process{}, `{}`},
		{"process", p, want},
		{"pointer", &p, want},
		{"sample", Sample{Cycle: 7, GCCycles: Measured(3), Process: p}, `{"cycle":7,"gc_cycles":3,` + want[1:]},
		{"sample without collections", Sample{Process: p}, `{"cycle":0,` + want[1:]},
		{"empty sample", Sample{}, `{"cycle":0}`},
	} {
		text, err := json.Marshal(tc.give)
		if err != nil || string(text) != tc.want {
			t.Errorf("%s: %s, %v; want %s", tc.name, text, err, tc.want)
		}
	}
	sample := Sample{Cycle: 7, GCCycles: Measured(3), Process: p}
	text, err := json.Marshal(sample)
	if err != nil {
		t.Fatal(err)
	}
	back := Sample{Process: Process{RSS: Measured(1)}}
	if err := json.Unmarshal(text, &back); err != nil || back != sample {
		t.Errorf("read back %+v, %v; want %+v", back, err, sample)
	}
	if err := json.Unmarshal([]byte(`{"later":{},"fds":null,"maps":2}`), &p); err != nil || p != (Process{Maps: Measured(2)}) {
		t.Errorf("read %v, %v", p, err)
	}
	for _, bad := range []string{`{"fds":-1}`, `{"fds":"3"}`, `[]`, `{"cycle":-1}`} {
		if err := json.Unmarshal([]byte(bad), &Sample{}); err == nil {
			t.Errorf("%s was read", bad)
		}
	}
}

func BenchmarkMeasure(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		now()
	}
}

func BenchmarkSample(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		takeSample(0)
	}
}
