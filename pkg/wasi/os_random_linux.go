package wasi

import (
	"crypto/rand"

	"golang.org/x/sys/unix"
)

// osRandom fills b from the system's random number generator. For up to 256
// bytes, which getrandom(2) always returns in full, it calls getrandom
// directly. For few bytes this saves a tenth of the call.
func osRandom(b []byte) {
	const always = 256 // bytes
	if 0 < len(b) && len(b) <= always {
		if n, err := unix.Getrandom(b, 0); err == nil && n == len(b) {
			return
		}
	}
	_, _ = rand.Read(b) // never fails: it ends the process if there is no randomness
}
