package wasi

import (
	"math"
	"slices"
)

// fdReaddir: fd_readdir(fd, buf, buf_len, cookie, bufused). The buffer is
// filled to its end, the last entry cut where it does not fit: less than
// buf_len used says that the directory is at its end. Cookie 0 is its start;
// every other one was handed out as an entry's next.
func fdReaddir(s *System, m memory, p []uint64) Errno {
	d, errno := s.fds.get(uint32(p[0]), RightFDReaddir)
	if errno != ESUCCESS {
		return errno
	}
	if d.filetype != filetypeDirectory {
		return ENOTDIR
	}
	buf, errno := m.bytes(uint32(p[1]), uint32(p[2]))
	if errno != ESUCCESS {
		return errno
	}
	if errno := m.check(uint32(p[4]), 4); errno != ESUCCESS {
		return errno
	}
	if p[3] > math.MaxInt64 {
		return EINVAL
	}
	if d.dir == nil {
		s.openStream(d)
	}
	used, err := fillDirents(d, buf, p[3])
	if err != nil {
		return errnoOf(err)
	}
	return m.putU32(uint32(p[4]), uint32(used))
}

// openStream gives d a directory stream. The stream that was opened first
// makes room where there are too many; its directory gets a new one when it is
// read again, and goes on at the cookie that it is given.
func (s *System) openStream(d *openFile) {
	s.streams = slices.DeleteFunc(s.streams, func(d *openFile) bool { return d.dir == nil })
	if len(s.streams) >= s.maxStreams {
		oldest := s.streams[0]
		oldest.dir.close(s.scope)
		oldest.dir = nil
		s.streams = slices.Delete(s.streams, 0, 1)
	}
	d.dir = openDirStream(s.scope)
	s.streams = append(s.streams, d)
}

// direntry is one entry of a directory. The name is valid until the stream
// moves on.
type direntry struct {
	next     uint64
	ino      uint64
	name     []byte
	filetype filetype
}

func fillDirents(d *openFile, buf []byte, cookie uint64) (used int, err error) {
	if err := d.dir.seek(d.sysfd, cookie); err != nil {
		return 0, err
	}
	var e direntry
	for used < len(buf) {
		more, err := d.dir.next(d.sysfd, &e)
		if err != nil {
			return 0, err
		}
		if !more {
			break
		}
		if len(buf)-used < direntSize+len(e.name) {
			d.dir.unread()
		}
		if d.preopen && string(e.name) == ".." {
			e.ino = 0 // what is above the root is not the guest's to know
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
