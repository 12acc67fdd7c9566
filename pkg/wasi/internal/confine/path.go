//go:build linux || darwin

package confine

import (
	"strings"

	"golang.org/x/sys/unix"
)

// check returns the errors of a path that do not depend on the file system. It
// refuses a negative dir, because AT_FDCWD is one.
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

// checkText refuses a path that cannot be passed to a system call.
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

// plain reports whether path is a single name other than "..". Only a link can
// then lead elsewhere.
func plain(path string) bool {
	return path != ".." && strings.IndexByte(path, '/') < 0
}

// split cuts a path before its last component, which keeps its trailing
// slashes.
func split(path string) (head, last string) {
	end := len(path)
	for end > 0 && path[end-1] == '/' {
		end--
	}
	i := strings.LastIndexByte(path[:end], '/') + 1
	return path[:i], path[i:]
}

// trim removes the trailing slashes of a last component, and reports whether
// there were any.
func trim(last string) (name string, slash bool) {
	if i := strings.IndexByte(last, '/'); i >= 0 {
		return last[:i], true
	}
	return last, false
}
