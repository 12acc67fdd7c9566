package confine

import "errors"

// ErrEscape is the error of a path that would leave its directory. It is never
// wrapped. All other errors of this package are plain syscall.Errno values, or
// errors.ErrUnsupported on systems without *at calls.
var ErrEscape = errors.New("path leads out of its directory")
