package engine_test

import (
	"bytes"
	"os"
	"strconv"
	"testing"
)

// openFDs counts the process's descriptors.
func openFDs(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// reservations counts the mappings that only a linear memory makes: anonymous,
// private and without access. The Go runtime's own are such too, but for a
// size of at least a gigabyte it has none.
func reservations(t *testing.T) int {
	t.Helper()
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range bytes.Lines(maps) {
		f := bytes.Fields(line)
		from, to := parseRange(t, f[0])
		if len(f) == 5 && string(f[1]) == "---p" && to-from >= 1<<30 {
			n++
		}
	}
	return n
}

func parseRange(t *testing.T, field []byte) (from, to uint64) {
	t.Helper()
	a, b, _ := bytes.Cut(field, []byte("-"))
	from, err1 := strconv.ParseUint(string(a), 16, 64)
	to, err2 := strconv.ParseUint(string(b), 16, 64)
	if err1 != nil || err2 != nil {
		t.Fatalf("address range %q", field)
	}
	return from, to
}
