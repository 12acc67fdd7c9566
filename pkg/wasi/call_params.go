package wasi

import "unsafe"

// The methods in this file read a call's parameters. Parameters are counted in
// WebAssembly values, from 0, so a path or a list of buffers counts twice: its
// address is parameter i, its length i+1. Handlers name the positions that
// the function's row in the table declares.

func (c *call) u32(i int) uint32    { return uint32(c.params[i]) }
func (c *call) u64(i int) uint64    { return c.params[i] }
func (c *call) s64(i int) int64     { return int64(c.params[i]) }
func (c *call) fd(i int) uint32     { return uint32(c.params[i]) }
func (c *call) ptr(i int) uint32    { return uint32(c.params[i]) }
func (c *call) rights(i int) rights { return rights(c.params[i]) }

// flags returns parameter i, or EINVAL if it has bits other than valid.
func (c *call) flags(i int, valid uint32) (uint32, Errno) {
	v := c.u32(i)
	if v&^valid != 0 {
		return 0, EINVAL
	}
	return v, ESUCCESS
}

// lookupflags reports whether the call follows a symbolic link at the end of
// its path.
func (c *call) lookupflags(i int) (follow bool, _ Errno) {
	v, errno := c.flags(i, lookupSymlinkFollow)
	return v != 0, errno
}

// buffer returns the guest memory at parameter i, of the length in i+1.
func (c *call) buffer(i int) ([]byte, Errno) {
	return c.memory.bytes(c.ptr(i), c.u32(i+1))
}

// iovs returns the buffers of the list at parameter i, without the empty ones.
// Use them only during the call.
func (c *call) iovs(i int) ([][]byte, Errno) {
	bufs, errno := c.memory.iovecs(c.bufs[:0], c.ptr(i), c.u32(i+1))
	if errno == ESUCCESS {
		c.bufs = bufs
	}
	return bufs, errno
}

// pathMax is the longest path, including its terminator, as in Linux
// (PATH_MAX).
const pathMax = 4096

// path returns a copy of the path at parameter i. The copy keeps another
// thread of the guest from changing a path after it was checked. Use it only
// during the call. As in POSIX it may hold any bytes; confine refuses a NUL.
func (c *call) path(i int) (string, Errno) {
	b, errno := c.buffer(i)
	if errno != ESUCCESS || len(b) == 0 {
		return "", errno
	}
	if len(b) >= pathMax {
		return "", ENAMETOOLONG
	}
	// Take the older buffer: the newer one may hold the call's other path.
	c.paths[0], c.paths[1] = c.paths[1], c.paths[0]
	buf := append(c.paths[0][:0], b...)
	c.paths[0] = buf
	return unsafe.String(&buf[0], len(buf)), ESUCCESS
}

// file returns the open file that parameter i names, if it has all rights of
// need.
func (c *call) file(i int, need rights) (*openFile, Errno) {
	return c.system.fds.get(c.fd(i), need)
}

// directory is file for a call that needs a directory.
func (c *call) directory(i int, need rights) (*openFile, Errno) {
	f, errno := c.file(i, need)
	if errno == ESUCCESS && f.filetype != filetypeDirectory {
		errno = ENOTDIR
	}
	return f, errno
}

// dirPath returns the directory that parameter dir names, and the path at
// parameter path.
func (c *call) dirPath(dir int, need rights, path int) (*openFile, string, Errno) {
	f, errno := c.directory(dir, need)
	if errno != ESUCCESS {
		return nil, "", errno
	}
	p, errno := c.path(path)
	return f, p, errno
}

// writableDirPath is dirPath for a call that changes the directory.
func (c *call) writableDirPath(dir int, need rights, path int) (*openFile, string, Errno) {
	f, p, errno := c.dirPath(dir, need, path)
	if errno == ESUCCESS && f.readOnly {
		errno = EROFS
	}
	return f, p, errno
}

// socket is file for a call that needs a socket. Anything else is ENOTSOCK,
// whatever its rights.
func (c *call) socket(i int, need rights) (*openFile, Errno) {
	f, errno := c.system.fds.lookupTyped(c.fd(i))
	if errno != ESUCCESS {
		return nil, errno
	}
	if !f.isSocket() {
		return nil, ENOTSOCK
	}
	return c.file(i, need)
}

// Results. A call that has an effect checks the place of its result first,
// because it cannot undo the effect if there is no place for the result.

// checkOut returns EFAULT unless parameter i points to n bytes of memory.
func (c *call) checkOut(i int, n uint32) Errno { return c.memory.check(c.ptr(i), n) }

// out32 writes v where parameter i points.
func (c *call) out32(i int, v uint32) Errno { return c.memory.putU32(c.ptr(i), v) }

// out64 writes v where parameter i points.
func (c *call) out64(i int, v uint64) Errno { return c.memory.putU64(c.ptr(i), v) }
