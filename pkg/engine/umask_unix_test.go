//go:build unix

package engine_test

import "syscall"

// With another umask, temporary directories could be writable by others.
func init() { syscall.Umask(0o022) }
