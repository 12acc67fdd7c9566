package linmem

import (
	"errors"
	"testing"

	"golang.org/x/sys/unix"
)

// TestReserveBetween has reservations fail beyond a size.
func TestReserveBetween(t *testing.T) {
	const most, never = 64 * PageSize, 1 << 62
	for _, tc := range []struct{ least, fits, want uint64 }{
		{PageSize, most, most},
		{PageSize, most - 1, 32 * PageSize},
		{PageSize, 5 * PageSize, 4 * PageSize},
		{3 * PageSize, 3 * PageSize, 3 * PageSize},
		{10 * PageSize, 17 * PageSize, 16 * PageSize},
		{3 * PageSize, 2 * PageSize, 0},
	} {
		tried := 0
		m, err := reserveBetween(tc.least, most, func(n uint64) uint64 {
			if tried++; n%PageSize != 0 || n < tc.least || n > most {
				t.Errorf("%+v: %d bytes tried", tc, n)
			}
			if n > tc.fits {
				return never
			}
			return PageSize
		})
		if uint64(len(m)) != tc.want || (err != nil) != (tc.want == 0) || err != nil && !errors.Is(err, unix.ENOMEM) || tried > 8 {
			t.Errorf("%+v: %d bytes after %d tries, %v", tc, len(m), tried, err)
		}
		if m != nil {
			if err := m.release(); err != nil {
				t.Error(err)
			}
		}
	}
	for _, n := range []uint64{PageSize, headroom, 4 << 30} {
		if left := ample(n); left < n || left < headroom {
			t.Errorf("a slot of %d bytes leaves %d", n, left)
		}
	}
}
