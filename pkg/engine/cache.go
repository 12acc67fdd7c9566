package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// codeCache is a directory of compiled code. It has a folder for each module,
// named by a hash of it, which is a cache of wazero's: wazero names, writes and
// reads the one entry that it has. See [Runtime.compile].
type codeCache struct{ dir string }

func openCodeCache(dir string) (*codeCache, error) {
	dir, err := filepath.Abs(dir)
	if err == nil {
		err = os.MkdirAll(dir, 0o700)
	}
	if err != nil {
		return nil, err
	}
	return &codeCache{dir}, nil
}

// folder is where the code of the module with such a key is.
func (c *codeCache) folder(key [sha256.Size]byte) string {
	return filepath.Join(c.dir, hex.EncodeToString(key[:]))
}

// hashName is how long the name of a folder or of an entry is: a SHA-256 in
// hexadecimal.
const hashName = 2 * sha256.Size

// folders returns the folders of all modules.
func (c *codeCache) folders() []string {
	return subfolders(c.dir, func(name string) bool { return len(name) == hashName })
}

// subfolders returns the paths of a directory's folders whose names are wanted.
func subfolders(dir string, wanted func(name string) bool) []string {
	var found []string
	files, _ := os.ReadDir(dir)
	for _, f := range files {
		if f.IsDir() && wanted(f.Name()) {
			found = append(found, filepath.Join(dir, f.Name()))
		}
	}
	return found
}

// entries returns the paths of the entries in a cache of wazero's, which has a
// folder for each of its versions and platforms.
func entries(folder string) []string {
	var found []string
	for _, version := range subfolders(folder, func(name string) bool { return strings.HasPrefix(name, "wazero-") }) {
		files, _ := os.ReadDir(version)
		for _, f := range files {
			if len(f.Name()) == hashName && f.Type().IsRegular() {
				found = append(found, filepath.Join(version, f.Name()))
			}
		}
	}
	return found
}

// onlyEntry returns the path of the one entry, from the folder.
func onlyEntry(folder string) (string, error) {
	found := entries(folder)
	if len(found) != 1 {
		return "", errors.New("the compiler did not write its code")
	}
	return filepath.Rel(folder, found[0])
}

// moveEntry makes the one entry of a stage the entry of that name of a folder.
func moveEntry(stage, folder, name string) error {
	from, err := onlyEntry(stage)
	if err != nil {
		return err
	}
	to := filepath.Join(folder, name)
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	return os.Rename(filepath.Join(stage, from), to)
}

const (
	// stagePrefix begins the names of folders in which code is until it is
	// complete.
	stagePrefix = ".new-"
	// abandoned is how long ago a stage was made whose process must be dead.
	abandoned = time.Hour
)

// stage makes an empty folder for code that is being made.
func (c *codeCache) stage() (string, error) {
	_ = c.sweep() // what stays is met again
	return os.MkdirTemp(c.dir, stagePrefix)
}

// sweep removes the stages that killed processes left.
func (c *codeCache) sweep() error {
	var errs []error
	for _, stage := range subfolders(c.dir, func(name string) bool { return strings.HasPrefix(name, stagePrefix) }) {
		if info, err := os.Stat(stage); err == nil && time.Since(info.ModTime()) > abandoned {
			errs = append(errs, os.RemoveAll(stage))
		}
	}
	return errors.Join(errs...)
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
