package confine

import "golang.org/x/sys/unix"

// Darwin's calls can follow a link with a trailing slash, so they are called
// without the slash, and its meaning is checked here. "." and ".." get Linux's
// answer, without a call.

// TimeNow and TimeOmit in the nanoseconds of a Time mean the present time and
// no change: UTIME_NOW and UTIME_OMIT of <sys/stat.h>.
const (
	TimeNow  = -1
	TimeOmit = -2
)

const (
	pathMax = 1024 // PATH_MAX of <sys/syslimits.h>
	// Without O_NONBLOCK, a FIFO that takes a directory's place could block.
	searchFlags = unix.O_RDONLY | unix.O_DIRECTORY | unix.O_NONBLOCK | unix.O_CLOEXEC
)

func openBeneath(int, string, int, uint32) (int, error) { return -1, errWalk }

func statBeneath(int, string, bool, *Attr) error { return errWalk }

func isMagic(int, string) bool { return false }

func openat(dir int, path string, flags int, mode uint32) (fd int, err error) {
	err = retry(func() error {
		fd, err = unix.Openat(dir, path, flags, mode)
		return err
	})
	return fd, err
}

func mkdirat(dir int, path string, mode uint32) error {
	name, _ := trim(path)
	if isDots(name) {
		return unix.EEXIST
	}
	return retry(func() error { return unix.Mkdirat(dir, name, mode) })
}

func rmdirat(dir int, path string) error {
	name, _ := trim(path)
	switch name {
	case ".":
		return unix.EINVAL
	case "..":
		return unix.ENOTEMPTY
	}
	return retry(func() error { return unix.Unlinkat(dir, name, unix.AT_REMOVEDIR) })
}

func unlinkat(dir int, path string) error {
	name, slash := trim(path)
	if isDots(name) {
		return unix.EISDIR
	}
	var st Attr
	if err := fstatat(dir, name, &st); err != nil {
		return err
	}
	switch {
	case isDir(&st):
		return unix.EISDIR // Darwin returns EPERM
	case slash:
		return unix.ENOTDIR
	}
	return retry(func() error { return unix.Unlinkat(dir, name, 0) })
}

func readlinkat(dir int, path string, buf []byte) (n int, err error) {
	err = retry(func() error {
		n, err = unix.Readlinkat(dir, path, buf)
		return err
	})
	return n, err
}

func utimensat(dir int, path string, times *[2]Time) error {
	return retry(func() error { return unix.UtimesNanoAt(dir, path, times[:], unix.AT_SYMLINK_NOFOLLOW) })
}

func symlinkat(target string, dir int, path string) error {
	name, err := newName(dir, path)
	if err != nil {
		return err
	}
	return retry(func() error { return unix.Symlinkat(target, dir, name) })
}

func linkat(oldDir int, oldPath string, newDir int, newPath string) error {
	name, err := newName(newDir, newPath)
	if err != nil {
		return err
	}
	return retry(func() error { return unix.Linkat(oldDir, oldPath, newDir, name, 0) })
}

func renameat(oldDir int, oldPath string, newDir int, newPath string) error {
	oldName, oldSlash := trim(oldPath)
	newName, newSlash := trim(newPath)
	if isDots(oldName) || isDots(newName) {
		return unix.EBUSY
	}
	if oldSlash || newSlash {
		var st Attr
		if err := fstatat(oldDir, oldName, &st); err != nil {
			return err
		}
		if !isDir(&st) {
			return unix.ENOTDIR
		}
	}
	return retry(func() error { return unix.Renameat(oldDir, oldName, newDir, newName) })
}

// newName checks the last component of the path of a new file that is not a
// directory.
func newName(dir int, path string) (string, error) {
	name, slash := trim(path)
	if isDots(name) {
		return "", unix.EEXIST
	}
	if slash {
		var st Attr
		if err := fstatat(dir, name, &st); err != nil {
			return "", err
		}
		return "", unix.EEXIST
	}
	return name, nil
}

func isDots(name string) bool { return name == "." || name == ".." }

func retry(call func() error) error {
	for {
		if err := call(); err != unix.EINTR {
			return err
		}
	}
}
