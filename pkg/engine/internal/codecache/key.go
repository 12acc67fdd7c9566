package codecache

import (
	"crypto/sha256"
	"runtime/debug"
	"strings"
	"sync"
)

// Key identifies a module and everything that affects its code, except the
// processor, which is in wazero's name of the entry.
type Key [sha256.Size]byte

// NewKey returns the key of the binary with that SHA-256, compiled with those
// options. Their number is the same for all keys of a version of the program.
func NewKey(binary [sha256.Size]byte, options ...byte) Key {
	h := append(binary[:], options...)
	return sha256.Sum256(append(h, wazeroVersion()...))
}

// wazeroVersion returns the version of wazero in the build information. wazero
// separates its versions itself, but calls every replaced version "dev"; and a folder
// with the entries of one version takes less time to verify.
var wazeroVersion = sync.OnceValue(func() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, m := range info.Deps {
		if strings.HasSuffix(m.Path, "/wazero") {
			if m.Replace != nil {
				m = m.Replace
			}
			return m.Path + " " + m.Version + " " + m.Sum
		}
	}
	return ""
})
