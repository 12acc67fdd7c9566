package engine

import (
	"errors"
	"io/fs"
	"os"
)

// CacheUse is what a directory of compiled code holds, or held.
type CacheUse struct {
	Entries int
	Bytes   uint64
}

// CacheInfo counts the compiled code in a cache directory. A directory that
// does not exist holds none.
func CacheInfo(dir string) (CacheUse, error) {
	return eachEntry(dir, func(string) error { return nil })
}

// CleanCache removes the compiled code from a cache directory, of all versions,
// and nothing else from it. It returns what it removed. A process that runs
// meanwhile loses nothing: it has its code in memory, or in a folder that is
// left alone while it is younger than an hour.
func CleanCache(dir string) (CacheUse, error) {
	use, err := eachEntry(dir, os.Remove)
	c := &codeCache{dir}
	for _, folder := range c.folders() {
		for _, version := range subfolders(folder, func(string) bool { return true }) {
			_ = os.Remove(version) // only if it is empty
		}
		_ = os.Remove(folder)
	}
	return use, errors.Join(err, c.sweep())
}

// eachEntry does something with the path of every entry and sums up those with
// which it could be done.
func eachEntry(dir string, do func(path string) error) (CacheUse, error) {
	var use CacheUse
	if _, err := os.ReadDir(dir); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return use, nil
		}
		return use, err
	}
	var errs []error
	for _, folder := range (&codeCache{dir}).folders() {
		for _, path := range entries(folder) {
			info, err := os.Stat(path)
			if err == nil {
				err = do(path)
			}
			switch {
			case err == nil:
				use.Entries++
				use.Bytes += uint64(info.Size())
			case !errors.Is(err, fs.ErrNotExist): // another process was faster
				errs = append(errs, err)
			}
		}
	}
	return use, errors.Join(errs...)
}
