package wasi

import (
	"crypto/rand"

	"golang.org/x/sys/unix"
)

// osRandom fills b from the system's generator. As far as getrandom(2) never
// gives less than it is asked for, that is asked directly, which saves a guest
// that wants a few bytes a tenth of the call.
func osRandom(b []byte) {
	const always = 256 // bytes
	if 0 < len(b) && len(b) <= always {
		if n, err := unix.Getrandom(b, 0); err == nil && n == len(b) {
			return
		}
	}
	_, _ = rand.Read(b) // never fails: it ends the process where the system has no randomness
}
