package wasi

import (
	"strings"
	"unsafe"

	"github.com/wamr-go/wamr-go/pkg/wasi/internal/confine"
)

// pathMax is the longest path, its terminator included, as in Linux (PATH_MAX).
const pathMax = 4096

// path copies a path from the guest's memory, so that a guest with threads
// cannot change it after it was checked. It is valid until the next path but
// one is read: no call has more than two. Any bytes are allowed, as in POSIX;
// confine refuses a NUL.
func (s *System) path(m memory, ptr, n uint64) (string, Errno) {
	b, errno := m.bytes(uint32(ptr), uint32(n))
	if errno != ESUCCESS || len(b) == 0 {
		return "", errno
	}
	if len(b) >= pathMax {
		return "", ENAMETOOLONG
	}
	s.paths[0], s.paths[1] = s.paths[1], s.paths[0]
	buf := append(s.paths[0][:0], b...)
	s.paths[0] = buf
	return unsafe.String(&buf[0], len(buf)), ESUCCESS
}

// dirPath looks a directory descriptor and a path beneath it up. The path must
// not be kept after the call.
func (s *System) dirPath(m memory, fd uint64, need Rights, ptr, n uint64) (*openFile, string, Errno) {
	d, errno := s.fds.get(uint32(fd), need)
	if errno != ESUCCESS {
		return nil, "", errno
	}
	if d.filetype != filetypeDirectory {
		return nil, "", ENOTDIR
	}
	path, errno := s.path(m, ptr, n)
	return d, path, errno
}

// writableDirPath is dirPath for what changes the directory.
func (s *System) writableDirPath(m memory, fd uint64, need Rights, ptr, n uint64) (*openFile, string, Errno) {
	d, path, errno := s.dirPath(m, fd, need, ptr, n)
	if errno == ESUCCESS && d.readOnly {
		errno = EROFS
	}
	return d, path, errno
}

// follows decodes lookupflags.
func follows(flags uint64) (bool, Errno) {
	if uint32(flags)&^lookupSymlinkFollow != 0 {
		return false, EINVAL
	}
	return uint32(flags)&lookupSymlinkFollow != 0, ESUCCESS
}

// pathCreateDirectory: path_create_directory(fd, path, path_len).
func pathCreateDirectory(s *System, m memory, p []uint64) Errno {
	d, path, errno := s.dirPath(m, p[0], RightPathCreateDirectory, p[1], p[2])
	if errno != ESUCCESS {
		return errno
	}
	if d.readOnly {
		return refuseNew(d.sysfd, path)
	}
	return errnoOf(confine.Mkdir(d.sysfd, path, 0o777))
}

// pathRemoveDirectory: path_remove_directory(fd, path, path_len).
func pathRemoveDirectory(s *System, m memory, p []uint64) Errno {
	d, path, errno := s.writableDirPath(m, p[0], RightPathRemoveDirectory, p[1], p[2])
	if errno != ESUCCESS {
		return errno
	}
	return errnoOf(confine.Rmdir(d.sysfd, path))
}

// pathUnlinkFile: path_unlink_file(fd, path, path_len).
func pathUnlinkFile(s *System, m memory, p []uint64) Errno {
	d, path, errno := s.writableDirPath(m, p[0], RightPathUnlinkFile, p[1], p[2])
	if errno != ESUCCESS {
		return errno
	}
	return errnoOf(confine.Unlink(d.sysfd, path))
}

// pathFilestatGet: path_filestat_get(fd, flags, path, path_len, filestat).
func pathFilestatGet(s *System, m memory, p []uint64) Errno {
	var st filestat
	if errno := s.pathFilestat(m, p, &st); errno != ESUCCESS {
		return errno
	}
	return m.putFilestat(uint32(p[4]), &st)
}

func pathFilestatGetUnstable(s *System, m memory, p []uint64) Errno {
	var st filestat
	if errno := s.pathFilestat(m, p, &st); errno != ESUCCESS {
		return errno
	}
	return m.putFilestatUnstable(uint32(p[4]), &st)
}

func (s *System) pathFilestat(m memory, p []uint64, st *filestat) Errno {
	d, path, errno := s.dirPath(m, p[0], RightPathFilestatGet, p[2], p[3])
	if errno != ESUCCESS {
		return errno
	}
	follow, errno := follows(p[1])
	if errno != ESUCCESS {
		return errno
	}
	return osPathFilestat(d.sysfd, path, follow, st)
}

// pathFilestatSetTimes: path_filestat_set_times(fd, flags, path, path_len,
// atim, mtim, fst_flags).
func pathFilestatSetTimes(s *System, m memory, p []uint64) Errno {
	d, path, errno := s.dirPath(m, p[0], RightPathFilestatSetTimes, p[2], p[3])
	if errno != ESUCCESS {
		return errno
	}
	follow, errno := follows(p[1])
	if errno != ESUCCESS {
		return errno
	}
	times, errno := newTimes(p[4], p[5], p[6])
	if errno != ESUCCESS {
		return errno
	}
	if d.readOnly {
		return refuseChange(d.sysfd, path, follow)
	}
	return errnoOf(osPathSetTimes(d.sysfd, path, follow, &times))
}

// pathLink: path_link(old_fd, old_flags, old_path, old_path_len, new_fd,
// new_path, new_path_len). A link is made to a symbolic link itself: following
// one is not offered, as in wasi-testsuite.
func pathLink(s *System, m memory, p []uint64) Errno {
	old, oldPath, errno := s.dirPath(m, p[0], RightPathLinkSource, p[2], p[3])
	if errno != ESUCCESS {
		return errno
	}
	into, newPath, errno := s.dirPath(m, p[4], RightPathLinkTarget, p[5], p[6])
	if errno != ESUCCESS {
		return errno
	}
	follow, errno := follows(p[1])
	if errno != ESUCCESS {
		return errno
	}
	if follow {
		return EINVAL
	}
	if old.readOnly || into.readOnly { // the link count of the old one would change
		if errno := refuseChange(old.sysfd, oldPath, false); errno != EROFS {
			return errno
		}
		return refuseNew(into.sysfd, newPath)
	}
	return errnoOf(confine.Link(old.sysfd, oldPath, false, into.sysfd, newPath))
}

// pathRename: path_rename(fd, old_path, old_path_len, new_fd, new_path,
// new_path_len).
func pathRename(s *System, m memory, p []uint64) Errno {
	from, oldPath, errno := s.writableDirPath(m, p[0], RightPathRenameSource, p[1], p[2])
	if errno != ESUCCESS {
		return errno
	}
	to, newPath, errno := s.writableDirPath(m, p[3], RightPathRenameTarget, p[4], p[5])
	if errno != ESUCCESS {
		return errno
	}
	return errnoOf(confine.Rename(from.sysfd, oldPath, to.sysfd, newPath))
}

// pathSymlink: path_symlink(old_path, old_path_len, fd, new_path,
// new_path_len). An absolute target would be one of the host's, and no guest
// could follow it.
func pathSymlink(s *System, m memory, p []uint64) Errno {
	target, errno := s.path(m, p[0], p[1])
	if errno != ESUCCESS {
		return errno
	}
	d, path, errno := s.dirPath(m, p[2], RightPathSymlink, p[3], p[4])
	if errno != ESUCCESS {
		return errno
	}
	if d.readOnly {
		return refuseNew(d.sysfd, path)
	}
	if strings.HasPrefix(target, "/") {
		return ENOTCAPABLE
	}
	return errnoOf(confine.Symlink(target, d.sysfd, path))
}

// pathReadlink: path_readlink(fd, path, path_len, buf, buf_len, bufused). As
// in POSIX a target that does not fit is cut, without an error.
func pathReadlink(s *System, m memory, p []uint64) Errno {
	d, path, errno := s.dirPath(m, p[0], RightPathReadlink, p[1], p[2])
	if errno != ESUCCESS {
		return errno
	}
	buf, errno := m.bytes(uint32(p[3]), uint32(p[4]))
	if errno != ESUCCESS {
		return errno
	}
	if errno := m.check(uint32(p[5]), 4); errno != ESUCCESS {
		return errno
	}
	n, err := confine.Readlink(d.sysfd, path, buf)
	if err != nil {
		return errnoOf(err)
	}
	return m.putU32(uint32(p[5]), uint32(n))
}
