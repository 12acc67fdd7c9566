package wasi

import (
	"strings"

	"github.com/wamr-go/wamr-go/pkg/wasi/internal/confine"
)

// pathCreateDirectory: path_create_directory(fd, path, path_len).
func pathCreateDirectory(c *call) Errno {
	dir, path, errno := c.dirPath(0, rightPathCreateDirectory, 1)
	if errno != ESUCCESS {
		return errno
	}
	if dir.readOnly {
		return refuseNew(dir.sysfd, path)
	}
	return errnoOf(confine.Mkdir(dir.sysfd, path, 0o777))
}

// pathRemoveDirectory: path_remove_directory(fd, path, path_len).
func pathRemoveDirectory(c *call) Errno {
	dir, path, errno := c.writableDirPath(0, rightPathRemoveDirectory, 1)
	if errno != ESUCCESS {
		return errno
	}
	return errnoOf(confine.Rmdir(dir.sysfd, path))
}

// pathUnlinkFile: path_unlink_file(fd, path, path_len).
func pathUnlinkFile(c *call) Errno {
	dir, path, errno := c.writableDirPath(0, rightPathUnlinkFile, 1)
	if errno != ESUCCESS {
		return errno
	}
	return errnoOf(confine.Unlink(dir.sysfd, path))
}

// pathFilestatGet: path_filestat_get(fd, flags, path, path_len, filestat).
func pathFilestatGet(c *call) Errno {
	var st filestat
	if errno := c.pathFilestat(&st); errno != ESUCCESS {
		return errno
	}
	return c.memory.putFilestat(c.ptr(4), &st)
}

func pathFilestatGetUnstable(c *call) Errno {
	var st filestat
	if errno := c.pathFilestat(&st); errno != ESUCCESS {
		return errno
	}
	return c.memory.putFilestatUnstable(c.ptr(4), &st)
}

func (c *call) pathFilestat(st *filestat) Errno {
	dir, path, errno := c.dirPath(0, rightPathFilestatGet, 2)
	if errno != ESUCCESS {
		return errno
	}
	follow, errno := c.lookupflags(1)
	if errno != ESUCCESS {
		return errno
	}
	return osPathFilestat(dir.sysfd, path, follow, st)
}

// pathFilestatSetTimes: path_filestat_set_times(fd, flags, path, path_len,
// atim, mtim, fst_flags).
func pathFilestatSetTimes(c *call) Errno {
	dir, path, errno := c.dirPath(0, rightPathFilestatSetTimes, 2)
	if errno != ESUCCESS {
		return errno
	}
	follow, errno := c.lookupflags(1)
	if errno != ESUCCESS {
		return errno
	}
	times, errno := newTimes(c.u64(4), c.u64(5), c.u32(6))
	if errno != ESUCCESS {
		return errno
	}
	if dir.readOnly {
		return refuseChange(dir.sysfd, path, follow)
	}
	return errnoOf(osPathSetTimes(dir.sysfd, path, follow, &times))
}

// path_link(old_fd, old_flags, old_path, old_path_len, new_fd, new_path,
// new_path_len). It links to a symbolic link itself. Following one is EINVAL,
// which wasi-testsuite requires.
func pathLink(c *call) Errno {
	old, oldPath, errno := c.dirPath(0, rightPathLinkSource, 2)
	if errno != ESUCCESS {
		return errno
	}
	into, newPath, errno := c.dirPath(4, rightPathLinkTarget, 5)
	if errno != ESUCCESS {
		return errno
	}
	follow, errno := c.lookupflags(1)
	if errno != ESUCCESS {
		return errno
	}
	if follow {
		return EINVAL
	}
	if old.readOnly || into.readOnly { // a link also changes the old file's link count
		if errno := refuseChange(old.sysfd, oldPath, false); errno != EROFS {
			return errno
		}
		return refuseNew(into.sysfd, newPath)
	}
	return errnoOf(confine.Link(old.sysfd, oldPath, false, into.sysfd, newPath))
}

// pathRename: path_rename(fd, old_path, old_path_len, new_fd, new_path,
// new_path_len).
func pathRename(c *call) Errno {
	from, oldPath, errno := c.writableDirPath(0, rightPathRenameSource, 1)
	if errno != ESUCCESS {
		return errno
	}
	to, newPath, errno := c.writableDirPath(3, rightPathRenameTarget, 4)
	if errno != ESUCCESS {
		return errno
	}
	return errnoOf(confine.Rename(from.sysfd, oldPath, to.sysfd, newPath))
}

// pathSymlink: path_symlink(old_path, old_path_len, fd, new_path,
// new_path_len). It refuses an absolute target, which would name a file of the
// host, and which no guest could follow.
func pathSymlink(c *call) Errno {
	target, errno := c.path(0)
	if errno != ESUCCESS {
		return errno
	}
	dir, path, errno := c.dirPath(2, rightPathSymlink, 3)
	if errno != ESUCCESS {
		return errno
	}
	if dir.readOnly {
		return refuseNew(dir.sysfd, path)
	}
	if strings.HasPrefix(target, "/") {
		return ENOTCAPABLE
	}
	return errnoOf(confine.Symlink(target, dir.sysfd, path))
}

// pathReadlink: path_readlink(fd, path, path_len, buf, buf_len, bufused). As
// in POSIX a target that does not fit is truncated without an error.
func pathReadlink(c *call) Errno {
	dir, path, errno := c.dirPath(0, rightPathReadlink, 1)
	if errno != ESUCCESS {
		return errno
	}
	buf, errno := c.buffer(3)
	if errno != ESUCCESS {
		return errno
	}
	if errno := c.checkOut(5, 4); errno != ESUCCESS {
		return errno
	}
	n, err := confine.Readlink(dir.sysfd, path, buf)
	if err != nil {
		return errnoOf(err)
	}
	return c.out32(5, uint32(n))
}
