package wasi

// Flags of the sock functions. Source: preview1 docs, sections riflags,
// roflags and sdflags.
const (
	riflagPeek    = 1 << 0
	riflagWaitall = 1 << 1

	roflagTruncated = 1 << 0

	sdflagRead  = 1 << 0
	sdflagWrite = 1 << 1
)

// sockAccept: sock_accept(fd, flags, opened_fd).
func sockAccept(c *call) Errno {
	f, errno := c.socket(0, rightSockAccept)
	if errno != ESUCCESS {
		return errno
	}
	flags, errno := c.flags(1, uint32(fdflagNonblock))
	if errno != ESUCCESS {
		return errno
	}
	if errno := c.checkOut(2, 4); errno != ESUCCESS {
		return errno
	}
	if c.system.fds.full() {
		return EMFILE // the connection stays in the queue
	}
	conn, errno := c.osAccept(f)
	if errno != ESUCCESS {
		return errno
	}
	conn.flags, conn.opened = fdflags(flags), true
	fd, errno := c.system.fds.insert(conn)
	if errno != ESUCCESS {
		return errno
	}
	return c.out32(2, fd)
}

// sockRecv: sock_recv(fd, ri_data, ri_data_len, ri_flags, ro_datalen,
// ro_flags).
func sockRecv(c *call) Errno {
	f, errno := c.socket(0, rightFDRead)
	if errno != ESUCCESS {
		return errno
	}
	flags, errno := c.flags(3, riflagPeek|riflagWaitall)
	if errno != ESUCCESS {
		return errno
	}
	if errno := c.checkOut(4, 4); errno != ESUCCESS {
		return errno
	}
	roflags, errno := c.memory.bytes(c.ptr(5), 2)
	if errno != ESUCCESS {
		return errno
	}
	bufs, errno := c.iovs(1)
	if errno != ESUCCESS {
		return errno
	}
	n, truncated, errno := c.osRecv(f, bufs, flags)
	if errno != ESUCCESS {
		return errno
	}
	roflags[0], roflags[1] = 0, 0
	if truncated {
		roflags[0] = roflagTruncated
	}
	return c.out32(4, uint32(n))
}

// sockSend: sock_send(fd, si_data, si_data_len, si_flags, so_datalen).
// preview1 defines no si_flags.
func sockSend(c *call) Errno {
	if _, errno := c.socket(0, rightFDWrite); errno != ESUCCESS {
		return errno
	}
	if _, errno := c.flags(3, 0); errno != ESUCCESS {
		return errno
	}
	return c.transfer(rightFDWrite, 4, (*call).writeFile)
}

// sockShutdown: sock_shutdown(fd, how).
func sockShutdown(c *call) Errno {
	f, errno := c.socket(0, rightSockShutdown)
	if errno != ESUCCESS {
		return errno
	}
	how, errno := c.flags(1, sdflagRead|sdflagWrite)
	if errno != ESUCCESS || how == 0 {
		return EINVAL
	}
	return errnoOf(osShutdown(f.sysfd, how))
}
