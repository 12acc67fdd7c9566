package engine

import (
	"strconv"

	"golang.org/x/sys/unix"
)

// shortOfAddresses reports whether the process must save address space: it has
// 32-bit addresses, or a limit that a few linear memories reach.
func shortOfAddresses() bool {
	if strconv.IntSize == 32 {
		return true
	}
	const ample = 16 << 30
	var limit unix.Rlimit
	err := unix.Getrlimit(unix.RLIMIT_AS, &limit)
	return err == nil && limit.Cur < ample
}
