//go:build linux || darwin

package confine

import (
	"errors"

	"golang.org/x/sys/unix"
)

// Attr holds the attributes of a file.
type Attr = unix.Stat_t

// Time is a point in time, or UTIME_NOW or UTIME_OMIT in its nanoseconds.
type Time = unix.Timespec

// errWalk means that the kernel has no final answer, and the walker must decide.
var errWalk = errors.New("path must be walked")

const openFlags = unix.O_ACCMODE | unix.O_CREAT | unix.O_EXCL | unix.O_TRUNC | unix.O_APPEND | unix.O_DIRECTORY |
	unix.O_NONBLOCK | unix.O_SYNC | unix.O_DSYNC | unix.O_CLOEXEC | unix.O_NOCTTY

// Open is the function Open with this resolver.
func (r Resolver) Open(dir int, path string, flags int, mode uint32, follow bool) (int, error) {
	if err := check(dir, path); err != nil {
		return -1, err
	}
	const createDir = unix.O_CREAT | unix.O_DIRECTORY
	if flags&^openFlags != 0 || flags&createDir == createDir {
		return -1, unix.EINVAL
	}
	flags |= unix.O_CLOEXEC | unix.O_NOCTTY
	mode &= 0o7777
	const exclusive = unix.O_CREAT | unix.O_EXCL
	if flags&unix.O_CREAT == 0 {
		mode = 0
	} else if flags&exclusive == exclusive {
		follow = false
	}
	if !r.portable {
		f := flags
		if !follow {
			f |= unix.O_NOFOLLOW
		}
		if fd, err := openBeneath(dir, path, f, mode); err != errWalk {
			return fd, err
		}
	}
	return walkOpen(dir, path, flags, mode, follow)
}

// Stat is the function Stat with this resolver.
func (r Resolver) Stat(dir int, path string, follow bool, st *Attr) error {
	if err := check(dir, path); err != nil {
		return err
	}
	if plain(path) {
		err := fstatat(dir, path, st)
		if err != nil || !follow || !isLink(st) {
			return err
		}
	}
	if !r.portable {
		if err := statBeneath(dir, path, follow, st); err != errWalk {
			return err
		}
	}
	p, err := r.lookup(dir, path, follow)
	if err != nil {
		return err
	}
	defer p.close()
	return fstatat(p.fd, p.name, st)
}

// Mkdir is the function Mkdir with this resolver.
func (r Resolver) Mkdir(dir int, path string, mode uint32) error {
	p, err := r.parent(dir, path)
	if err != nil {
		return err
	}
	defer p.close()
	return mkdirat(p.fd, p.name, mode)
}

// Rmdir is the function Rmdir with this resolver.
func (r Resolver) Rmdir(dir int, path string) error {
	p, err := r.parent(dir, path)
	if err != nil {
		return err
	}
	defer p.close()
	return rmdirat(p.fd, p.name)
}

// Unlink is the function Unlink with this resolver.
func (r Resolver) Unlink(dir int, path string) error {
	p, err := r.parent(dir, path)
	if err != nil {
		return err
	}
	defer p.close()
	return unlinkat(p.fd, p.name)
}

// Readlink is the function Readlink with this resolver.
func (r Resolver) Readlink(dir int, path string, buf []byte) (int, error) {
	if len(buf) == 0 {
		return 0, unix.EINVAL
	}
	p, err := r.lookup(dir, path, false)
	if err != nil {
		return 0, err
	}
	defer p.close()
	return readlinkat(p.fd, p.name, buf)
}

// Symlink is the function Symlink with this resolver.
func (r Resolver) Symlink(target string, dir int, path string) error {
	if err := checkText(target); err != nil {
		return err
	}
	p, err := r.parent(dir, path)
	if err != nil {
		return err
	}
	defer p.close()
	return symlinkat(target, p.fd, p.name)
}

// Link is the function Link with this resolver.
func (r Resolver) Link(oldDir int, oldPath string, follow bool, newDir int, newPath string) error {
	from, err := r.lookup(oldDir, oldPath, follow)
	if err != nil {
		return err
	}
	defer from.close()
	to, err := r.parent(newDir, newPath)
	if err != nil {
		var st Attr // Linux checks the old file first
		if missing := fstatat(from.fd, from.name, &st); missing != nil {
			return missing
		}
		return err
	}
	defer to.close()
	return linkat(from.fd, from.name, to.fd, to.name)
}

// Rename is the function Rename with this resolver.
func (r Resolver) Rename(oldDir int, oldPath string, newDir int, newPath string) error {
	from, err := r.parent(oldDir, oldPath)
	if err != nil {
		return err
	}
	defer from.close()
	to, err := r.parent(newDir, newPath)
	if err != nil {
		return err
	}
	defer to.close()
	return renameat(from.fd, from.name, to.fd, to.name)
}

// Utimes is the function Utimes with this resolver.
func (r Resolver) Utimes(dir int, path string, follow bool, times [2]Time) error {
	if times[0].Nsec == TimeOmit && times[1].Nsec == TimeOmit {
		var st Attr
		return r.Stat(dir, path, follow, &st)
	}
	p, err := r.lookup(dir, path, follow)
	if err != nil {
		return err
	}
	defer p.close()
	return utimensat(p.fd, p.name, &times)
}
