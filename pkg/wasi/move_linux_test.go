package wasi

import (
	"bytes"
	"context"
	"os"
	"slices"
	"testing"

	"golang.org/x/sys/unix"
)

func mover(t *testing.T, ctx context.Context) *call {
	t.Helper()
	s, err := NewSystem(Config{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &call{system: s, ctx: ctx}
	t.Cleanup(func() {
		c.destroy()
		_ = s.Close()
	})
	return c
}

// moveAt moves all that the system lets it, in pieces of at most maxMove, at the
// right offsets.
func TestMoveAt(t *testing.T) {
	big := make([]byte, 2*maxMove+5)
	for name, test := range map[string]struct {
		bufs  [][]byte
		most  int // that the system moves in all
		err   error
		want  int
		errno Errno
		calls int
	}{
		"nothing":            {nil, 10, nil, 0, ESUCCESS, 0},
		"one":                {[][]byte{big[:3]}, 10, nil, 3, ESUCCESS, 1},
		"several":            {[][]byte{big[:3], big[:4]}, 10, nil, 7, ESUCCESS, 1},
		"short":              {[][]byte{big[:3], big[:4]}, 5, nil, 5, ESUCCESS, 1},
		"at the end":         {[][]byte{big[:3]}, 0, nil, 0, ESUCCESS, 1},
		"one long":           {[][]byte{slices.Clone(big)}, 3 * maxMove, nil, len(big), ESUCCESS, 3},
		"long after short":   {[][]byte{big[:7], slices.Clone(big), big[:7]}, 3 * maxMove, nil, len(big) + 14, ESUCCESS, 4},
		"ends in the middle": {[][]byte{slices.Clone(big)}, maxMove + 1, nil, maxMove + 1, ESUCCESS, 2},
		"ends between":       {[][]byte{slices.Clone(big)}, maxMove, nil, maxMove, ESUCCESS, 2},
		"fails":              {[][]byte{slices.Clone(big)}, 0, unix.ENOSPC, 0, ENOSPC, 1},
		"fails later":        {[][]byte{slices.Clone(big)}, maxMove, unix.ENOSPC, maxMove, ESUCCESS, 2},
	} {
		calls, moved := 0, 0
		n, errno := mover(t, t.Context()).moveAt(func(_ int, bufs [][]byte, offset int64) (int, error) {
			size := length(bufs)
			if calls++; size > maxMove || size == 0 || offset != int64(100+moved) {
				t.Errorf("%s: %d bytes at %d, after %d", name, size, offset, moved)
			}
			n := min(size, test.most-moved)
			moved += n
			if n == 0 {
				return 0, test.err
			}
			return n, nil
		}, &openFile{}, test.bufs, 100)
		if n != test.want || errno != test.errno || calls != test.calls {
			t.Errorf("%s: %d, %v in %d calls; want %d, %v in %d", name, n, errno, calls, test.want, test.errno, test.calls)
		}
	}
}

// A file that says that it would block is waited for, unless the guest set
// NONBLOCK.
func TestMoveAtWaits(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	f := &openFile{sysfd: int(r.Fd())}
	blocks := func(fd int, bufs [][]byte, _ int64) (int, error) {
		if ready, errno := pollNow(fd, unix.POLLIN); errno != ESUCCESS || !ready {
			return 0, unix.EAGAIN
		}
		return unix.Read(fd, bufs[0])
	}
	f.flags = fdflagNonblock
	buf := make([]byte, 5)
	if _, errno := mover(t, t.Context()).moveAt(blocks, f, [][]byte{buf}, 0); errno != EAGAIN {
		t.Errorf("with NONBLOCK: %v", errno)
	}
	f.flags = 0
	go func() { _, _ = w.WriteString("hello") }()
	ctx, cancel := context.WithCancel(context.Background())
	if n, errno := mover(t, ctx).moveAt(blocks, f, [][]byte{buf}, 0); n != 5 || errno != ESUCCESS || !bytes.Equal(buf, []byte("hello")) {
		t.Errorf("%d %v %q", n, errno, buf)
	}
	defer func() {
		if recover() == nil {
			t.Error("the context does not end it")
		}
	}()
	cancel()
	mover(t, ctx).moveAt(blocks, f, [][]byte{buf}, 0)
}
