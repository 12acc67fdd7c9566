package wasi

import "strings"

// A read-only preopen returns the errors of a read-only mount: first an error
// of the path itself, if there is one, then EROFS.

// refuseNew returns the errno for a call that would create an entry at path.
func refuseNew(dir int, path string) Errno {
	var st filestat
	switch errno := osPathFilestat(dir, path, false, &st); errno {
	case ESUCCESS:
		return EEXIST
	case ENOENT:
		return refuseMissing(dir, path)
	default:
		return errno
	}
}

// refuseMissing returns EROFS if only the last component of path is missing,
// and ENOENT if a directory before it is.
func refuseMissing(dir int, path string) Errno {
	path = strings.TrimRight(path, "/")
	i := strings.LastIndexByte(path, '/')
	if i < 0 {
		if path == "" {
			return ENOENT
		}
		return EROFS
	}
	var st filestat
	if errno := osPathFilestat(dir, path[:i+1], true, &st); errno != ESUCCESS {
		return errno
	}
	return EROFS
}

// refuseChange returns the errno for a call that would change the file at
// path.
func refuseChange(dir int, path string, follow bool) Errno {
	var st filestat
	if errno := osPathFilestat(dir, path, follow, &st); errno != ESUCCESS {
		return errno
	}
	return EROFS
}
