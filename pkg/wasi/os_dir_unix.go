//go:build linux || darwin

package wasi

import "golang.org/x/sys/unix"

// osOpenDir opens a directory by its path on the host.
func osOpenDir(path string) (fd int, err error) {
	err = retry(func() (err error) {
		fd, err = unix.Open(path, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
		return err
	})
	return fd, err
}

// osReopenDir opens the same directory again, with a position of its own. Its
// path does not matter, and need not exist any more.
func osReopenDir(dir int) (fd int, err error) {
	err = retry(func() (err error) {
		fd, err = unix.Openat(dir, ".", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
		return err
	})
	return fd, err
}
