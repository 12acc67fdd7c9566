package report

import (
	"strings"
	"testing"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

func TestVerdict(t *testing.T) {
	var (
		lost   = &Ledger{Leaks: []memstat.Leak{{Kind: memstat.KindPrestatLock, Objects: 1, Bytes: 24}}}
		twice  = &Ledger{DoubleReleases: 2}
		both   = &Ledger{Leaks: lost.Leaks, DoubleReleases: 1}
		memory = &Memory{}
		cycles = func(v memstat.Verdict) *Cycles {
			return &Cycles{Completed: 1000, Verdict: v, Reason: "because"}
		}
		nothing = &Ledger{}
	)
	for _, tc := range []struct {
		name   string
		report Report
		want   string
	}{
		{"nothing measured", Report{}, ""},
		{"no instance", Report{Ledger: nothing}, "clean: no instance was made, and all was given back to the host"},
		{"one instance", Report{Ledger: nothing, Memory: memory}, "clean: the instance gave back all that it took from the host"},
		{"cycles", Report{Ledger: nothing, Memory: memory, Cycles: cycles(memstat.Clean)}, "clean: each of 1,000 instances gave back all that it took from the host"},
		{"too short", Report{Ledger: nothing, Memory: memory, Cycles: cycles(memstat.Inconclusive)}, "inconclusive: because"},
		{"growth", Report{Ledger: nothing, Memory: memory, Cycles: cycles(memstat.Leaking)}, "leak: because"},
		{"lost", Report{Ledger: lost, Memory: memory}, "leak: 1 prestat_lock (24 bytes) not given back"},
		{"lost in cycles", Report{Ledger: lost, Memory: memory, Cycles: cycles(memstat.Leaking)}, "leak: 1 prestat_lock (24 bytes) not given back"},
		{"released twice", Report{Ledger: twice}, "leak: double releases: 2"},
		{"both", Report{Ledger: both}, "leak: 1 prestat_lock (24 bytes) not given back; double releases: 1"},
	} {
		if got := tc.report.Verdict(); got != tc.want {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		}
		if leak := strings.HasPrefix(tc.want, "leak: "); tc.report.Leaked() != leak {
			t.Errorf("%s: Leaked is %v", tc.name, !leak)
		}
	}
}

func TestCost(t *testing.T) {
	kinds := []memstat.KindStat{
		{Kind: memstat.KindMemory, PeakBytes: 1 << 20},
		{Kind: memstat.KindSystem, PeakBytes: 600},
		{Kind: memstat.KindFDEntry, PeakObjects: 5, PeakBytes: 424},
		{Kind: memstat.KindHostFD, PeakObjects: 2},
		{Kind: memstat.KindSlot, PeakObjects: 1, PeakBytes: 4 << 30},
		{Kind: memstat.KindImage, PeakObjects: 1, PeakBytes: 1 << 16},
	}
	full := Report{Memory: &Memory{PeakBytes: 2 << 20, TouchedBytes: ptr[uint64](73728)}, Ledger: &Ledger{Kinds: kinds}}
	for _, tc := range []struct {
		name   string
		report Report
		want   string
	}{
		{"full", full, "2.0 MiB of linear memory (72.0 KiB touched), 1.0 KiB on the host, 5 descriptors (2 of the host's)"},
		{"touched unknown", Report{Memory: &Memory{}, Ledger: &Ledger{Kinds: kinds[:3]}}, "0 B of linear memory, 1.0 KiB on the host, 5 descriptors (none of the host's)"},
		{"one", Report{Memory: &Memory{}, Ledger: &Ledger{Kinds: []memstat.KindStat{{Kind: memstat.KindFDEntry, PeakObjects: 1}}}}, "0 B of linear memory, 0 B on the host, 1 descriptor (none of the host's)"},
		{"bad account", Report{Memory: &Memory{}, Ledger: &Ledger{Kinds: []memstat.KindStat{{Kind: memstat.KindSystem, PeakBytes: -1}}}}, "0 B of linear memory, 0 B on the host, 0 descriptors (none of the host's)"},
		{"no instance", Report{Ledger: &Ledger{}}, ""},
		{"no ledger", Report{Memory: &Memory{}}, ""},
	} {
		got := ""
		if c, ok := tc.report.Cost(); ok {
			got = c.String()
		}
		if got != tc.want {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		}
	}
}
