//go:build unix

package codecache

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

const writableByOthers = 0o022 // by the group, or by everyone

// checkOurs verifies that a file belongs to this user or to root, and that only its
// owner can write to it.
func checkOurs(path string, info fs.FileInfo) error {
	if err := checkOwner(path, info); err != nil {
		return err
	}
	if info.Mode()&writableByOthers != 0 {
		return writable(path, info)
	}
	return nil
}

func writable(path string, info fs.FileInfo) error {
	return &UntrustedError{path, fmt.Sprintf("is writable by others (mode %#o); use chmod go-w, or another directory", info.Mode().Perm())}
}

func checkOwner(path string, info fs.FileInfo) error {
	owner := int(info.Sys().(*syscall.Stat_t).Uid)
	if owner != 0 && owner != os.Geteuid() {
		return &UntrustedError{path, fmt.Sprintf("is owned by user %d", owner)}
	}
	return nil
}

// checkParents verifies that nobody else can replace a directory: no directory above it
// lets others rename its entries.
func checkParents(dir string) error {
	for parent := filepath.Dir(dir); ; parent = filepath.Dir(parent) {
		info, err := os.Lstat(parent)
		if err != nil {
			return err
		}
		if err := checkOwner(parent, info); err != nil {
			return err
		}
		// In a sticky directory only the owner of a file renames it, and the
		// owner of this one was checked.
		sticky := info.Mode()&fs.ModeSticky != 0
		if info.Mode()&writableByOthers != 0 && !sticky && !onlyPrivateGroup(info) {
			return writable(parent, info)
		}
		if parent == filepath.Dir(parent) {
			return nil
		}
	}
}

// onlyPrivateGroup reports whether the group, and not everyone, can write to a
// file, and the group has no other member than this user. Distributions that
// give each user such a group often have a umask of 002, so most directories
// are writable by it.
func onlyPrivateGroup(info fs.FileInfo) bool {
	const group, others = 0o020, 0o002
	if os.Geteuid() == 0 || info.Mode()&group == 0 || info.Mode()&others != 0 {
		return false
	}
	passwd, err1 := os.ReadFile("/etc/passwd")
	groups, err2 := os.ReadFile("/etc/group")
	if err1 != nil || err2 != nil {
		return false
	}
	return isPrivateGroup(string(passwd), string(groups), os.Geteuid(), int(info.Sys().(*syscall.Stat_t).Gid))
}

// isPrivateGroup reads the formats of passwd(5) and group(5). A user or a group
// from another source, such as LDAP, is not in the files: then the answer is
// no.
func isPrivateGroup(passwd, groups string, uid, gid int) bool {
	var user string
	for line := range strings.Lines(passwd) { // name:password:uid:gid:…
		f := strings.Split(strings.TrimSpace(line), ":")
		switch {
		case len(f) < 4:
		case f[2] == strconv.Itoa(uid) && f[3] == strconv.Itoa(gid):
			user = f[0]
		case f[3] == strconv.Itoa(gid):
			return false
		}
	}
	for line := range strings.Lines(groups) { // name:password:gid:member,…
		f := strings.Split(strings.TrimSpace(line), ":")
		if len(f) == 4 && f[2] == strconv.Itoa(gid) {
			members := slices.DeleteFunc(strings.Split(f[3], ","), func(name string) bool { return name == "" || name == user })
			return user != "" && f[0] == user && len(members) == 0
		}
	}
	return false
}
