package wasi

import (
	"errors"
	"io"
	"math"
)

// fdRead: fd_read(fd, iovs, iovs_len, nread).
func fdRead(s *System, m memory, p []uint64) Errno {
	return s.transfer(m, uint32(p[0]), RightFDRead, p[1], p[2], p[3], (*System).readFile)
}

// fdWrite: fd_write(fd, iovs, iovs_len, nwritten).
func fdWrite(s *System, m memory, p []uint64) Errno {
	return s.transfer(m, uint32(p[0]), RightFDWrite, p[1], p[2], p[3], (*System).writeFile)
}

// fdPread: fd_pread(fd, iovs, iovs_len, offset, nread).
func fdPread(s *System, m memory, p []uint64) Errno {
	return s.transferAt(m, uint32(p[0]), RightFDRead|RightFDSeek, p, osPread)
}

// fdPwrite: fd_pwrite(fd, iovs, iovs_len, offset, nwritten). On a descriptor
// with APPEND it appends, as Linux's pwrite does.
func fdPwrite(s *System, m memory, p []uint64) Errno {
	return s.transferAt(m, uint32(p[0]), RightFDWrite|RightFDSeek, p, osPwrite)
}

// transfer moves bytes between the guest's buffers and fd's position. The
// place of the count is checked first: what was read cannot be unread.
func (s *System) transfer(m memory, fd uint32, need Rights, iovs, count, out uint64,
	move func(*System, *openFile, [][]byte) (int, Errno),
) Errno {
	d, errno := s.fds.get(fd, need)
	if errno != ESUCCESS {
		return errno
	}
	if errno := m.check(uint32(out), 4); errno != ESUCCESS {
		return errno
	}
	bufs, errno := m.iovecs(s.bufs[:0], uint32(iovs), uint32(count))
	if errno != ESUCCESS {
		return errno
	}
	n, errno := move(s, d, bufs)
	s.keep(bufs)
	if errno != ESUCCESS {
		return errno
	}
	return m.putU32(uint32(out), uint32(n))
}

func (s *System) transferAt(m memory, fd uint32, need Rights, p []uint64,
	move func(int, [][]byte, int64) (int, error),
) Errno {
	d, errno := s.fds.get(fd, need)
	if errno != ESUCCESS {
		return errno
	}
	if errno := m.check(uint32(p[4]), 4); errno != ESUCCESS {
		return errno
	}
	if p[3] > math.MaxInt64 {
		return EINVAL
	}
	bufs, errno := m.iovecs(s.bufs[:0], uint32(p[1]), uint32(p[2]))
	if errno != ESUCCESS {
		return errno
	}
	n, err := 0, error(nil)
	if len(bufs) > 0 {
		n, err = move(d.sysfd, bufs, int64(p[3]))
	}
	s.keep(bufs)
	if err != nil {
		return errnoOf(err)
	}
	return m.putU32(uint32(p[4]), uint32(n))
}

// keep lets the next call use the list's memory, without the guest's buffers.
func (s *System) keep(bufs [][]byte) {
	const most = 64
	if cap(bufs) > most {
		bufs = nil
	}
	clear(bufs)
	s.bufs = bufs[:0]
}

func (s *System) readFile(d *openFile, bufs [][]byte) (int, Errno) {
	switch {
	case len(bufs) == 0:
		return 0, ESUCCESS
	case d.tracksOffset:
		if errno := d.syncOffset(); errno != ESUCCESS {
			return 0, errno
		}
		n, err := osPread(d.sysfd, bufs, d.offset)
		if err != nil {
			return 0, errnoOf(err)
		}
		d.offset += int64(n)
		return n, ESUCCESS
	case d.sysfd != noSysfd:
		return s.osRead(d, bufs)
	case d.reader == nil:
		return 0, ESUCCESS
	}
	n, err := d.reader.Read(bufs[0])
	if n == 0 && err != nil && !errors.Is(err, io.EOF) {
		return 0, errnoOf(err)
	}
	return n, ESUCCESS
}

func (s *System) writeFile(d *openFile, bufs [][]byte) (int, Errno) {
	switch {
	case d.sysfd == noSysfd:
		return writeStream(d.writer, bufs)
	case len(bufs) == 0:
		return 0, ESUCCESS
	case d.tracksOffset && d.flags&fdflagAppend == 0:
		if errno := d.syncOffset(); errno != ESUCCESS {
			return 0, errno
		}
		n, err := osPwrite(d.sysfd, bufs, d.offset)
		if err != nil {
			return 0, errnoOf(err)
		}
		d.offset += int64(n)
		return n, ESUCCESS
	}
	n, errno := s.osWrite(d, bufs)
	if errno == ESUCCESS && d.tracksOffset {
		d.offsetInKernel = true
	}
	return n, errno
}

// writeStream writes to what is not a host file. Nil discards.
func writeStream(w io.Writer, bufs [][]byte) (n int, _ Errno) {
	for _, b := range bufs {
		written := len(b)
		if w != nil {
			var err error
			if written, err = w.Write(b); err != nil && n+written == 0 {
				return 0, errnoOf(err)
			}
		}
		if n += written; written < len(b) {
			break
		}
	}
	return n, ESUCCESS
}

// syncOffset fetches the position that an append left to the host.
func (d *openFile) syncOffset() Errno {
	if !d.offsetInKernel {
		return ESUCCESS
	}
	offset, err := osSeek(d.sysfd, 0, io.SeekCurrent)
	if err != nil {
		return errnoOf(err)
	}
	d.offset, d.offsetInKernel = offset, false
	return ESUCCESS
}

// whence values of preview1.
const (
	whenceSet = iota
	whenceCur
	whenceEnd
)

// fdSeek: fd_seek(fd, offset, whence, newoffset).
func fdSeek(s *System, m memory, p []uint64) Errno {
	return s.seek(m, uint32(p[0]), int64(p[1]), uint32(p[2]), uint32(p[3]))
}

// fdSeekUnstable numbers whence otherwise: current, end, set.
func fdSeekUnstable(s *System, m memory, p []uint64) Errno {
	whence := uint32(p[2])
	if whence < 3 {
		whence = [3]uint32{whenceCur, whenceEnd, whenceSet}[whence]
	}
	return s.seek(m, uint32(p[0]), int64(p[1]), whence, uint32(p[3]))
}

func (s *System) seek(m memory, fd uint32, offset int64, whence, out uint32) Errno {
	if whence > whenceEnd {
		return EINVAL
	}
	need := RightFDSeek
	if offset == 0 && whence == whenceCur {
		need = RightFDTell // asking is not moving
	}
	d, errno := s.fds.get(fd, need)
	if errno != ESUCCESS {
		return errno
	}
	if errno := m.check(out, 8); errno != ESUCCESS {
		return errno
	}
	if errno := d.seek(offset, whence); errno != ESUCCESS {
		return errno
	}
	return m.putU64(out, uint64(d.offset))
}

// seek moves the position; only the end of a file needs the host to be asked.
func (d *openFile) seek(offset int64, whence uint32) Errno {
	if !d.tracksOffset || whence == whenceEnd {
		n, err := osSeek(d.sysfd, offset, [...]int{io.SeekStart, io.SeekCurrent, io.SeekEnd}[whence])
		if err != nil {
			return errnoOf(err)
		}
		d.offset, d.offsetInKernel = n, false
		return ESUCCESS
	}
	base := int64(0)
	if whence == whenceCur {
		if errno := d.syncOffset(); errno != ESUCCESS {
			return errno
		}
		base = d.offset
	}
	if offset > 0 && base > math.MaxInt64-offset {
		return EOVERFLOW
	}
	if base+offset < 0 {
		return EINVAL
	}
	d.offset, d.offsetInKernel = base+offset, false
	return ESUCCESS
}

// fdTell: fd_tell(fd, offset).
func fdTell(s *System, m memory, p []uint64) Errno {
	return s.seek(m, uint32(p[0]), 0, whenceCur, uint32(p[1]))
}
