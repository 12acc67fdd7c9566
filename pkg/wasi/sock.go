package wasi

// riflags, roflags and sdflags. Source: preview1 docs.
const (
	riflagPeek    = 1 << 0
	riflagWaitall = 1 << 1

	roflagTruncated = 1 << 0

	sdflagRead  = 1 << 0
	sdflagWrite = 1 << 1
)

// sockAccept: sock_accept(fd, flags, opened_fd).
func sockAccept(s *System, m memory, p []uint64) Errno {
	d, errno := s.socket(uint32(p[0]), RightSockAccept)
	if errno != ESUCCESS {
		return errno
	}
	if uint32(p[1])&^uint32(fdflagNonblock) != 0 {
		return EINVAL
	}
	if errno := m.check(uint32(p[2]), 4); errno != ESUCCESS {
		return errno
	}
	if s.fds.full() {
		return EMFILE // the connection stays in the queue
	}
	conn, errno := s.osAccept(d)
	if errno != ESUCCESS {
		return errno
	}
	conn.flags = fdflags(p[1])
	fd, errno := s.fds.insert(conn)
	if errno != ESUCCESS {
		return errno
	}
	return m.putU32(uint32(p[2]), fd)
}

// sockRecv: sock_recv(fd, ri_data, ri_data_len, ri_flags, ro_datalen,
// ro_flags).
func sockRecv(s *System, m memory, p []uint64) Errno {
	d, errno := s.socket(uint32(p[0]), RightFDRead)
	if errno != ESUCCESS {
		return errno
	}
	if uint32(p[3])&^(riflagPeek|riflagWaitall) != 0 {
		return EINVAL
	}
	if errno := m.check(uint32(p[4]), 4); errno != ESUCCESS {
		return errno
	}
	roflags, errno := m.bytes(uint32(p[5]), 2)
	if errno != ESUCCESS {
		return errno
	}
	bufs, errno := m.iovecs(s.bufs[:0], uint32(p[1]), uint32(p[2]))
	if errno != ESUCCESS {
		return errno
	}
	n, truncated, errno := s.osRecv(d, bufs, uint32(p[3]))
	s.keep(bufs)
	if errno != ESUCCESS {
		return errno
	}
	roflags[0], roflags[1] = 0, 0
	if truncated {
		roflags[0] = roflagTruncated
	}
	return m.putU32(uint32(p[4]), uint32(n))
}

// sockSend: sock_send(fd, si_data, si_data_len, si_flags, so_datalen). No
// si_flags are defined.
func sockSend(s *System, m memory, p []uint64) Errno {
	if _, errno := s.socket(uint32(p[0]), RightFDWrite); errno != ESUCCESS {
		return errno
	}
	if uint32(p[3]) != 0 {
		return EINVAL
	}
	return s.transfer(m, uint32(p[0]), RightFDWrite, p[1], p[2], p[4], (*System).writeFile)
}

// sockShutdown: sock_shutdown(fd, how).
func sockShutdown(s *System, _ memory, p []uint64) Errno {
	d, errno := s.socket(uint32(p[0]), RightSockShutdown)
	if errno != ESUCCESS {
		return errno
	}
	how := uint32(p[1])
	if how == 0 || how&^(sdflagRead|sdflagWrite) != 0 {
		return EINVAL
	}
	return errnoOf(osShutdown(d.sysfd, how))
}

// socket looks a socket up: what is none gets ENOTSOCK, whatever its rights.
func (s *System) socket(fd uint32, need Rights) (*openFile, Errno) {
	d, errno := s.fds.lookupTyped(fd)
	if errno != ESUCCESS {
		return nil, errno
	}
	if d.filetype != filetypeSocketStream && d.filetype != filetypeSocketDgram {
		return nil, ENOTSOCK
	}
	return s.fds.get(fd, need)
}
