//go:build !linux

package wasi

import (
	"io/fs"
	"os"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// dirStream lists the whole directory when it is read from its start. A cookie
// is an index into that list, so cookies stay valid when the directory
// changes. The cookies of these systems do not.
type dirStream struct {
	scope   *memstat.Scope
	entries []direntry
	at      uint64 // the index of the next entry
	handle  memstat.Handle
}

func openDirStream(scope *memstat.Scope) *dirStream {
	return &dirStream{scope: scope, handle: scope.Acquire(memstat.KindDirStream, 0)}
}

func (s *dirStream) close(scope *memstat.Scope) {
	s.entries = nil
	scope.Release(s.handle)
}

func (s *dirStream) seek(fd int, cookie uint64) error {
	if cookie == 0 || s.entries == nil {
		entries, bytes, err := listDir(fd)
		if err != nil {
			return err
		}
		s.entries = entries
		s.scope.Resize(s.handle, bytes)
	}
	if cookie > uint64(len(s.entries)) {
		return EINVAL
	}
	s.at = cookie
	return nil
}

func (s *dirStream) next(_ int, e *direntry) (bool, error) {
	if s.at >= uint64(len(s.entries)) {
		return false, nil
	}
	*e = s.entries[s.at]
	s.at++
	return true, nil
}

// unread moves back to the last entry.
func (s *dirStream) unread() { s.at-- }

// listDir returns all entries and their size in bytes, for the account.
func listDir(fd int) (entries []direntry, bytes int64, err error) {
	dup, err := osReopenDir(fd)
	if err != nil {
		return nil, 0, err
	}
	f := os.NewFile(uintptr(dup), ".")
	defer f.Close()
	list, err := f.ReadDir(-1)
	if err != nil {
		return nil, 0, err
	}
	add := func(name string, t filetype) {
		var st filestat
		if name != ".." { // hide the directory above
			_ = osPathFilestat(fd, name, false, &st) // 0 if the entry is gone meanwhile
		}
		entries = append(entries, direntry{uint64(len(entries) + 1), st.ino, []byte(name), t})
		bytes += direntSize + int64(len(name))
	}
	add(".", filetypeDirectory)
	add("..", filetypeDirectory)
	for _, e := range list {
		add(e.Name(), modeType(e.Type()))
	}
	return entries, bytes, nil
}

func modeType(m fs.FileMode) filetype {
	switch {
	case m.IsRegular():
		return filetypeRegularFile
	case m.IsDir():
		return filetypeDirectory
	case m&fs.ModeSymlink != 0:
		return filetypeSymbolicLink
	case m&fs.ModeCharDevice != 0:
		return filetypeCharacterDevice
	case m&fs.ModeDevice != 0:
		return filetypeBlockDevice
	case m&fs.ModeSocket != 0:
		return filetypeSocketStream
	}
	return filetypeUnknown
}
