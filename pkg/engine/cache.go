package engine

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/tetratelabs/wazero"
)

// codeCache is a directory of compiled code. wazero names and writes the
// entries; what is done here is to tell hit from miss, and to get over damage.
type codeCache struct {
	dir    string
	wazero wazero.CompilationCache
}

func newCodeCache(dir string) (*codeCache, error) {
	c, err := wazero.NewCompilationCacheWithDir(dir)
	if err != nil {
		return nil, err
	}
	return &codeCache{dir, c}, nil
}

// entryName is how long an entry's name is: a SHA-256 in hexadecimal.
const entryName = 64

// entries returns the paths of the entries. wazero has a folder for each of its
// versions and platforms.
func (c *codeCache) entries() map[string]bool {
	found := make(map[string]bool)
	if c == nil {
		return found
	}
	folders, _ := filepath.Glob(filepath.Join(c.dir, "wazero-*"))
	for _, folder := range folders {
		files, _ := os.ReadDir(folder)
		for _, f := range files {
			if len(f.Name()) == entryName && f.Type().IsRegular() {
				found[filepath.Join(folder, f.Name())] = true
			}
		}
	}
	return found
}

// hit says whether a compilation that began with the entries before used one
// of them: a miss writes a new one. Another process that adds its own in
// the meantime makes a hit look like a miss, never the other way round.
func (c *codeCache) hit(before map[string]bool) bool {
	if c == nil {
		return false
	}
	for path := range c.entries() {
		if !before[path] {
			return false
		}
	}
	return len(before) > 0
}

// purge empties the cache of entries, all of them, as wazero does not say
// which one it could not read.
func (c *codeCache) purge() {
	for path := range c.entries() {
		_ = os.Remove(path) // what stays is met again, and warned of
	}
}

// damaged says whether a compilation failed over an entry's content.
func damaged(err error) bool { return strings.HasPrefix(err.Error(), "compilationcache:") }

// cacheFailed says whether a compilation failed over the cache, and not over
// the module: nothing else in it touches files.
func cacheFailed(err error) bool {
	var path *fs.PathError
	var link *os.LinkError
	var call *os.SyscallError
	return damaged(err) || errors.As(err, &path) || errors.As(err, &link) || errors.As(err, &call)
}
