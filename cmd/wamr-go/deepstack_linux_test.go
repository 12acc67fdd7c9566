package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"testing"
)

// TestDeepStack compares the peak of the resident memory of a warm run with and
// without the deep stack, which lowers it by some 600 KiB. If the difference is
// gone, the package should go too.
func TestDeepStack(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds the command twice")
	}
	const runs, least = 9, 256 << 10
	dir := t.TempDir()
	cache := filepath.Join(dir, "cache")
	deep, flat := filepath.Join(dir, "deep"), filepath.Join(dir, "flat")
	buildCommand(t, deep)
	buildCommand(t, flat, "-tags", "flatstack")
	peakRSS(t, deep, cache) // it fills the cache
	peakRSS(t, flat, cache)
	var with, without []int
	for range runs {
		with = append(with, peakRSS(t, deep, cache))
		without = append(without, peakRSS(t, flat, cache))
	}
	slices.Sort(with)
	slices.Sort(without)
	t.Logf("median peak of %d runs: %d bytes, without the deep stack %d", runs, with[runs/2], without[runs/2])
	if saved := without[runs/2] - with[runs/2]; saved < least {
		t.Errorf("the deep stack saves %d bytes, want %d at least", saved, least)
	}
}

func buildCommand(t *testing.T, path string, args ...string) {
	t.Helper()
	build := exec.Command("go", append([]string{"build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-o", path}, args...)...)
	build.Args = append(build.Args, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

var highWater = regexp.MustCompile(`(?m)^VmHWM:\s*(\d+) kB$`)

// peakRSS runs a guest that prints the status of its own process, and returns the
// peak of the resident memory in bytes. (The rusage of a child would not do: it
// begins with the peak of the process that started it.)
func peakRSS(t *testing.T, command, cache string) int {
	t.Helper()
	out, err := exec.Command(command, "--cache-dir", cache, "--dir", "/proc/self::/p", "../../testdata/c/cat.wasm", "/p/status").Output()
	if err != nil {
		t.Fatal(err)
	}
	m := highWater.FindSubmatch(out)
	if m == nil {
		t.Skipf("the kernel tells no peak:\n%s", out)
	}
	kib, err := strconv.Atoi(string(m[1]))
	if err != nil {
		t.Fatal(err)
	}
	return kib << 10
}
