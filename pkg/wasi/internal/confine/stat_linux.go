//go:build amd64 || arm64 || riscv64 || 386 || arm || mips || mipsle

package confine

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// fstatat needs no allocation where the kernel's struct stat is Attr.
func fstatat(dir int, path string, st *Attr) error {
	_, err := callPointer(sysFstatat, dir, path, unsafe.Pointer(st), unix.AT_SYMLINK_NOFOLLOW)
	return err
}
