//go:build amd64 || arm64 || riscv64 || 386 || arm || mips || mipsle

package confine

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// fstatat does not allocate where Attr is the kernel's struct stat.
func fstatat(dir int, path string, st *Attr) error {
	_, err := callPointer(sysFstatat, dir, path, unsafe.Pointer(st), unix.AT_SYMLINK_NOFOLLOW)
	return err
}
