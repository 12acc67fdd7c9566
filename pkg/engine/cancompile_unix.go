//go:build unix

package engine

import "golang.org/x/sys/unix"

// mayRunCode reports whether the process may make memory executable after it
// wrote to it. PR_SET_MDWE of prctl(2) and SELinux's execmem can forbid that.
func mayRunCode() bool {
	code, err := unix.Mmap(-1, 0, 1, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS)
	if err != nil {
		return false
	}
	err = unix.Mprotect(code, unix.PROT_READ|unix.PROT_EXEC)
	return unix.Munmap(code) == nil && err == nil
}
