//go:build linux || darwin

package confine

import (
	"strings"

	"golang.org/x/sys/unix"
)

// check refuses what needs no look at the file system. A negative dir must
// not pass: AT_FDCWD is one.
func check(dir int, path string) error {
	if dir < 0 {
		return unix.EBADF
	}
	if err := checkText(path); err != nil {
		return err
	}
	if path[0] == '/' {
		return ErrEscape
	}
	return nil
}

// checkText refuses what no system call could be given.
func checkText(path string) error {
	switch {
	case path == "":
		return unix.ENOENT
	case len(path) >= pathMax:
		return unix.ENAMETOOLONG
	case strings.IndexByte(path, 0) >= 0:
		return unix.EINVAL
	}
	return nil
}

// plain reports whether path is one name in its directory, or ".", so that
// only a link can lead elsewhere.
func plain(path string) bool {
	return path != ".." && strings.IndexByte(path, '/') < 0
}

// split cuts a path before its last component, which keeps the slashes that
// follow it.
func split(path string) (head, last string) {
	end := len(path)
	for end > 0 && path[end-1] == '/' {
		end--
	}
	i := strings.LastIndexByte(path[:end], '/') + 1
	return path[:i], path[i:]
}

// trim cuts the slashes behind a last component.
func trim(last string) (name string, slash bool) {
	if i := strings.IndexByte(last, '/'); i >= 0 {
		return last[:i], true
	}
	return last, false
}
