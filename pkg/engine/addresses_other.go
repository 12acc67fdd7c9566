//go:build !linux

package engine

import "strconv"

// shortOfAddresses reports whether the process has 32-bit addresses. It ignores
// limits: on this system nothing is reserved in advance.
func shortOfAddresses() bool { return strconv.IntSize == 32 }
