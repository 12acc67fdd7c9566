//go:build !linux && !darwin

package wasi

import (
	"errors"
	"io"
	"io/fs"
)

// errnoOf returns the WASI error code for an error of a Go stream. Nothing
// else can fail where there are no directories.
func errnoOf(err error) Errno {
	var own Errno
	switch {
	case err == nil:
		return ESUCCESS
	case errors.As(err, &own):
		return own
	case errors.Is(err, errors.ErrUnsupported):
		return ENOTSUP
	case errors.Is(err, fs.ErrClosed):
		return EBADF
	case errors.Is(err, io.ErrClosedPipe):
		return EPIPE
	}
	return EIO
}
