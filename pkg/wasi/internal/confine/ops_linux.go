package confine

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// These are plain system calls, because those of package unix would allocate a
// copy of each path. None follows a link as the last component. Calls that
// change a directory entry do not follow a link with a trailing slash either,
// so they get the slash and return the right errno for it.

// TimeNow and TimeOmit in the nanoseconds of a Time mean the present time and
// no change: utimensat(2).
const (
	TimeNow  = unix.UTIME_NOW
	TimeOmit = unix.UTIME_OMIT
)

const (
	pathMax     = unix.PathMax
	searchFlags = unix.O_PATH | unix.O_DIRECTORY | unix.O_CLOEXEC
)

func openat(dir int, path string, flags int, mode uint32) (int, error) {
	return callNumber(unix.SYS_OPENAT, dir, path, uintptr(flags|unix.O_LARGEFILE), uintptr(mode))
}

func mkdirat(dir int, path string, mode uint32) error {
	_, err := callNumber(unix.SYS_MKDIRAT, dir, path, uintptr(mode), 0)
	return err
}

func unlinkat(dir int, path string) error {
	_, err := callNumber(unix.SYS_UNLINKAT, dir, path, 0, 0)
	return err
}

func rmdirat(dir int, path string) error {
	_, err := callNumber(unix.SYS_UNLINKAT, dir, path, unix.AT_REMOVEDIR, 0)
	return err
}

func readlinkat(dir int, path string, buf []byte) (int, error) {
	return callPointer(unix.SYS_READLINKAT, dir, path, unsafe.Pointer(unsafe.SliceData(buf)), uintptr(len(buf)))
}

func utimensat(dir int, path string, times *[2]Time) error {
	_, err := callPointer(unix.SYS_UTIMENSAT, dir, path, unsafe.Pointer(times), unix.AT_SYMLINK_NOFOLLOW)
	return err
}

func linkat(oldDir int, oldPath string, newDir int, newPath string) error {
	return callTwo(unix.SYS_LINKAT, oldDir, oldPath, newDir, newPath)
}

func renameat(oldDir int, oldPath string, newDir int, newPath string) error {
	return callTwo(unix.SYS_RENAMEAT2, oldDir, oldPath, newDir, newPath)
}

func symlinkat(target string, dir int, path string) error {
	var b1, b2 pathBuffer
	p1, p2 := terminate(b1[:], target), terminate(b2[:], path)
	for {
		_, _, errno := unix.Syscall(unix.SYS_SYMLINKAT, uintptr(unsafe.Pointer(p1)), uintptr(dir),
			uintptr(unsafe.Pointer(p2)))
		if errno == 0 {
			return nil
		}
		if errno != unix.EINTR {
			return errno
		}
	}
}

// callNumber runs a system call on a path with two numbers as arguments.
func callNumber(trap uintptr, dir int, path string, a, b uintptr) (int, error) {
	var buf pathBuffer
	p := terminate(buf[:], path)
	for {
		r, _, errno := unix.Syscall6(trap, uintptr(dir), uintptr(unsafe.Pointer(p)), a, b, 0, 0)
		if errno == 0 {
			return int(r), nil
		}
		if errno != unix.EINTR {
			return -1, errno
		}
	}
}

// callPointer is callNumber with a pointer as the first argument.
func callPointer(trap uintptr, dir int, path string, a unsafe.Pointer, b uintptr) (int, error) {
	var buf pathBuffer
	p := terminate(buf[:], path)
	for {
		r, _, errno := unix.Syscall6(trap, uintptr(dir), uintptr(unsafe.Pointer(p)), uintptr(a), b, 0, 0)
		if errno == 0 {
			return int(r), nil
		}
		if errno != unix.EINTR {
			return -1, errno
		}
	}
}

// callTwo runs a system call on two paths, with no flags.
func callTwo(trap uintptr, oldDir int, oldPath string, newDir int, newPath string) error {
	var b1, b2 pathBuffer
	p1, p2 := terminate(b1[:], oldPath), terminate(b2[:], newPath)
	for {
		_, _, errno := unix.Syscall6(trap, uintptr(oldDir), uintptr(unsafe.Pointer(p1)), uintptr(newDir),
			uintptr(unsafe.Pointer(p2)), 0, 0)
		if errno == 0 {
			return nil
		}
		if errno != unix.EINTR {
			return errno
		}
	}
}

// pathBuffer is large enough for most paths, and is on the stack.
type pathBuffer [256]byte

// terminate returns a NUL-terminated copy of a path, which contains no NUL.
func terminate(buf []byte, path string) *byte {
	if len(path) >= len(buf) {
		buf = make([]byte, len(path)+1)
	}
	buf[copy(buf, path)] = 0
	return &buf[0]
}
