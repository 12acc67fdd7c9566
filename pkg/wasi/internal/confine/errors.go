package confine

import "errors"

// ErrEscape says that a path asked for something outside its directory. It
// comes unwrapped; every other error of this package is a bare syscall.Errno
// (or errors.ErrUnsupported on systems without *at calls).
var ErrEscape = errors.New("path leads out of its directory")
