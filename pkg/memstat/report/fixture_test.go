package report

import (
	"time"

	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/census"
	"github.com/wamr-go/wamr-go/pkg/memstat/guestheap"
	"github.com/wamr-go/wamr-go/pkg/memstat/probe"
	"github.com/wamr-go/wamr-go/pkg/memstat/trend"
)

func ptr[T any](v T) *T { return &v }

// leakyReport returns a full report of a run that leaked, with hostile strings
// wherever a guest may choose the text.
func leakyReport() *Report {
	snap := memstat.Snapshot{
		Kinds: []memstat.KindStat{
			{Kind: memstat.KindInstance, PeakObjects: 1, Acquired: 1000, Released: 1000},
			{Kind: memstat.KindMemory, PeakObjects: 1, PeakBytes: 1 << 20, Acquired: 1000, Released: 1000},
			{Kind: memstat.KindSystem, PeakObjects: 1, PeakBytes: 96, Acquired: 1000, Released: 1000},
			{Kind: memstat.KindFDEntry, LiveObjects: 2, LiveBytes: 256, PeakObjects: 5, PeakBytes: 640, Acquired: 5000, Released: 4998},
			{Kind: memstat.KindHostFD, PeakObjects: 2, Acquired: 2000, Released: 2000},
			{Kind: memstat.KindPrestatLock, LiveObjects: 1000, LiveBytes: 24000, PeakObjects: 1, PeakBytes: 24, Acquired: 1000},
			{Kind: memstat.KindSlot, PeakObjects: 2, PeakBytes: 8 << 30, Acquired: 2, Released: 2},
		},
		Leaks: []memstat.Leak{
			{Kind: memstat.KindPrestatLock, Objects: 1000, Bytes: 24000, Cycle: 1, Site: []memstat.Frame{
				{Function: "wasi.(*prestats).init", File: "wasi/prestat.go", Line: 41},
				{Function: "wasi.NewSystem", File: "wasi/system.go", Line: 88},
				{Function: "engine.(*Module).Instantiate", File: "engine/instance.go", Line: 120},
			}},
			{Kind: memstat.KindFDEntry, Objects: 2, Bytes: 256, Cycle: 317},
		},
		DoubleReleases: 1,
	}
	target, err := NewTarget("esp32s3", snap)
	if err != nil {
		panic(err)
	}
	before := probe.Process{
		probe.HeapLive: probe.Measured(1_234_567), probe.HeapObjects: probe.Measured(9_120), probe.RSS: probe.Measured(25_165_824),
		probe.PSS: probe.Measured(24_000_512), probe.FDs: probe.Measured(7), probe.Goroutines: probe.Measured(4), probe.Maps: probe.Measured(61),
	}
	after := before
	after[probe.HeapLive], after[probe.HeapObjects] = probe.Measured(1_260_104), probe.Measured(10_131)
	return &Report{
		Outcome: Outcome{
			Kind:    "trap",
			Message: "wasm error: unreachable\nwasm stack trace:",
			Stack:   []memstat.Frame{{Function: ".\x1b[2J\x1b]0;owned\a(i32)"}, {Function: ".main\u202e()"}},
			OpenFDs: &OpenFDs{Count: 1_234, First: "/data/\x1b[31mred/a-long-name-of-a-file-that-the-guest-chose.txt"},
		},
		Tool: &Tool{
			Version: "v1.2.3", Wazero: "v1.12.0", Go: "go1.26.1", Platform: "linux/arm", Engine: "interpreter",
			EngineReason: "wazero compiles for amd64 and arm64 only", ExitCode: ptr(134),
			Failures: []Failure{
				{"leak: 1,000 prestat_lock (24,000 bytes) not given back", 99},
				{"the guest trapped in 2 of 1,000 cycles\x1b[2J\nClean", 134},
			},
		},
		Run: &Run{
			Function: "sp\x1b[2Jin", Arguments: []string{"", "plain", "two words", "a  \"quoted\" one", "\x1b[31m\u202e", "ünïcode"},
			Environment: []string{"HOME", "PATH\n"}, Command: []string{"wamr-go", "run", "--mem-report=html:a b.html", "--env", "HOME", "-f", "sp\x1b[2Jin", "it's.wasm", ""},
			Started: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), ElapsedNS: 1_234_567_890,
		},
		Module: &Module{
			Path:      "guests/\x1b[31mred\nLeaks\u009b.wasm",
			SHA256:    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
			WasmBytes: 12_345, NativeBytes: ptr[uint64](98_304), Functions: 42, DataBytes: 1_024, Cached: true,
		},
		Memory: &Memory{
			InitialBytes: 131_072, PeakBytes: 1 << 20, TouchedBytes: ptr[uint64](73_728), LimitBytes: 1 << 32, Grows: 14, DeniedGrows: 3,
			TableBytes: ptr[uint64](4_096), TotalBytes: 1<<20 + 4_096,
			Stack:   &Stack{SizeBytes: 65_536, SizeIsBound: true, PeakBytes: 1_312},
			Layout:  []Region{{Name: "data", Offset: 1024, Bytes: 4096}, {Name: "stack", Offset: 5120, Bytes: 65_536}, {Name: "heap", Offset: 70_656, Bytes: 1<<20 - 70_656}},
			Touched: []Region{{Offset: 0, Bytes: 8192}, {Offset: 65_536, Bytes: 65_536}},
		},
		Ledger:  NewLedger(snap),
		Process: &Process{Process: after, Before: &before},
		Cycles: &Cycles{
			Requested: 1000, Completed: 1000, Workers: 2, PerSecond: 48_211.7, P50NS: 7_812, P90NS: 12_400, P99NS: 35_240,
			MaxNS: 91_000, Verdict: memstat.Leaking, Reason: "objects grow with every cycle",
			Census: []census.Finding{
				{
					Kind: census.GoHeap, Identity: "engine.leak engine/leak.go:33", Counts: []int64{50, 299, 548, 797}, Bytes: []int64{3200, 19136, 35072, 51008},
					PerCycle: 1, BytesPer: 64, Since: 253, Verdict: memstat.Leaking,
					Site: []memstat.Frame{{Function: "engine.leak", File: "engine/leak.go", Line: 33}, {Function: "engine.(*cycleWorker).run", File: "engine/cycle.go", Line: 200}},
				},
				{Kind: census.Descriptor, Identity: "/tmp/\x1b[31mred", Counts: []int64{9, 12, 14, 17}, Bytes: []int64{0, 0, 0, 0}, PerCycle: 0.0107, Since: 253, Verdict: memstat.Leaking},
			},
			Hunt: &Hunt{Plan: census.Plan{WarmUp: 50, Window: 249, Windows: 3}, Counted: []census.Kind{census.GoHeap, census.Descriptor}, HiddenBelow: 2. / 249},
			Trend: trend.Trend{
				WarmUp: 13,
				Metrics: []trend.Metric{
					{Name: "heap_live_bytes", Unit: "bytes", Slope: &trend.Slope{PerCycle: 4.31, CILow: -3.1, CIHigh: 25.1}, Points: 115},
					{Name: "heap_objects", Unit: "objects", Slope: &trend.Slope{PerCycle: 1.01, CILow: 0.99, CIHigh: 1.04}, Points: 115},
					{Name: "rss_bytes", Unit: "bytes", Slope: &trend.Slope{PerCycle: -120.25, CILow: -4096, CIHigh: 2891.4}, Points: 115},
					{Name: "fds", Unit: "descriptors", Slope: &trend.Slope{}, Points: 115},
					{Name: "maps", Unit: "mappings", Points: 3},
				},
			},
			Samples: []probe.Sample{
				{Cycle: 1, GCCycles: probe.Measured(3), Process: probe.Process{probe.HeapLive: probe.Measured(1_234_000), probe.FDs: probe.Measured(7), probe.Goroutines: probe.Measured(4)}},
				{Cycle: 1000, GCCycles: probe.Measured(130), Process: probe.Process{probe.HeapLive: probe.Measured(1_260_104), probe.FDs: probe.Measured(0)}},
			},
			Latency: &Latency{Count: 1000, SumNS: 61_250_000, Buckets: []LatencyBucket{
				{50_000, 480}, {100_000, 989}, {250_000, 998}, {10_000_000_000, 1000},
			}},
			Outcomes: map[string]uint64{"exit": 998, "trap": 2, "timeout": 0, "interrupted": 0, "error": 0}, NonzeroExits: 7,
			FirstFailure: &CycleFailure{Cycle: 17, Kind: "trap", Message: "unreachable\x1b[2J\nLeaks"},
		},
		Budget: NewBudget(1_000_000, 1_179_648),
		Budgets: []FigureBudget{
			{Name: TotalMemory, Unit: UnitBytes, Limit: 1_000_000, Value: ptr[uint64](1_179_648), Exceeded: true},
			{Name: "cycle_p99", Unit: UnitNanoseconds, Limit: 5_000_000, Value: ptr[uint64](35_240)},
			{Name: "fds", Unit: "descriptors", Limit: 1, Value: ptr[uint64](5), Exceeded: true},
			{Name: "pss", Unit: UnitBytes, Limit: 1 << 20},
			{Name: "of a later version\x1b[2J", Unit: "th\x1b[2Jings", Limit: 1, Value: ptr[uint64](1)},
		},
		GuestHeap: &guestheap.Report{
			Totals: guestheap.Totals{
				Allocs: 12_345, Frees: 12_340, AllocatedBytes: 1_234_567, LiveBlocks: 5, LiveBytes: 640, PeakBytes: 65_536, PeakBlocks: 100, PeakAlloc: 4_000,
				PeakAfterNS: 1_200_000, PeakByNS: 3_400_000,
			},
			Growth: guestheap.Growth{InitialBytes: 131_072, Bytes: 196_608, Grows: 1}, HeapBytes: 130_000, LiveShare: 640. / 130_000, PeakShare: 65_536. / 130_000,
			Allocators: []string{"malloc: malloc", "free: fr\x1b[2Jee"}, Notes: []string{"a note\x1b[2J"},
			Sizes: []guestheap.SizeClass{{MinBytes: 64, MaxBytes: 127, Allocs: 12_345}},
			Kinds: []guestheap.KindTotal{
				{Kind: guestheap.DefinitelyLost, Blocks: 2, Bytes: 128}, {Kind: guestheap.IndirectlyLost}, {Kind: guestheap.PossiblyLost},
				{Kind: guestheap.StillReachable, Blocks: 3, Bytes: 512},
			},
			Leaks: []guestheap.Leak{
				{Kind: guestheap.DefinitelyLost, Blocks: 2, Bytes: 128, IndirectBlocks: 1, IndirectBytes: 8, Stack: []memstat.Frame{{Function: "lose\x1b[2J", File: "a.c", Line: 3}}},
				{Kind: guestheap.StillReachable, Blocks: 3, Bytes: 512, Stack: []memstat.Frame{{Function: "keep", WasmFunction: ptr[uint32](7), WasmOffset: 99}}},
			},
			Errors: []guestheap.Error{{
				Kind: "double_free", Message: "free of 0x100, a block of 10 bytes that was freed before", Count: 2, Address: 256, BlockAddress: 256, BlockBytes: 10,
				Stack: []memstat.Frame{{Function: "<b>twice"}}, Allocated: []memstat.Frame{{Function: "make"}}, Freed: []memstat.Frame{{Function: "once"}},
			}},
			ErrorTotal: 2,
			Peak:       []guestheap.SiteReport{{Blocks: 100, Bytes: 65_536, Stack: []memstat.Frame{{Function: "make"}}}},
			Largest: []guestheap.SiteTotal{
				{Allocs: 12_000, Bytes: 1_200_000, PeakBlocks: 100, PeakBytes: 65_536, Stack: []memstat.Frame{{Function: "make\x1b[2J"}, {Function: "main"}}},
				{Allocs: 345, Bytes: 34_567, LiveBlocks: 5, LiveBytes: 640, Stack: []memstat.Frame{}},
			},
		},
		Target: target,
		UnknownImports: []UnknownImport{
			{Module: "env", Name: "log\x1b[2J", Calls: 1200}, {Module: "env", Name: "clock"}, {Module: "env", Name: "seed"},
		},
	}
}

// cleanReport returns the report of a single clean run on a system that tells
// little.
func cleanReport() *Report {
	return &Report{
		Outcome: Outcome{Kind: "exit", ExitCode: ptr[uint32](0)},
		Module: &Module{
			Path: "hello.wasm", SHA256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
			WasmBytes: 812, Functions: 3, DataBytes: 14,
		},
		Memory: &Memory{InitialBytes: 65_536, PeakBytes: 65_536, LimitBytes: 1 << 24, TotalBytes: 65_536},
		Ledger: NewLedger(memstat.Snapshot{Kinds: []memstat.KindStat{
			{Kind: memstat.KindSystem, PeakObjects: 1, PeakBytes: 96, Acquired: 1, Released: 1},
			{Kind: memstat.KindFDEntry, PeakObjects: 3, PeakBytes: 384, Acquired: 3, Released: 3},
		}}),
		Process: &Process{Process: probe.Process{probe.HeapLive: probe.Measured(400_000), probe.Goroutines: probe.Measured(2)}},
		Budget:  NewBudget(1<<20, 65_536),
	}
}

// runningReport returns the report of a soak that is not over.
func runningReport() *Report {
	r := leakyReport()
	r.Outcome, r.Target, r.GuestHeap = Outcome{Kind: Running}, nil, nil
	r.Tool.ExitCode, r.Tool.Failures = nil, nil
	r.Ledger.Leaks, r.Ledger.DoubleReleases = nil, 0
	c := r.Cycles
	c.Running, c.Requested, c.Completed = true, 0, 1000
	c.Verdict, c.Reason, c.Census, c.Hunt = memstat.Inconclusive, "the run is not over: the hunt for leaks is its last part", nil, nil
	return r
}

// callsReport returns the report of calls in one instance, in which the guest
// keeps memory and descriptors.
func callsReport() *Report {
	r := cleanReport()
	r.Cycles = &Cycles{
		Unit: "call", Requested: 8000, Completed: 8000, Workers: 1, PerSecond: 1_482_113, P50NS: 210, P90NS: 480, P99NS: 903, MaxNS: 14_200,
		Verdict: memstat.Leaking, Reason: "the guest's memory grows by 112 bytes with each call, and 2 more",
		Census: []census.Finding{
			{
				Kind: census.GuestMemory, Identity: "linear memory", Counts: []int64{5, 9, 12, 15}, Bytes: []int64{327_680, 589_824, 786_432, 983_040},
				PerCycle: 0.00167, BytesPer: 109.2, Since: 571, Verdict: memstat.Leaking,
			},
			{Kind: census.GuestDescriptor, Identity: "/data/log-#.txt", Counts: []int64{0, 40, 80, 120}, Bytes: []int64{0, 0, 0, 0}, PerCycle: 0.1, Since: 6800, Verdict: memstat.Leaking},
			{Kind: census.Descriptor, Identity: "/srv/log-#.txt", Counts: []int64{0, 40, 80, 120}, Bytes: []int64{0, 0, 0, 0}, PerCycle: 0.1, Since: 6800, Verdict: memstat.Leaking},
		},
		Hunt: &Hunt{
			Plan:        census.Plan{WarmUp: 80, Window: 400, Windows: 3},
			Counted:     []census.Kind{census.GuestDescriptor, census.GoHeap},
			HiddenBelow: 0.005, GuestHiddenBelow: 32.77,
		},
		Trend: trend.Trend{Metrics: []trend.Metric{{Name: "rss_bytes", Unit: "bytes", Slope: &trend.Slope{PerCycle: 120.5, CILow: 80, CIHigh: 160}, Points: 40}}},
	}
	return r
}
