package report

import (
	"math"
	"testing"
)

func TestHumanBytes(t *testing.T) {
	for n, want := range map[uint64]string{
		0: "0 B", 1: "1 B", 1023: "1023 B", 1024: "1.0 KiB", 1536: "1.5 KiB",
		1<<20 - 1: "1.0 MiB", 1 << 20: "1.0 MiB", 1_258_291: "1.2 MiB",
		1 << 32: "4.0 GiB", 1<<64 - 1: "16.0 EiB",
	} {
		if got := humanBytes(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
	for n, want := range map[int64]string{-216: "-216 B", 216: "216 B", math.MinInt64: "-8.0 EiB"} {
		if got := humanSigned(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

func TestGrowth(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0", 216: "+216", 1: "+1", -0.0125: "-0.0125", 12.345: "+12.3", 99.96: "+100", 1e6: "+1,000,000",
		-4096: "-4,096", 1e-7: "+1.0e-07", 0.001: "+0.001", math.NaN(): "0",
	} {
		if got := growth(v); got != want {
			t.Errorf("%v: %q, want %q", v, got, want)
		}
	}
}

func TestDuration(t *testing.T) {
	for ns, want := range map[int64]string{
		0: "0 ns", 999: "999 ns", 7_812: "7.81 µs", 35_240: "35.2 µs", 305_000: "305 µs", 2_805_000: "2.81 ms",
		1_500_000_000: "1.50 s", 5_400_000_000_000: "5,400 s",
	} {
		if got := duration(ns); got != want {
			t.Errorf("%d: %q, want %q", ns, got, want)
		}
	}
}
