//go:build linux

package confine

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// api is the operations of a Resolver and of the plain *at calls.
type api interface {
	Open(dir int, path string, flags int, mode uint32, follow bool) (int, error)
	Stat(dir int, path string, follow bool, st *Attr) error
	Mkdir(dir int, path string, mode uint32) error
	Rmdir(dir int, path string) error
	Unlink(dir int, path string) error
	Readlink(dir int, path string, buf []byte) (int, error)
	Symlink(target string, dir int, path string) error
	Link(oldDir int, oldPath string, follow bool, newDir int, newPath string) error
	Rename(oldDir int, oldPath string, newDir int, newPath string) error
	Utimes(dir int, path string, follow bool, times [2]Time) error
}

// plainCalls is the oracle: the system calls, not confined.
type plainCalls struct{}

func atFlags(follow bool) int {
	if follow {
		return 0
	}
	return unix.AT_SYMLINK_NOFOLLOW
}

func (plainCalls) Open(dir int, path string, flags int, mode uint32, follow bool) (int, error) {
	if !follow {
		flags |= unix.O_NOFOLLOW
	}
	return unix.Openat(dir, path, flags|unix.O_CLOEXEC|unix.O_NOCTTY, mode)
}

func (plainCalls) Stat(dir int, path string, follow bool, st *Attr) error {
	return unix.Fstatat(dir, path, st, atFlags(follow))
}

func (plainCalls) Mkdir(dir int, path string, mode uint32) error {
	return unix.Mkdirat(dir, path, mode)
}

func (plainCalls) Rmdir(dir int, path string) error {
	return unix.Unlinkat(dir, path, unix.AT_REMOVEDIR)
}

func (plainCalls) Unlink(dir int, path string) error { return unix.Unlinkat(dir, path, 0) }

func (plainCalls) Readlink(dir int, path string, buf []byte) (int, error) {
	return unix.Readlinkat(dir, path, buf)
}

func (plainCalls) Symlink(target string, dir int, path string) error {
	return unix.Symlinkat(target, dir, path)
}

func (plainCalls) Link(oldDir int, oldPath string, follow bool, newDir int, newPath string) error {
	flags := 0
	if follow {
		flags = unix.AT_SYMLINK_FOLLOW
	}
	return unix.Linkat(oldDir, oldPath, newDir, newPath, flags)
}

func (plainCalls) Rename(oldDir int, oldPath string, newDir int, newPath string) error {
	return unix.Renameat(oldDir, oldPath, newDir, newPath)
}

func (plainCalls) Utimes(dir int, path string, follow bool, times [2]Time) error {
	return unix.UtimesNanoAt(dir, path, times[:], atFlags(follow))
}

// operation is one call on a path; other is the second path of a rename or a
// link. run returns the values to compare, without inodes, which differ from
// tree to tree, and the inode that was found, 0 for none.
type operation struct {
	name string
	run  func(a api, dir int, path, other string) (string, uint64, error)
}

var operations = []operation{
	opening("open", unix.O_RDONLY|unix.O_NONBLOCK, true),
	opening("open-nofollow", unix.O_RDONLY|unix.O_NONBLOCK, false),
	opening("open-directory", unix.O_RDONLY|unix.O_DIRECTORY, true),
	opening("open-directory-nofollow", unix.O_RDONLY|unix.O_DIRECTORY, false),
	opening("open-write", unix.O_WRONLY|unix.O_NONBLOCK, true),
	opening("open-truncate", unix.O_RDWR|unix.O_TRUNC|unix.O_NONBLOCK, true),
	opening("open-truncate-directory", unix.O_RDWR|unix.O_TRUNC|unix.O_DIRECTORY, true),
	opening("open-create", unix.O_RDWR|unix.O_CREAT|unix.O_NONBLOCK, true),
	opening("open-create-nofollow", unix.O_RDWR|unix.O_CREAT|unix.O_NONBLOCK, false),
	opening("open-exclusive", unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL, true),
	opening("open-exclusive-nofollow", unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL, false),
	stating("stat", true),
	stating("stat-nofollow", false),
	{"mkdir", func(a api, dir int, path, _ string) (string, uint64, error) {
		return "", 0, a.Mkdir(dir, path, 0o755)
	}},
	{"rmdir", func(a api, dir int, path, _ string) (string, uint64, error) {
		return "", 0, a.Rmdir(dir, path)
	}},
	{"unlink", func(a api, dir int, path, _ string) (string, uint64, error) {
		return "", 0, a.Unlink(dir, path)
	}},
	{"readlink", func(a api, dir int, path, _ string) (string, uint64, error) {
		var buf [4096]byte
		n, err := a.Readlink(dir, path, buf[:])
		return string(buf[:max(n, 0)]), 0, err
	}},
	{"symlink", func(a api, dir int, path, _ string) (string, uint64, error) {
		return "", 0, a.Symlink("target", dir, path)
	}},
	linking("link", false),
	linking("link-follow", true),
	{"link-to", func(a api, dir int, path, other string) (string, uint64, error) {
		return "", 0, a.Link(dir, other, false, dir, path)
	}},
	{"rename", func(a api, dir int, path, other string) (string, uint64, error) {
		return "", 0, a.Rename(dir, path, dir, other)
	}},
	{"rename-to", func(a api, dir int, path, other string) (string, uint64, error) {
		return "", 0, a.Rename(dir, other, dir, path)
	}},
	timing("utimes", true),
	timing("utimes-nofollow", false),
}

func opening(name string, flags int, follow bool) operation {
	return operation{name, func(a api, dir int, path, _ string) (string, uint64, error) {
		fd, err := a.Open(dir, path, flags, 0o640, follow)
		if err != nil {
			return fmt.Sprint(fd), 0, err
		}
		defer unix.Close(fd)
		var st Attr
		if err := unix.Fstat(fd, &st); err != nil {
			return "", 0, err
		}
		got, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
		return fmt.Sprintf("mode %o size %d fdflags %d", st.Mode, fileSize(&st), got), st.Ino, err
	}}
}

func stating(name string, follow bool) operation {
	return operation{name, func(a api, dir int, path, _ string) (string, uint64, error) {
		var st Attr
		err := a.Stat(dir, path, follow, &st)
		if err != nil {
			return "", 0, err
		}
		return fmt.Sprintf("mode %o size %d", st.Mode, fileSize(&st)), st.Ino, nil
	}}
}

// fileSize leaves out the size of directories, which depends on their history,
// and the size of links, which may contain the tree's own name.
func fileSize(st *Attr) int64 {
	if st.Mode&unix.S_IFMT == unix.S_IFREG {
		return st.Size
	}
	return 0
}

func linking(name string, follow bool) operation {
	return operation{name, func(a api, dir int, path, other string) (string, uint64, error) {
		return "", 0, a.Link(dir, path, follow, dir, other)
	}}
}

func timing(name string, follow bool) operation {
	times := [2]Time{{Sec: 1000, Nsec: 1}, {Sec: 2000, Nsec: 2}}
	return operation{name, func(a api, dir int, path, _ string) (string, uint64, error) {
		if err := a.Utimes(dir, path, follow, times); err != nil {
			return "", 0, err
		}
		var st Attr
		err := a.Stat(dir, path, follow, &st)
		if st.Atim.Sec > 1e9 {
			st.Atim = Time{} // a link that the path goes through, or was read since
		}
		return fmt.Sprint(st.Atim, st.Mtim), st.Ino, err
	}}
}
