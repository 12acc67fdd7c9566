//go:build !linux

package engine

import "strconv"

// shortOfAddresses says whether the process has 32-bit addresses. A limit is
// not looked for: on this system nothing is reserved in advance.
func shortOfAddresses() bool { return strconv.IntSize == 32 }
