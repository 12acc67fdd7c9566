package engine_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"testing"
	"unsafe"
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

// needsItself skips a test that runs its own program again, where the system
// cannot: an emulator runs it.
func needsItself(t *testing.T) {
	t.Helper()
	if err := exec.Command(os.Args[0], "-test.run=^$").Run(); errors.Is(err, syscall.ENOEXEC) {
		t.Skip("this program cannot run itself:", err)
	}
}

// hasPageMap reports whether pagemap(5) knows a page that was just written to.
func hasPageMap(t *testing.T) bool {
	t.Helper()
	page, err := syscall.Mmap(-1, 0, os.Getpagesize(), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_PRIVATE|syscall.MAP_ANON)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Munmap(page)
	page[0] = 1
	f, err := os.Open("/proc/self/pagemap")
	if err != nil {
		return false
	}
	defer f.Close()
	var entry [8]byte
	at := uint64(uintptr(unsafe.Pointer(&page[0]))) / uint64(len(page)) * uint64(len(entry))
	_, err = f.ReadAt(entry[:], int64(at))
	return err == nil && binary.NativeEndian.Uint64(entry[:])>>63 == 1
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
