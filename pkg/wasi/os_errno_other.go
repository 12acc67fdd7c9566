//go:build !linux && !darwin

package wasi

// errnoOf returns the WASI error code for an error of a Go stream. Nothing
// else can fail where there are no directories.
func errnoOf(err error) Errno {
	if err == nil {
		return ESUCCESS
	}
	return streamErrno(err)
}
