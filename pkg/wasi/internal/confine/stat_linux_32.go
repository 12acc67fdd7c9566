//go:build linux && (386 || arm || mips || mipsle)

package confine

import "golang.org/x/sys/unix"

// sysFstatat fills a struct stat64.
const sysFstatat = unix.SYS_FSTATAT64
