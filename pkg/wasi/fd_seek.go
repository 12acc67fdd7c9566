package wasi

import (
	"io"
	"math"
)

// Values of whence. Source: preview1 docs.
const (
	whenceSet = iota
	whenceCur
	whenceEnd
)

// fdSeek: fd_seek(fd, offset, whence, newoffset).
func fdSeek(c *call) Errno { return c.seek(c.s64(1), c.u32(2), 3) }

// fdSeekUnstable is fd_seek of wasi_unstable.
func fdSeekUnstable(c *call) Errno { return c.seek(c.s64(1), whenceOfUnstable(c.u32(2)), 3) }

// whenceOfUnstable translates wasi_unstable's whence, in which 0, 1 and 2 are
// current, end and set.
func whenceOfUnstable(whence uint32) uint32 {
	if whence < 3 {
		return [3]uint32{whenceCur, whenceEnd, whenceSet}[whence]
	}
	return whence
}

// fdTell: fd_tell(fd, offset).
func fdTell(c *call) Errno { return c.seek(0, whenceCur, 1) }

// seek moves the position of the file in parameter 0 and puts the new one at
// parameter out.
func (c *call) seek(offset int64, whence uint32, out int) Errno {
	if whence > whenceEnd {
		return EINVAL
	}
	need := rightFDSeek
	if offset == 0 && whence == whenceCur {
		need = rightFDTell // this only asks for the position
	}
	f, errno := c.file(0, need)
	if errno != ESUCCESS {
		return errno
	}
	if errno := c.checkOut(out, 8); errno != ESUCCESS {
		return errno
	}
	if errno := f.seek(offset, whence); errno != ESUCCESS {
		return errno
	}
	return c.out64(out, uint64(f.offset))
}

// seek moves the position. For a file that tracks its offset, only the end
// needs a system call.
func (f *openFile) seek(offset int64, whence uint32) Errno {
	if !f.tracksOffset || whence == whenceEnd {
		n, err := osSeek(f.sysfd, offset, [...]int{io.SeekStart, io.SeekCurrent, io.SeekEnd}[whence])
		if err != nil {
			return errnoOf(err)
		}
		f.offset, f.offsetInKernel = n, false
		return ESUCCESS
	}
	base := int64(0)
	if whence == whenceCur {
		if errno := f.syncOffset(); errno != ESUCCESS {
			return errno
		}
		base = f.offset
	}
	if offset > 0 && base > math.MaxInt64-offset {
		return EOVERFLOW
	}
	if base+offset < 0 {
		return EINVAL
	}
	f.offset, f.offsetInKernel = base+offset, false
	return ESUCCESS
}
