package wasi

import "strings"

// A read-only preopen answers as the kernel does for a read-only mount: what
// is wrong with a path is said first, then EROFS.

// refuseNew is the answer to what would make a new entry of that path.
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

// refuseMissing is EROFS where only the last component is missing, and ENOENT
// where a directory before it is.
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

// refuseChange is the answer to what would change what path names.
func refuseChange(dir int, path string, follow bool) Errno {
	var st filestat
	if errno := osPathFilestat(dir, path, follow, &st); errno != ESUCCESS {
		return errno
	}
	return EROFS
}
