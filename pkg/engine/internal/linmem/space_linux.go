package linmem

import (
	"bytes"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

const errNoSpace = unix.ENOMEM

// spaceLeft returns the bytes that the process may still map, or unlimited. That is
// RLIMIT_AS less the size in proc_pid_statm(5), like the kernel's own check. A 32-bit
// process counts as unlimited, because it may run into the end of its addresses first.
func spaceLeft() uint64 {
	var limit unix.Rlimit
	if strconv.IntSize == 32 || unix.Getrlimit(unix.RLIMIT_AS, &limit) != nil || limit.Cur >= 1<<47 {
		return unlimited
	}
	statm, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return unlimited
	}
	size, _, _ := bytes.Cut(statm, []byte(" "))
	pages, err := strconv.ParseUint(string(size), 10, 64)
	if err != nil {
		return unlimited
	}
	return limit.Cur - min(limit.Cur, pages*hostPage)
}
