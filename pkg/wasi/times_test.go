package wasi

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNewTimes(t *testing.T) {
	for _, test := range []struct {
		atim, mtim uint64
		flags      uint32
		want       times
		errno      Errno
	}{
		{5, 6, 0, times{}, ESUCCESS},
		{5, 6, 1, times{{5, timeGiven}, {}}, ESUCCESS},
		{5, 6, 2, times{{0, timeNow}, {}}, ESUCCESS},
		{5, 6, 4, times{{}, {6, timeGiven}}, ESUCCESS},
		{5, 6, 8, times{{}, {0, timeNow}}, ESUCCESS},
		{5, 6, 1 | 8, times{{5, timeGiven}, {0, timeNow}}, ESUCCESS},
		{5, 6, 1 | 2, times{}, EINVAL}, {5, 6, 4 | 8, times{}, EINVAL},
		{5, 6, 16, times{}, EINVAL}, {5, 6, 1 << 31, times{}, EINVAL},
		{math.MaxInt64, 0, 1, times{{math.MaxInt64, timeGiven}, {}}, ESUCCESS},
		{1 << 63, 0, 1, times{}, EINVAL}, {0, math.MaxUint64, 4, times{}, EINVAL},
		{math.MaxUint64, math.MaxUint64, 2 | 8, times{{0, timeNow}, {0, timeNow}}, ESUCCESS},
	} {
		got, errno := newTimes(test.atim, test.mtim, test.flags)
		if errno != test.errno {
			t.Errorf("flags %#x: %v, want %v", test.flags, errno, test.errno)
		}
		if d := cmp.Diff(test.want, got, cmp.AllowUnexported(timeSpec{})); errno == ESUCCESS && d != "" {
			t.Errorf("flags %#x:\n%s", test.flags, d)
		}
	}
}
