//go:build !linux && !darwin

package wasi

import (
	"errors"
	"io"
	"io/fs"
)

// errnoOf turns an error of the host into WASI's. Where there are no
// preopened directories, only streams can fail.
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
