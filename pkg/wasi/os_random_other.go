//go:build !linux

package wasi

import "crypto/rand"

// osRandom fills b from the system's random number generator.
func osRandom(b []byte) {
	_, _ = rand.Read(b) // never fails: it ends the process if there is no randomness
}
