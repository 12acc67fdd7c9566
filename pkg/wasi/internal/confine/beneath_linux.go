package confine

import (
	"strings"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"
)

// beneathAttempts is how often openat2 is repeated after EAGAIN, which it
// returns when a rename anywhere made it unsure of a "..".
const beneathAttempts = 32

// hasBeneath asks the kernel once whether it has openat2. A seccomp filter
// that does not know the call returns ENOSYS or EPERM.
var hasBeneath = sync.OnceValue(func() bool {
	fd, err := openat2(unix.AT_FDCWD, ".", searchFlags, 0)
	if err == nil {
		_ = unix.Close(fd)
	}
	return err != unix.ENOSYS && err != unix.EPERM && err != unix.EINVAL
})

// openBeneath opens path with openat2. errWalk means that the walker must
// decide.
func openBeneath(dir int, path string, flags int, mode uint32) (int, error) {
	if !hasBeneath() {
		return -1, errWalk
	}
	for range beneathAttempts {
		fd, err := openat2(dir, path, flags, mode)
		switch err {
		case unix.EAGAIN:
			continue
		case unix.EXDEV:
			return -1, ErrEscape
		case unix.ENOSYS:
			return -1, errWalk
		case unix.ELOOP:
			// A link that must not be followed, too many links, or a magic link.
			if flags&unix.O_NOFOLLOW == 0 || strings.IndexByte(path, '/') >= 0 {
				return -1, errWalk
			}
		}
		return fd, err
	}
	return -1, errWalk
}

// statBeneath fills st with the help of openat2. errWalk is as in openBeneath.
func statBeneath(dir int, path string, follow bool, st *Attr) error {
	flags := unix.O_PATH | unix.O_CLOEXEC
	if !follow {
		flags |= unix.O_NOFOLLOW
	}
	fd, err := openBeneath(dir, path, flags, 0)
	if err != nil {
		return err
	}
	err = unix.Fstat(fd, st)
	_ = unix.Close(fd)
	return err
}

func openat2(dir int, path string, flags int, mode uint32) (int, error) {
	how := unix.OpenHow{
		Flags:   uint64(flags | unix.O_LARGEFILE),
		Mode:    uint64(mode),
		Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_MAGICLINKS,
	}
	if flags&unix.O_PATH != 0 {
		how.Flags = uint64(flags)
	}
	return callPointer(unix.SYS_OPENAT2, dir, path, unsafe.Pointer(&how), unsafe.Sizeof(how))
}

// isMagic reports whether a link with this text in dir is a magic link of
// /proc, such as "pipe:[1234]". No ordinary link of /proc has a colon. A magic
// link with an absolute path as its text is refused as any absolute link is.
func isMagic(dir int, target string) bool {
	if strings.IndexByte(target, ':') < 0 {
		return false
	}
	var st unix.Statfs_t
	return unix.Fstatfs(dir, &st) == nil && st.Type == unix.PROC_SUPER_MAGIC
}
