package engine

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/tetratelabs/wazero"
)

// codeCache is a directory of compiled code. wazero names, writes and reads the
// entries, each under the hash of the binary that it is asked to compile. That
// binary it decodes and validates before it looks for the code, which takes
// longer than to load it: so it is asked for the code of a hollow instead, see
// wasmbin.Hollow, under whose hash compileAndKeep has put the code.
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

// stagePrefix begins the names of the folders of a cache in which code is
// before it is complete.
const stagePrefix = ".new-"

// abandoned is how long ago a stage was made whose process must be dead.
const abandoned = 24 * time.Hour

// stage makes an empty cache in a folder of the cache's, and removes those that
// killed processes left.
func (c *codeCache) stage() (*codeCache, error) {
	for _, old := range c.folders(stagePrefix) {
		if info, err := os.Stat(old); err == nil && time.Since(info.ModTime()) > abandoned {
			_ = os.RemoveAll(old) // what stays is met again
		}
	}
	dir, err := os.MkdirTemp(c.dir, stagePrefix)
	if err != nil {
		return nil, err
	}
	s, err := newCodeCache(dir)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return s, nil
}

// only returns the path of the cache's one entry.
func (c *codeCache) only() (string, error) {
	if found := c.entries(); len(found) == 1 {
		return found[0], nil
	}
	return "", errors.New("the compiler did not write its code")
}

// drop removes the one entry and returns its path from the cache's directory.
func (c *codeCache) drop() (name string, err error) {
	path, err := c.only()
	if err == nil {
		err = os.Remove(path)
	}
	if err != nil {
		return "", err
	}
	return filepath.Rel(c.dir, path)
}

// move makes the one entry another cache's entry of that name.
func (c *codeCache) move(to *codeCache, name string) error {
	path, err := c.only()
	if err != nil {
		return err
	}
	return os.Rename(path, filepath.Join(to.dir, name))
}

// remove removes a stage.
func (c *codeCache) remove() error {
	if c == nil {
		return nil
	}
	return os.RemoveAll(c.dir)
}

// entryName is how long an entry's name is: a SHA-256 in hexadecimal.
const entryName = 64

// entries returns the paths of the entries. wazero has a folder for each of its
// versions and platforms.
func (c *codeCache) entries() []string {
	var found []string
	for _, folder := range c.folders("wazero-") {
		files, _ := os.ReadDir(folder)
		for _, f := range files {
			if len(f.Name()) == entryName && f.Type().IsRegular() {
				found = append(found, filepath.Join(folder, f.Name()))
			}
		}
	}
	return found
}

// folders returns the paths of the cache's folders with such a name.
func (c *codeCache) folders(prefix string) []string {
	var found []string
	files, _ := os.ReadDir(c.dir)
	for _, f := range files {
		if f.IsDir() && strings.HasPrefix(f.Name(), prefix) {
			found = append(found, filepath.Join(c.dir, f.Name()))
		}
	}
	return found
}

// purge empties the cache of entries, all of them, as wazero does not say
// which one it could not read.
func (c *codeCache) purge() {
	for _, path := range c.entries() {
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
