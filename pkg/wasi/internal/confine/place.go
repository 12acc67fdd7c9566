//go:build linux || darwin

package confine

import "golang.org/x/sys/unix"

// place is a name in an open directory, for a system call. No system call on a
// place follows a link.
type place struct {
	fd    int
	name  string
	owned bool // fd is closed with the place; otherwise it is the caller's
}

func (p place) close() {
	if p.owned {
		_ = unix.Close(p.fd)
	}
}

// parent finds the place for an operation on a directory entry: make, remove or
// rename. Such operations do not follow the last component. The name keeps its
// trailing slashes, "." and "..", for which they have errors; a ".." is inside
// the directory.
func (r Resolver) parent(dir int, path string) (place, error) {
	if err := check(dir, path); err != nil {
		return place{}, err
	}
	head, last := split(path)
	if name, _ := trim(last); name == ".." {
		up, err := r.directory(dir, path)
		if err != nil {
			return place{}, err
		}
		up.close()
	}
	return r.beneath(dir, head, last)
}

// lookup finds the place for an operation on the file that a path names. The
// name has no trailing slash: a last component with a slash is followed, and
// must be a directory. "." and ".." become "." in the directory that they mean.
// With follow, the name was not a link when it was checked last.
func (r Resolver) lookup(dir int, path string, follow bool) (place, error) {
	if err := check(dir, path); err != nil {
		return place{}, err
	}
	head, last := split(path)
	name, slash := trim(last)
	if name == "." || name == ".." {
		return r.beneath(dir, path, ".")
	}
	p, err := r.beneath(dir, head, name)
	if err != nil || !follow && !slash {
		return p, err
	}
	var st Attr
	err = fstatat(p.fd, name, &st)
	switch {
	case err != nil:
	case isLink(&st):
		p.close()
		return walkLookup(dir, path)
	case slash && !isDir(&st):
		err = unix.ENOTDIR
	}
	if err != nil {
		p.close()
		return place{}, err
	}
	return p, nil
}

// beneath returns the place called name in the directory at the path head. An
// empty head is dir itself.
func (r Resolver) beneath(dir int, head, name string) (place, error) {
	if head == "" || head == "." {
		return place{fd: dir, name: name}, nil
	}
	p, err := r.directory(dir, head)
	p.name = name
	return p, err
}

// directory opens the directory at path.
func (r Resolver) directory(dir int, path string) (place, error) {
	if !r.portable {
		fd, err := openBeneath(dir, path, searchFlags, 0)
		if err == nil {
			return place{fd: fd, owned: true}, nil
		}
		if err != errWalk {
			return place{}, err
		}
	}
	return walkDirectory(dir, path)
}

func isLink(st *Attr) bool { return st.Mode&unix.S_IFMT == unix.S_IFLNK }

func isDir(st *Attr) bool { return st.Mode&unix.S_IFMT == unix.S_IFDIR }
