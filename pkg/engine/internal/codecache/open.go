package codecache

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// UntrustedError is the error of a cache into which somebody else could put
// code.
type UntrustedError struct {
	Path    string // the file or directory
	Problem string // "is owned by user 1000", "is writable by others"
}

// Error implements error.
func (e *UntrustedError) Error() string { return e.Path + " " + e.Problem }

// tooLargeError is the error of an entry that alone exceeds the limit.
type tooLargeError struct{ size, limit uint64 }

func (e *tooLargeError) Error() string {
	return fmt.Sprintf("the code takes %d bytes, and the cache's limit is %d", e.size, e.limit)
}

// Open makes a directory if it is missing, and the cache's folder in it, and
// returns the cache. The error is an *UntrustedError if somebody else could
// change or replace code in it. On Unix, by the rules of sshd(8) for its files:
//
//   - the directory and everything of the cache in it belong to this process's
//     effective user or to root, and are writable by their owner alone;
//   - so are the directories above it, after symbolic links are resolved, except
//     that a directory with the sticky bit, such as /tmp, and a group that has
//     no other member than the user, are allowed there.
//
// Access control lists are not read. On other systems there is no check.
func Open(dir string, limits Limits) (*Cache, error) {
	dir, err := filepath.Abs(dir)
	if err == nil {
		err = os.MkdirAll(dir, 0o700)
	}
	if err != nil {
		return nil, err
	}
	room, err := findRoom(dir)
	if errors.Is(err, fs.ErrNotExist) {
		if err = makeRoom(filepath.Dir(room)); err == nil {
			err = checkFolder(room)
		}
	}
	if err != nil {
		return nil, err
	}
	return &Cache{room, limits}, nil
}

// findRoom returns the path of the cache's folder in a directory. The error is
// fs.ErrNotExist if the directory can be trusted and has no such folder.
func findRoom(dir string) (string, error) {
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return "", err
	}
	if err := checkFolder(dir); err != nil {
		return "", err
	}
	if err := checkParents(dir); err != nil {
		return "", err
	}
	room := filepath.Join(dir, roomName)
	return room, checkFolder(room)
}

// checkFolder verifies that path is a directory, not a link to one, that only this user
// and root can write to.
func checkFolder(path string) error {
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%s is not a directory", path)
	}
	return checkOurs(path, info)
}
