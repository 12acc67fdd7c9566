package wasi

// fdPrestatGet: fd_prestat_get(fd, prestat).
func fdPrestatGet(c *call) Errno {
	name, errno := c.system.prestats.get(c.fd(0))
	if errno != ESUCCESS {
		return errno
	}
	return c.memory.putPrestat(c.ptr(1), uint32(len(name)))
}

// fdPrestatDirName: fd_prestat_dir_name(fd, path, path_len). The name is not
// NUL-terminated.
func fdPrestatDirName(c *call) Errno {
	name, errno := c.system.prestats.get(c.fd(0))
	if errno != ESUCCESS {
		return errno
	}
	if uint64(c.u32(2)) < uint64(len(name)) {
		return ENAMETOOLONG
	}
	b, errno := c.memory.bytes(c.ptr(1), uint32(len(name)))
	copy(b, name)
	return errno
}
