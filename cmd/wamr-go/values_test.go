package main

import (
	"math"
	"testing"
	"time"
)

func TestParseSize(t *testing.T) {
	tests := []struct {
		text string
		want uint64
	}{
		{"1", 1},
		{"65536", 65536},
		{"64K", 64 << 10},
		{"64k", 64 << 10},
		{"64KiB", 64 << 10},
		{"64kib", 64 << 10},
		{"1M", 1 << 20},
		{"1MiB", 1 << 20},
		{"2G", 2 << 30},
		{"2GiB", 2 << 30},
		{"18446744073709551615", math.MaxUint64},
		{"17179869183G", 17179869183 << 30},
	}
	for _, tt := range tests {
		got, err := parseSize(tt.text)
		if err != nil || got != tt.want {
			t.Errorf("parseSize(%q) = %d, %v; want %d", tt.text, got, err, tt.want)
		}
	}
	for _, bad := range []string{
		"", "0", "0K", "-1", "+1", "K", "KiB", "1B", "1KB", "1MB", "1T", "1.5M", "1 M", "1KK", "1iB", "0x10",
		"1_000", "18446744073709551616", "17179869184G",
	} {
		if got, err := parseSize(bad); err == nil {
			t.Errorf("parseSize(%q) = %d, want an error", bad, got)
		}
	}
}

func TestParseDuration(t *testing.T) {
	if got, err := parseDuration("1m30s"); err != nil || got != 90*time.Second {
		t.Errorf("1m30s = %v, %v", got, err)
	}
	for _, bad := range []string{"", "0", "0s", "-1s", "5", "1.5", "soon"} {
		if got, err := parseDuration(bad); err == nil {
			t.Errorf("parseDuration(%q) = %v, want an error", bad, got)
		}
	}
}

func TestNumberFlag(t *testing.T) {
	var n uint64
	f := numberFlag{&n, "N", 1, 10}
	for _, bad := range []string{"", "0", "11", "-1", "1.0", "0x1", "x"} {
		if f.Set(bad) == nil {
			t.Errorf("Set(%q) is no error", bad)
		}
	}
	if n != 0 {
		t.Errorf("a refused value was kept: %d", n)
	}
	if err := f.Set("10"); err != nil || n != 10 {
		t.Errorf("Set(10): %d, %v", n, err)
	}
}
