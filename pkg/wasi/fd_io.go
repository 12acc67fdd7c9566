package wasi

import "math"

// fdRead: fd_read(fd, iovs, iovs_len, nread).
func fdRead(c *call) Errno { return c.transfer(rightFDRead, 3, (*call).readFile) }

// fdWrite: fd_write(fd, iovs, iovs_len, nwritten).
func fdWrite(c *call) Errno { return c.transfer(rightFDWrite, 3, (*call).writeFile) }

// fdPread: fd_pread(fd, iovs, iovs_len, offset, nread).
func fdPread(c *call) Errno { return c.transferAt(rightFDRead|rightFDSeek, osPread) }

// fdPwrite: fd_pwrite(fd, iovs, iovs_len, offset, nwritten). With APPEND it
// appends whatever the offset, as Linux's pwrite does.
func fdPwrite(c *call) Errno { return c.transferAt(rightFDWrite|rightFDSeek, osPwrite) }

// transfer moves bytes between the buffers of parameters 1 and 2 and the
// position of the file in parameter 0. It writes their number to parameter out,
// whose address it checks first: a read cannot be undone.
func (c *call) transfer(need rights, out int, move func(*call, *openFile, [][]byte) (int, Errno)) Errno {
	f, errno := c.file(0, need)
	if errno != ESUCCESS {
		return errno
	}
	if errno := c.checkOut(out, 4); errno != ESUCCESS {
		return errno
	}
	bufs, errno := c.iovs(1)
	if errno != ESUCCESS {
		return errno
	}
	n, errno := move(c, f, bufs)
	if errno != ESUCCESS {
		return errno
	}
	return c.out32(out, uint32(n))
}

// transferAt is transfer at the offset of parameter 3, with the result at 4.
func (c *call) transferAt(need rights, move moveFunc) Errno {
	f, errno := c.file(0, need)
	if errno != ESUCCESS {
		return errno
	}
	if errno := c.checkOut(4, 4); errno != ESUCCESS {
		return errno
	}
	offset := c.u64(3)
	if offset > math.MaxInt64 {
		return EINVAL
	}
	bufs, errno := c.iovs(1)
	if errno != ESUCCESS {
		return errno
	}
	n, errno := c.moveAt(move, f, bufs, int64(offset))
	if errno != ESUCCESS {
		return errno
	}
	return c.out32(4, uint32(n))
}

// readFile reads at f's position.
func (c *call) readFile(f *openFile, bufs [][]byte) (int, Errno) {
	switch {
	case len(bufs) == 0:
		return 0, ESUCCESS
	case f.tracksOffset:
		return c.moveTracked(osPread, f, bufs)
	case f.sysfd != noSysfd:
		return c.osRead(f, bufs)
	}
	return c.readStream(f.stream, bufs[0])
}

// writeFile writes at f's position.
func (c *call) writeFile(f *openFile, bufs [][]byte) (int, Errno) {
	switch {
	case f.sysfd == noSysfd:
		return c.writeStream(f.stream, bufs)
	case len(bufs) == 0:
		return 0, ESUCCESS
	case f.tracksOffset && f.flags&fdflagAppend == 0:
		return c.moveTracked(osPwrite, f, bufs)
	}
	n, errno := c.osWrite(f, bufs)
	if errno == ESUCCESS && f.tracksOffset {
		f.offsetInKernel = true
	}
	return n, errno
}
