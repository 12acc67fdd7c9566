package codecache

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

const (
	roomName  = "wamr-go-code-v1"
	tagName   = "CACHEDIR.TAG"
	totalName = "total"

	// tag is the content of CACHEDIR.TAG, see https://bford.info/cachedir/.
	tag = "Signature: 8a477f597d28d172789f06886806bc55\n" +
		"# Compiled code of wamr-go, version 1. \"wamr-go cache clean\" removes it.\n"

	// hashName is the length of the name of a module's folder, and of an entry: a
	// SHA-256 in hexadecimal.
	hashName = 2 * sha256.Size
)

// folder returns the path of a module's folder.
func (c *Cache) folder(key Key) string {
	return filepath.Join(c.room, hex.EncodeToString(key[:]))
}

// makeRoom makes the cache's folder in a directory. The folder appears with its
// tag, so no other process takes it for a foreign folder.
func makeRoom(dir string) error {
	fresh, err := os.MkdirTemp(dir, "."+roomName+"-")
	if err != nil {
		return err
	}
	err = os.WriteFile(filepath.Join(fresh, tagName), []byte(tag), 0o600)
	room := filepath.Join(dir, roomName)
	if err == nil {
		err = os.Rename(fresh, room)
	}
	if err == nil {
		return nil
	}
	err = errors.Join(err, os.RemoveAll(fresh))
	if _, statErr := os.Lstat(room); statErr == nil {
		return nil // another process was faster
	}
	return err
}

// checkTag verifies that the room is ours before anything in it is removed.
func checkTag(room string) error {
	content, err := os.ReadFile(filepath.Join(room, tagName))
	if err != nil {
		return err
	}
	if string(content) != tag {
		return fmt.Errorf("%s is not wamr-go's: its %s is another", room, tagName)
	}
	return nil
}

// modules returns the paths of the modules' folders.
func modules(room string) ([]string, error) {
	return subfolders(room, isHash)
}

func isHash(name string) bool {
	return len(name) == hashName && strings.Trim(name, "0123456789abcdef") == ""
}

// forPlatform recognizes the folders that wazero can read in this process, by
// their name: wazero-VERSION-ARCH-OS.
func forPlatform(name string) bool {
	return isWazero(name) && strings.HasSuffix(name, "-"+runtime.GOARCH+"-"+runtime.GOOS)
}

func isWazero(name string) bool { return strings.HasPrefix(name, "wazero-") }

// subfolders returns the paths of a directory's folders whose names are wanted.
// A directory that does not exist has none.
func subfolders(dir string, wanted func(name string) bool) ([]string, error) {
	files, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var found []string
	for _, f := range files {
		if f.IsDir() && wanted(f.Name()) {
			found = append(found, filepath.Join(dir, f.Name()))
		}
	}
	return found, nil
}

// entriesIn returns the paths of everything with an entry's name in a module's
// folder, in the wanted folders of wazero. It fails if somebody else could
// write to one of them. A folder that another process removes meanwhile has no
// entries.
func entriesIn(folder string, wanted func(name string) bool) ([]string, error) {
	versions, err := subfolders(folder, wanted)
	if err == nil && len(versions) > 0 {
		err = checkFolder(folder)
	}
	var found []string
	for _, version := range versions {
		var names []fs.DirEntry
		if err == nil {
			err = checkFolder(version)
		}
		if err == nil {
			names, err = os.ReadDir(version)
		}
		if err != nil {
			break
		}
		for _, f := range names {
			if isHash(f.Name()) {
				found = append(found, filepath.Join(version, f.Name()))
			}
		}
	}
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return found, err
}
