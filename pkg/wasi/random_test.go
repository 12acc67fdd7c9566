package wasi_test

import (
	"bytes"
	"testing"

	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// TestRandom fills exactly the requested bytes, in sizes on both sides of the
// number that one getrandom(2) always returns.
func TestRandom(t *testing.T) {
	p := newProxy(t, wasi.Config{})
	const at = 1000
	for _, n := range []int{0, 1, 16, 255, 256, 257, 4096, pageSize} {
		var drawn [2][]byte
		for i := range drawn {
			m := p.memory()[:at+n+1]
			clear(m)
			p.must("random_get", at, uint64(n))
			if m[at-1] != 0 || m[at+n] != 0 {
				t.Fatalf("%d bytes: a byte beside them was written", n)
			}
			drawn[i] = bytes.Clone(m[at : at+n])
		}
		if n < 16 {
			continue // may be anything
		}
		if bytes.Equal(drawn[0], drawn[1]) {
			t.Errorf("%d bytes: twice the same", n)
		}
		if tail := drawn[0][n-16:]; bytes.Count(tail, []byte{0}) == len(tail) {
			t.Errorf("%d bytes: the last ones were not written", n)
		}
	}
}
