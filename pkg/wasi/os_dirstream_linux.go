package wasi

import (
	"bytes"
	"encoding/binary"
	"math"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// dirStream reads a directory with getdents64. A cookie is the kernel's d_off,
// which stays valid while the directory is open, even if the directory changes
// (getdents(2), telldir(3)).
type dirStream struct {
	buf      *[direntBufSize]byte
	position direntPosition
	previous direntPosition // before the last entry was read, for unread
	end      bool           // the kernel has no entries after those in buf
	handle   memstat.Handle
}

// direntPosition is a place in the buffer.
type direntPosition struct {
	entries []byte // the entries from here on, a part of the buffer
	cookie  uint64 // of the first of them
}

const direntBufSize = 32 << 10

var direntBufs = sync.Pool{New: func() any { return new([direntBufSize]byte) }}

func openDirStream(scope *memstat.Scope) *dirStream {
	return &dirStream{
		buf:    direntBufs.Get().(*[direntBufSize]byte),
		handle: scope.Acquire(memstat.KindDirStream, direntBufSize),
		// No cookie has this value, so the first seek asks the kernel.
		position: direntPosition{cookie: math.MaxUint64},
		end:      true,
	}
}

func (s *dirStream) close(scope *memstat.Scope) {
	direntBufs.Put(s.buf)
	s.buf, s.position, s.previous = nil, direntPosition{}, direntPosition{}
	scope.Release(s.handle)
}

// seek moves the stream to cookie. It needs a system call unless the stream is
// there already. It always rewinds for cookie 0, so the guest sees changes.
func (s *dirStream) seek(fd int, cookie uint64) error {
	if cookie != 0 && cookie == s.position.cookie {
		return nil
	}
	if _, err := unix.Seek(fd, int64(cookie), unix.SEEK_SET); err != nil {
		return err
	}
	s.position, s.end = direntPosition{cookie: cookie}, false
	return nil
}

// The layout of struct linux_dirent64 (getdents(2)).
const (
	direntOff    = 8
	direntReclen = 16
	direntType   = 18
	direntName   = 19
)

// next reads one entry. It returns false at the end.
func (s *dirStream) next(fd int, e *direntry) (bool, error) {
	if len(s.position.entries) == 0 {
		if s.end {
			return false, nil
		}
		n := 0
		err := retry(func() (err error) {
			n, err = unix.Getdents(fd, s.buf[:])
			return err
		})
		if err == unix.ENOENT { // a removed directory is empty (readdir(3p))
			n, err = 0, nil
		}
		if err != nil {
			return false, err
		}
		s.position.entries, s.end = s.buf[:n], n == 0
		if s.end {
			return false, nil
		}
	}
	s.previous = s.position
	rest := s.position.entries
	b := rest[:binary.NativeEndian.Uint16(rest[direntReclen:])]
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
	s.position = direntPosition{rest[len(b):], e.next}
	return true, nil
}

// unread puts the last entry back. A guest that got only a part of it asks for
// it again, and then needs no system call.
func (s *dirStream) unread() { s.position = s.previous }

// direntFiletype returns an entry's type, with a system call if the file
// system does not report it.
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
