package confine

// Resolver chooses how paths are resolved. The zero Resolver uses the kernel
// where it can and the walker otherwise; the package's functions use it.
type Resolver struct {
	portable bool
}

// Portable is the Resolver that never asks the kernel to confine a path. Its
// answers are the same, its calls slower.
func Portable() Resolver { return Resolver{portable: true} }

// Open opens path beneath dir and returns a descriptor that the caller closes.
// It is always opened with O_CLOEXEC and O_NOCTTY.
//
// flags may hold an access mode, O_CREAT, O_EXCL, O_TRUNC, O_APPEND,
// O_DIRECTORY, O_NONBLOCK, O_SYNC and O_DSYNC; anything else is EINVAL, and so
// is O_CREAT with O_DIRECTORY (as in Linux 6.3 and later). mode, 0 to 07777
// and subject to the umask, counts only with O_CREAT. Without follow a
// symbolic link as last component is ELOOP, or ENOTDIR with O_DIRECTORY; a
// trailing slash follows it nevertheless. Opening a FIFO blocks unless flags
// say O_NONBLOCK.
func Open(dir int, path string, flags int, mode uint32, follow bool) (fd int, err error) {
	return Resolver{}.Open(dir, path, flags, mode, follow)
}

// Stat fills st with the attributes of path, or of what it links to with
// follow.
func Stat(dir int, path string, follow bool, st *Attr) error {
	return Resolver{}.Stat(dir, path, follow, st)
}

// Mkdir makes a directory; mode is subject to the umask.
func Mkdir(dir int, path string, mode uint32) error {
	return Resolver{}.Mkdir(dir, path, mode)
}

// Rmdir removes an empty directory.
func Rmdir(dir int, path string) error { return Resolver{}.Rmdir(dir, path) }

// Unlink removes anything but a directory, for which it answers EISDIR.
func Unlink(dir int, path string) error { return Resolver{}.Unlink(dir, path) }

// Readlink copies the target of a symbolic link into buf, silently cut to its
// length, and returns the number of bytes. An empty buf is EINVAL.
func Readlink(dir int, path string, buf []byte) (n int, err error) {
	return Resolver{}.Readlink(dir, path, buf)
}

// Symlink makes path a symbolic link to target. Any target may be stored, as
// none that leads outside will be followed here; who wants to protect other
// programs must check it.
func Symlink(target string, dir int, path string) error {
	return Resolver{}.Symlink(target, dir, path)
}

// Link makes newPath another name of oldPath, or with follow of what oldPath
// links to.
func Link(oldDir int, oldPath string, follow bool, newDir int, newPath string) error {
	return Resolver{}.Link(oldDir, oldPath, follow, newDir, newPath)
}

// Rename moves oldPath to newPath, which it replaces.
func Rename(oldDir int, oldPath string, newDir int, newPath string) error {
	return Resolver{}.Rename(oldDir, oldPath, newDir, newPath)
}

// Utimes sets the access and the modification time, in this order, of path or,
// with follow, of what it links to. The nanoseconds may be TimeNow and TimeOmit.
// The path must exist even if both are TimeOmit, which Linux leaves unchecked
// and POSIX allows to check.
func Utimes(dir int, path string, follow bool, times [2]Time) error {
	return Resolver{}.Utimes(dir, path, follow, times)
}
