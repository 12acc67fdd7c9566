package linmem

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestCoalesced compares with writing one segment after the other.
func TestCoalesced(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	longest := 0
	for range 200 {
		const size = 64 << 10
		var segments []Segment
		want, got := make([]byte, size), make([]byte, size)
		at := uint64(0)
		for range random.IntN(40) {
			if random.IntN(8) == 0 {
				at = random.Uint64N(size) // back, or far ahead
			}
			b := make([]byte, random.IntN(300))
			for i := range b {
				b[i] = byte(random.Uint32() | 1)
			}
			at = min(at+random.Uint64N(20), size-uint64(len(b)))
			segments = append(segments, Segment{Offset: at, Bytes: b})
			copy(want[at:], b)
			at = min(at+uint64(len(b)), size-1)
		}
		runs := 0
		for at, run := range coalesced(slices.Values(segments)) {
			copy(got[at:], run)
			runs++
		}
		longest = max(longest, len(segments)-runs)
		if !bytes.Equal(got, want) {
			t.Fatalf("%d segments, %d runs: they write different bytes", len(segments), runs)
		}
	}
	if longest < 10 {
		t.Errorf("at most %d segments were merged", longest)
	}
}
