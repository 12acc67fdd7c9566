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
// meanwhile loses nothing: it has its code in memory.
func CleanCache(dir string) (CacheUse, error) {
	use, err := eachEntry(dir, os.Remove)
	for _, stage := range (&codeCache{dir: dir}).folders(stagePrefix) {
		err = errors.Join(err, os.RemoveAll(stage)) // what a killed process left
	}
	return use, err
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
	for _, path := range (&codeCache{dir: dir}).entries() {
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
	return use, errors.Join(errs...)
}
