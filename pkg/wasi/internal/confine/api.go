package confine

// Resolver chooses how paths are resolved. The zero Resolver uses the kernel
// where it can and the walker otherwise; the package's functions use it.
type Resolver struct {
	portable bool
}

// Portable returns a Resolver that always uses the walker. It gives the same
// answers, more slowly.
func Portable() Resolver { return Resolver{portable: true} }

// Open opens path beneath dir and returns a descriptor that the caller closes.
// It is always opened with O_CLOEXEC and O_NOCTTY.
//
// flags may hold an access mode, O_CREAT, O_EXCL, O_TRUNC, O_APPEND,
// O_DIRECTORY, O_NONBLOCK, O_SYNC and O_DSYNC; anything else is EINVAL, and so
// is O_CREAT with O_DIRECTORY (as in Linux 6.3 and later). mode, 0 to 07777
// and subject to the umask, is used only with O_CREAT. Without follow a
// symbolic link as the last component is ELOOP, or ENOTDIR with O_DIRECTORY; a
// link with a trailing slash is always followed. Opening a FIFO blocks unless
// flags include O_NONBLOCK.
func Open(dir int, path string, flags int, mode uint32, follow bool) (fd int, err error) {
	return Resolver{}.Open(dir, path, flags, mode, follow)
}

// Stat fills st with the attributes of path. With follow it follows a symbolic
// link as the last component.
func Stat(dir int, path string, follow bool, st *Attr) error {
	return Resolver{}.Stat(dir, path, follow, st)
}

// Mkdir makes a directory. mode is subject to the umask.
func Mkdir(dir int, path string, mode uint32) error {
	return Resolver{}.Mkdir(dir, path, mode)
}

// Rmdir removes an empty directory.
func Rmdir(dir int, path string) error { return Resolver{}.Rmdir(dir, path) }

// Unlink removes a file that is not a directory. For a directory it returns
// EISDIR.
func Unlink(dir int, path string) error { return Resolver{}.Unlink(dir, path) }

// Readlink copies the target of a symbolic link into buf, truncated to its
// length, and returns the number of bytes. An empty buf is EINVAL.
func Readlink(dir int, path string, buf []byte) (n int, err error) {
	return Resolver{}.Readlink(dir, path, buf)
}

// Symlink makes path a symbolic link to target. It stores any target, because
// this package follows none that leads outside. To protect other programs, the
// caller must check it.
func Symlink(target string, dir int, path string) error {
	return Resolver{}.Symlink(target, dir, path)
}

// Link makes newPath another name of oldPath. With follow it follows a symbolic
// link as the last component of oldPath.
func Link(oldDir int, oldPath string, follow bool, newDir int, newPath string) error {
	return Resolver{}.Link(oldDir, oldPath, follow, newDir, newPath)
}

// Rename moves oldPath to newPath, and replaces a file that is there.
func Rename(oldDir int, oldPath string, newDir int, newPath string) error {
	return Resolver{}.Rename(oldDir, oldPath, newDir, newPath)
}

// Utimes sets the access and the modification time of path, in this order. With
// follow it follows a symbolic link as the last component. The nanoseconds can
// be TimeNow or TimeOmit. The path must exist even if both are TimeOmit: POSIX
// allows that check, which Linux leaves out.
func Utimes(dir int, path string, follow bool, times [2]Time) error {
	return Resolver{}.Utimes(dir, path, follow, times)
}
