//go:build darwin || (linux && !amd64 && !arm64 && !riscv64 && !386 && !arm && !mips && !mipsle)

package confine

import "golang.org/x/sys/unix"

func fstatat(dir int, path string, st *Attr) error {
	for {
		err := unix.Fstatat(dir, path, st, unix.AT_SYMLINK_NOFOLLOW)
		if err != unix.EINTR {
			return err
		}
	}
}
