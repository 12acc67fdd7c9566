//go:build !linux

package wasi

import "crypto/rand"

// hostRandom fills b from the system's generator.
func hostRandom(b []byte) {
	_, _ = rand.Read(b) // never fails: it ends the process where the system has no randomness
}
