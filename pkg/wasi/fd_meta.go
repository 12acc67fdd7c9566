package wasi

import "math"

// fdClose: fd_close(fd).
func fdClose(c *call) Errno {
	s, fd := c.system, c.fd(0)
	if _, errno := s.fds.lookup(fd); errno != ESUCCESS {
		return errno
	}
	s.prestats.remove(fd)
	// As on Linux the descriptor is free even if closing it fails.
	return errnoOf(s.fds.remove(fd))
}

// fdRenumber: fd_renumber(fd, to). Both must be open: to is closed, and then
// refers to the file of fd. A number that is not open is EBADF, so the guest
// cannot choose how large the table gets.
func fdRenumber(c *call) Errno {
	s, from, to := c.system, c.fd(0), c.fd(1)
	if _, errno := s.fds.lookup(from); errno != ESUCCESS {
		return errno
	}
	if _, errno := s.fds.lookup(to); errno != ESUCCESS {
		return errno
	}
	if from == to {
		return ESUCCESS
	}
	s.prestats.renumber(from, to)
	return errnoOf(s.fds.renumber(from, to))
}

// fdFdstatGet: fd_fdstat_get(fd, stat).
func fdFdstatGet(c *call) Errno {
	f, errno := c.system.fds.lookupTyped(c.fd(0))
	if errno != ESUCCESS {
		return errno
	}
	return c.memory.putFdstat(c.ptr(1), f.filetype, f.flags, f.base, f.inheriting)
}

// fdFdstatSetFlags: fd_fdstat_set_flags(fd, flags). As with POSIX's fcntl only
// APPEND and NONBLOCK can change. The standard streams are shared with the
// host, so their flags change for the guest only.
func fdFdstatSetFlags(c *call) Errno {
	f, errno := c.file(0, rightFDFdstatSetFlags)
	if errno != ESUCCESS {
		return errno
	}
	v, errno := c.flags(1, uint32(allFDFlags))
	if errno != ESUCCESS {
		return errno
	}
	flags := fdflags(v)
	const settable = fdflagAppend | fdflagNonblock
	if flags&^settable != f.flags&^settable {
		return ENOTSUP
	}
	if f.tracksOffset && (flags^f.flags)&fdflagAppend != 0 {
		if errno := f.syncOffset(); errno != ESUCCESS {
			return errno
		}
		if err := osSetAppend(f.sysfd, flags&fdflagAppend != 0); err != nil {
			return errnoOf(err)
		}
	}
	f.flags = flags
	return ESUCCESS
}

// fdFdstatSetRights: fd_fdstat_set_rights(fd, base, inheriting). A guest can
// give up rights but cannot get them back.
func fdFdstatSetRights(c *call) Errno {
	f, errno := c.system.fds.lookupTyped(c.fd(0))
	if errno != ESUCCESS {
		return errno
	}
	base, inheriting := c.rights(1), c.rights(2)
	if !f.base.has(base) || !f.inheriting.has(inheriting) {
		return ENOTCAPABLE
	}
	f.base, f.inheriting = base, inheriting
	return ESUCCESS
}

// fdFilestatGet: fd_filestat_get(fd, filestat).
func fdFilestatGet(c *call) Errno {
	var st filestat
	if errno := c.fdFilestat(&st); errno != ESUCCESS {
		return errno
	}
	return c.memory.putFilestat(c.ptr(1), &st)
}

func fdFilestatGetUnstable(c *call) Errno {
	var st filestat
	if errno := c.fdFilestat(&st); errno != ESUCCESS {
		return errno
	}
	return c.memory.putFilestatUnstable(c.ptr(1), &st)
}

func (c *call) fdFilestat(st *filestat) Errno {
	f, errno := c.file(0, rightFDFilestatGet)
	if errno != ESUCCESS {
		return errno
	}
	if f.sysfd == noSysfd {
		*st = filestat{filetype: f.filetype, nlink: 1}
		return ESUCCESS
	}
	return osFilestat(f.sysfd, st)
}

// fdFilestatSetSize: fd_filestat_set_size(fd, size).
func fdFilestatSetSize(c *call) Errno {
	f, errno := c.file(0, rightFDFilestatSetSize)
	if errno != ESUCCESS {
		return errno
	}
	size := c.u64(1)
	if size > math.MaxInt64 {
		return EFBIG
	}
	return errnoOf(osTruncate(f.sysfd, int64(size)))
}

// fdFilestatSetTimes: fd_filestat_set_times(fd, atim, mtim, fst_flags).
func fdFilestatSetTimes(c *call) Errno {
	f, errno := c.file(0, rightFDFilestatSetTimes)
	if errno != ESUCCESS {
		return errno
	}
	times, errno := newTimes(c.u64(1), c.u64(2), c.u32(3))
	if errno != ESUCCESS {
		return errno
	}
	if f.readOnly {
		return EROFS
	}
	return errnoOf(osSetTimes(f.sysfd, &times))
}

// fdAdvise: fd_advise(fd, offset, len, advice).
func fdAdvise(c *call) Errno {
	f, errno := c.file(0, rightFDAdvise)
	if errno != ESUCCESS {
		return errno
	}
	const lastAdvice = 5 // noreuse
	offset, length, advice := c.u64(1), c.u64(2), c.u32(3)
	if offset > math.MaxInt64 || length > math.MaxInt64 || advice > lastAdvice {
		return EINVAL
	}
	if f.filetype == filetypeDirectory {
		return EBADF
	}
	return errnoOf(osAdvise(f.sysfd, int64(offset), int64(length), advice))
}

// fdAllocate: fd_allocate(fd, offset, len). It never makes a file smaller.
func fdAllocate(c *call) Errno {
	f, errno := c.file(0, rightFDAllocate)
	if errno != ESUCCESS {
		return errno
	}
	offset, length := c.u64(1), c.u64(2)
	if length == 0 || offset > math.MaxInt64 || length > math.MaxInt64 {
		return EINVAL
	}
	if offset > math.MaxInt64-length {
		return EFBIG
	}
	return c.allocate(f.sysfd, int64(offset), int64(length))
}

// fdSync: fd_sync(fd).
func fdSync(c *call) Errno { return c.sync(rightFDSync, osSync) }

// fdDatasync: fd_datasync(fd).
func fdDatasync(c *call) Errno { return c.sync(rightFDDatasync, osDatasync) }

func (c *call) sync(need rights, sync func(int) error) Errno {
	f, errno := c.file(0, need)
	if errno != ESUCCESS {
		return errno
	}
	if f.sysfd == noSysfd {
		return EINVAL // as Linux returns for a pipe
	}
	return errnoOf(sync(f.sysfd))
}
