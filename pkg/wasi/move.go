package wasi

// maxMove is the most bytes that one system call moves from or to a file, which
// takes some milliseconds. A call that moves more looks at its context in
// between.
const maxMove = 16 << 20

// moveFunc is pread(2) or pwrite(2) with several buffers. It returns fewer bytes
// than they have only at the end of the file, or if the next call will fail.
type moveFunc func(sysfd int, bufs [][]byte, offset int64) (int, error)

// moveTracked moves bytes between bufs and the position of a file that tracks
// its offset.
func (c *call) moveTracked(move moveFunc, f *openFile, bufs [][]byte) (int, Errno) {
	if errno := f.syncOffset(); errno != ESUCCESS {
		return 0, errno
	}
	n, errno := c.moveAt(move, f, bufs, f.offset)
	f.offset += int64(n)
	return n, errno
}

// moveAt moves bytes between bufs and an offset of a file.
func (c *call) moveAt(move moveFunc, f *openFile, bufs [][]byte, offset int64) (int, Errno) {
	if len(bufs) == 1 && len(bufs[0]) <= maxMove { // nearly always; moveMuch tries again after an error
		if n, err := move(f.sysfd, bufs, offset); err == nil {
			return n, ESUCCESS
		}
	}
	return c.moveMuch(move, f, bufs, offset)
}

// moveMuch is moveAt with any number of buffers, of any size.
func (c *call) moveMuch(move moveFunc, f *openFile, bufs [][]byte, offset int64) (total int, _ Errno) {
	for len(bufs) > 0 {
		part, rest := cut(bufs, maxMove)
		n, errno := c.moveOnce(move, f, part, offset+int64(total))
		total += n
		switch {
		case errno != ESUCCESS && total == 0:
			return 0, errno
		case errno != ESUCCESS, n < length(part):
			return total, ESUCCESS // the next call gets the error again
		}
		if bufs = rest; len(bufs) > 0 {
			c.exitIfDone()
		}
	}
	return total, ESUCCESS
}

// moveOnce is one system call, unless the file says that it would block, as
// /proc/kmsg does: path_open makes descriptors non-blocking.
func (c *call) moveOnce(move moveFunc, f *openFile, bufs [][]byte, offset int64) (int, Errno) {
	for {
		n, err := move(f.sysfd, bufs, offset)
		errno := errnoOf(err)
		if errno == EAGAIN && f.flags&fdflagNonblock == 0 {
			if errno = c.osAwaitFile(f); errno == ESUCCESS {
				continue
			}
		}
		return n, errno
	}
}

// cut splits bufs after at most size bytes. It changes the first element of
// bufs if it splits that.
func cut(bufs [][]byte, size int) (part, rest [][]byte) {
	for i, b := range bufs {
		if size -= len(b); size >= 0 {
			continue
		}
		if i > 0 {
			return bufs[:i], bufs[i:]
		}
		part = [][]byte{b[:len(b)+size]}
		bufs[0] = b[len(b)+size:]
		return part, bufs
	}
	return bufs, nil
}

func length(bufs [][]byte) (n int) {
	for _, b := range bufs {
		n += len(b)
	}
	return n
}

// advance drops the first n bytes of bufs.
func advance(bufs [][]byte, n int) [][]byte {
	for len(bufs) > 0 && n >= len(bufs[0]) {
		n -= len(bufs[0])
		bufs = bufs[1:]
	}
	if n > 0 {
		bufs[0] = bufs[0][n:]
	}
	return bufs
}
