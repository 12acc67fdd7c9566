//go:build !linux

package linmem

import "errors"

var errNoSpace = errors.ErrUnsupported

// spaceLeft does not matter: nothing is reserved on this system.
func spaceLeft() uint64 { return unlimited }
