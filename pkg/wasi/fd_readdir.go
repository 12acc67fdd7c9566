package wasi

import (
	"math"
	"slices"
)

// fdReaddir: fd_readdir(fd, buf, buf_len, cookie, bufused). It fills the whole
// buffer and truncates the last entry if that does not fit. A guest knows the
// directory's end by a bufused less than buf_len. Cookie 0 is the start;
// every other cookie is the next of an entry that was returned before.
func fdReaddir(c *call) Errno {
	f, errno := c.directory(0, rightFDReaddir)
	if errno != ESUCCESS {
		return errno
	}
	buf, errno := c.buffer(1)
	if errno != ESUCCESS {
		return errno
	}
	if errno := c.checkOut(4, 4); errno != ESUCCESS {
		return errno
	}
	cookie := c.u64(3)
	if cookie > math.MaxInt64 {
		return EINVAL
	}
	if f.dir == nil {
		c.system.openDir(f)
	}
	used, err := c.fillDirents(f, buf, cookie)
	if err != nil {
		return errnoOf(err)
	}
	return c.out32(4, uint32(used))
}

// openDir gives f a directory stream. If there are too many it closes the
// oldest one. When that directory is read again it gets a new stream, which
// continues at the cookie.
func (s *System) openDir(f *openFile) {
	s.streams = slices.DeleteFunc(s.streams, func(f *openFile) bool { return f.dir == nil })
	if len(s.streams) >= s.maxStreams {
		oldest := s.streams[0]
		oldest.dir.close(s.scope)
		oldest.dir = nil
		s.streams = slices.Delete(s.streams, 0, 1)
	}
	f.dir = openDirStream(s.scope)
	s.streams = append(s.streams, f)
}

// direntry is an entry of a directory. Its name is valid until the stream
// moves on.
type direntry struct {
	next     uint64 // the cookie of the entry after it
	ino      uint64
	name     []byte
	filetype filetype
}

// direntsAtOnce is how many entries a call lists before it looks at its context.
const direntsAtOnce = 1024

// fillDirents writes entries from cookie on to buf, and returns how many bytes
// it used.
func (c *call) fillDirents(f *openFile, buf []byte, cookie uint64) (used int, err error) {
	if err := f.dir.seek(f.sysfd, cookie); err != nil {
		return 0, err
	}
	var e direntry
	for n := 1; used < len(buf); n++ {
		if n%direntsAtOnce == 0 {
			c.exitIfDone()
		}
		more, err := f.dir.next(f.sysfd, &e)
		if err != nil {
			return 0, err
		}
		if !more {
			break
		}
		if len(buf)-used < direntSize+len(e.name) {
			f.dir.unread()
		}
		if f.preopen && string(e.name) == ".." {
			e.ino = 0 // hide the directory above the preopen
		}
		if len(buf)-used >= direntSize {
			putDirent(buf[used:], e.next, e.ino, len(e.name), e.filetype)
			used += direntSize
		} else {
			var head [direntSize]byte
			putDirent(head[:], e.next, e.ino, len(e.name), e.filetype)
			used += copy(buf[used:], head[:])
		}
		used += copy(buf[used:], e.name)
	}
	return used, nil
}
