//go:build unix

package main

import "golang.org/x/sys/unix"

// checkDescriptors fails if the process may open too few files to begin: when the first
// file is opened, Go's runtime needs descriptors of its own, and without them it ends
// the process.
func checkDescriptors() error {
	const few, needed = 64, 4 // of the runtime, for poll and events, and two files
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil || limit.Cur > few {
		return nil //nolint:nilerr // an unknown limit is no reason to stop
	}
	var fds []int
	var err error
	for len(fds) < needed && err == nil {
		var fd int
		if fd, err = unix.FcntlInt(0, unix.F_DUPFD_CLOEXEC, 0); err == nil {
			fds = append(fds, fd)
		}
	}
	for _, fd := range fds {
		_ = unix.Close(fd)
	}
	if err == unix.EMFILE || limit.Cur < needed {
		return cannotRunf("the process may open no more than %d files", limit.Cur).
			withHint("raise the limit with ulimit -n")
	}
	return nil
}
