package wasi

import "math"

// fdClose: fd_close(fd).
func fdClose(s *System, _ memory, p []uint64) Errno {
	fd := uint32(p[0])
	if _, errno := s.fds.lookup(fd); errno != ESUCCESS {
		return errno
	}
	s.prestats.remove(fd)
	// Linux frees the descriptor whatever close says; so does the table.
	return errnoOf(s.fds.remove(fd))
}

// fdRenumber: fd_renumber(fd, to). Both must be open: to is closed and becomes
// what fd was. A number that is not open cannot size the table.
func fdRenumber(s *System, _ memory, p []uint64) Errno {
	from, to := uint32(p[0]), uint32(p[1])
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
func fdFdstatGet(s *System, m memory, p []uint64) Errno {
	d, errno := s.fds.lookupTyped(uint32(p[0]))
	if errno != ESUCCESS {
		return errno
	}
	return m.putFdstat(uint32(p[1]), d.filetype, d.flags, d.base, d.inheriting)
}

// fdFdstatSetFlags: fd_fdstat_set_flags(fd, flags). As in POSIX's fcntl only
// APPEND and NONBLOCK can change. Descriptors that the guest was given are
// shared with the host: their flags stay the guest's own matter.
func fdFdstatSetFlags(s *System, _ memory, p []uint64) Errno {
	d, errno := s.fds.get(uint32(p[0]), RightFDFdstatSetFlags)
	if errno != ESUCCESS {
		return errno
	}
	flags := fdflags(p[1])
	if uint32(p[1])&^uint32(allFDFlags) != 0 {
		return EINVAL
	}
	const settable = fdflagAppend | fdflagNonblock
	if flags&^settable != d.flags&^settable {
		return ENOTSUP
	}
	if d.tracksOffset && (flags^d.flags)&fdflagAppend != 0 {
		if errno := d.syncOffset(); errno != ESUCCESS {
			return errno
		}
		if err := osSetAppend(d.sysfd, flags&fdflagAppend != 0); err != nil {
			return errnoOf(err)
		}
	}
	d.flags = flags
	return ESUCCESS
}

// fdFdstatSetRights: fd_fdstat_set_rights(fd, base, inheriting). Rights can be
// given up, and never be got back.
func fdFdstatSetRights(s *System, _ memory, p []uint64) Errno {
	d, errno := s.fds.lookupTyped(uint32(p[0]))
	if errno != ESUCCESS {
		return errno
	}
	base, inheriting := Rights(p[1]), Rights(p[2])
	if !d.base.has(base) || !d.inheriting.has(inheriting) {
		return ENOTCAPABLE
	}
	d.base, d.inheriting = base, inheriting
	return ESUCCESS
}

// fdFilestatGet: fd_filestat_get(fd, filestat).
func fdFilestatGet(s *System, m memory, p []uint64) Errno {
	var st filestat
	if errno := s.fdFilestat(uint32(p[0]), &st); errno != ESUCCESS {
		return errno
	}
	return m.putFilestat(uint32(p[1]), &st)
}

func fdFilestatGetUnstable(s *System, m memory, p []uint64) Errno {
	var st filestat
	if errno := s.fdFilestat(uint32(p[0]), &st); errno != ESUCCESS {
		return errno
	}
	return m.putFilestatUnstable(uint32(p[1]), &st)
}

func (s *System) fdFilestat(fd uint32, st *filestat) Errno {
	d, errno := s.fds.get(fd, RightFDFilestatGet)
	if errno != ESUCCESS {
		return errno
	}
	if d.sysfd == noSysfd {
		*st = filestat{filetype: d.filetype, nlink: 1}
		return ESUCCESS
	}
	return osFilestat(d.sysfd, st)
}

// fdFilestatSetSize: fd_filestat_set_size(fd, size).
func fdFilestatSetSize(s *System, _ memory, p []uint64) Errno {
	d, errno := s.fds.get(uint32(p[0]), RightFDFilestatSetSize)
	if errno != ESUCCESS {
		return errno
	}
	if p[1] > math.MaxInt64 {
		return EFBIG
	}
	return errnoOf(osTruncate(d.sysfd, int64(p[1])))
}

// fdFilestatSetTimes: fd_filestat_set_times(fd, atim, mtim, fst_flags).
func fdFilestatSetTimes(s *System, _ memory, p []uint64) Errno {
	d, errno := s.fds.get(uint32(p[0]), RightFDFilestatSetTimes)
	if errno != ESUCCESS {
		return errno
	}
	times, errno := newTimes(p[1], p[2], p[3])
	if errno != ESUCCESS {
		return errno
	}
	if d.readOnly {
		return EROFS
	}
	return errnoOf(osSetTimes(d.sysfd, &times))
}

// fdAdvise: fd_advise(fd, offset, len, advice).
func fdAdvise(s *System, _ memory, p []uint64) Errno {
	d, errno := s.fds.get(uint32(p[0]), RightFDAdvise)
	if errno != ESUCCESS {
		return errno
	}
	const lastAdvice = 5 // noreuse
	if p[1] > math.MaxInt64 || p[2] > math.MaxInt64 || uint32(p[3]) > lastAdvice {
		return EINVAL
	}
	if d.filetype == filetypeDirectory {
		return EBADF
	}
	return errnoOf(osAdvise(d.sysfd, int64(p[1]), int64(p[2]), uint32(p[3])))
}

// fdAllocate: fd_allocate(fd, offset, len), which never makes a file smaller.
func fdAllocate(s *System, _ memory, p []uint64) Errno {
	d, errno := s.fds.get(uint32(p[0]), RightFDAllocate)
	if errno != ESUCCESS {
		return errno
	}
	if p[2] == 0 || p[1] > math.MaxInt64 || p[2] > math.MaxInt64 {
		return EINVAL
	}
	if p[1] > math.MaxInt64-p[2] {
		return EFBIG
	}
	return errnoOf(osAllocate(d.sysfd, int64(p[1]), int64(p[2])))
}

// fdSync: fd_sync(fd).
func fdSync(s *System, _ memory, p []uint64) Errno {
	return s.sync(uint32(p[0]), RightFDSync, osSync)
}

// fdDatasync: fd_datasync(fd).
func fdDatasync(s *System, _ memory, p []uint64) Errno {
	return s.sync(uint32(p[0]), RightFDDatasync, osDatasync)
}

func (s *System) sync(fd uint32, need Rights, sync func(int) error) Errno {
	d, errno := s.fds.get(fd, need)
	if errno != ESUCCESS {
		return errno
	}
	if d.sysfd == noSysfd {
		return EINVAL // as Linux answers for a pipe
	}
	return errnoOf(sync(d.sysfd))
}
