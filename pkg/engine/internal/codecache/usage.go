package codecache

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Use describes the content of a cache, or the entries that were removed.
type Use struct {
	Entries        int
	Bytes          uint64
	Oldest, Newest time.Time // last uses, with a precision of an hour; zero without entries
}

func (u *Use) add(e entry) {
	if u.Entries == 0 || e.used.Before(u.Oldest) {
		u.Oldest = e.used
	}
	if u.Entries == 0 || e.used.After(u.Newest) {
		u.Newest = e.used
	}
	u.Entries++
	u.Bytes += uint64(e.size)
}

// Usage counts the entries of the cache in a directory. A directory that does
// not exist holds none. The error is an *UntrustedError where Open would return
// one.
func Usage(dir string) (Use, error) {
	var use Use
	room, err := existingRoom(dir)
	if room == "" {
		return use, err
	}
	all, err := listEntries(room)
	for _, e := range all {
		use.add(e)
	}
	return use, err
}

// Clean removes all entries, of all versions and platforms, and the stages of
// processes that died. It touches nothing outside the cache's own folder. It
// returns a description of the removed entries.
func Clean(dir string) (Use, error) {
	var use Use
	room, err := existingRoom(dir)
	if room == "" {
		return use, err
	}
	if err := checkTag(room); err != nil {
		return use, err
	}
	all, err := listEntries(room)
	for _, e := range all {
		if removeErr := removeEntry(e.path); removeErr != nil {
			err = errors.Join(err, removeErr)
			continue
		}
		use.add(e)
	}
	_ = os.Remove(filepath.Join(room, totalName)) // the next addition counts
	return use, errors.Join(err, removeAbandonedStages(room, time.Now()))
}

// existingRoom returns the cache's folder in a directory, or "" if there is
// none.
func existingRoom(dir string) (string, error) {
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return "", &fs.PathError{Op: "open", Path: dir, Err: errors.New("not a directory")}
	}
	room, err := findRoom(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", nil
	case err != nil:
		return "", err
	}
	return room, nil
}
