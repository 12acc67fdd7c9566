package wasi

import (
	"bytes"
	"encoding/binary"
	"math"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// dirStream reads a directory with getdents64. A cookie is the kernel's own
// d_off: valid for as long as the directory is open, however it changes
// meanwhile (getdents(2), and telldir(3) for what stays true).
type dirStream struct {
	buf    *[direntBufSize]byte
	fill   []byte // of buf, what is not read yet
	at     uint64 // cookie of fill's first entry
	before struct {
		fill []byte
		at   uint64
	} // what they were before the last entry was read
	end    bool // the kernel has no more after fill
	handle memstat.Handle
}

const direntBufSize = 32 << 10

var direntBufs = sync.Pool{New: func() any { return new([direntBufSize]byte) }}

func openDirStream(scope *memstat.Scope) *dirStream {
	return &dirStream{
		buf:    direntBufs.Get().(*[direntBufSize]byte),
		handle: scope.Acquire(memstat.KindDirStream, direntBufSize),
		at:     math.MaxUint64, // no cookie is that: the first seek is a real one
		end:    true,
	}
}

func (s *dirStream) close(scope *memstat.Scope) {
	direntBufs.Put(s.buf)
	s.buf, s.fill, s.before.fill = nil, nil, nil
	scope.Release(s.handle)
}

// seek continues at cookie. A cookie that is not where the stream is (or is
// its start, where the guest rewinds to see changes) moves the descriptor.
func (s *dirStream) seek(fd int, cookie uint64) error {
	if cookie != 0 && cookie == s.at {
		return nil
	}
	if _, err := unix.Seek(fd, int64(cookie), unix.SEEK_SET); err != nil {
		return err
	}
	s.fill, s.at, s.end = nil, cookie, false
	return nil
}

// The layout of struct linux_dirent64 (getdents(2)).
const (
	direntOff    = 8
	direntReclen = 16
	direntType   = 18
	direntName   = 19
)

// next reads one entry; it returns false at the end.
func (s *dirStream) next(fd int, e *direntry) (bool, error) {
	if len(s.fill) == 0 {
		if s.end {
			return false, nil
		}
		n := 0
		err := retry(func() (err error) {
			n, err = unix.Getdents(fd, s.buf[:])
			return err
		})
		if err == unix.ENOENT { // a removed directory, which has no entries (readdir(3p))
			n, err = 0, nil
		}
		if err != nil {
			return false, err
		}
		s.fill, s.end = s.buf[:n], n == 0
		if s.end {
			return false, nil
		}
	}
	s.before.fill, s.before.at = s.fill, s.at
	b := s.fill[:binary.NativeEndian.Uint16(s.fill[direntReclen:])]
	s.fill = s.fill[len(b):]
	name := b[direntName:]
	if i := bytes.IndexByte(name, 0); i >= 0 {
		name = name[:i]
	}
	*e = direntry{
		ino:      binary.NativeEndian.Uint64(b),
		next:     binary.NativeEndian.Uint64(b[direntOff:]),
		name:     name,
		filetype: direntFiletype(fd, b[direntType], name),
	}
	s.at = e.next
	return true, nil
}

// unread puts the last entry back, for a guest that got a part of it only and
// will ask again: without a system call then.
func (s *dirStream) unread() { s.fill, s.at = s.before.fill, s.before.at }

// direntFiletype asks for the type where the file system does not tell it.
func direntFiletype(fd int, t byte, name []byte) filetype {
	switch t {
	case unix.DT_REG:
		return filetypeRegularFile
	case unix.DT_DIR:
		return filetypeDirectory
	case unix.DT_LNK:
		return filetypeSymbolicLink
	case unix.DT_CHR:
		return filetypeCharacterDevice
	case unix.DT_BLK:
		return filetypeBlockDevice
	case unix.DT_SOCK:
		return filetypeSocketStream
	case unix.DT_UNKNOWN:
		var st filestat
		if osPathFilestat(fd, string(name), false, &st) == ESUCCESS {
			return st.filetype
		}
	}
	return filetypeUnknown
}
