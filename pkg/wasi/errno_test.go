//go:build linux

package wasi

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/wamr-go/wamr-go/pkg/wasi/internal/confine"
)

// errnoByName is the namesake of a host's error number.
func errnoByName(name string) (Errno, bool) {
	for e := ESUCCESS; e < errnoCount; e++ {
		if e.String() == name {
			return e, true
		}
	}
	return 0, false
}

// Each error number of Linux that WASI has a name for becomes just that; the
// others, and only they and EIO itself, become EIO.
func TestErrnoOfLinux(t *testing.T) {
	namesakes := map[Errno]bool{ESUCCESS: true, ENOTCAPABLE: true} // which are WASI's own
	for n := syscall.Errno(1); n < 4096; n++ {
		name := unix.ErrnoName(n)
		want, ok := errnoByName(name)
		switch {
		case n == unix.EOPNOTSUPP:
			want = ENOTSUP // ENOTSUP and EOPNOTSUPP are one number
		case !ok:
			want = EIO
		}
		namesakes[want] = true
		if got := errnoOf(n); got != want {
			t.Errorf("%d %s: %v, want %v", int(n), name, got, want)
		}
		if got := errnoOf(&os.PathError{Op: "open", Path: "x", Err: n}); got != want {
			t.Errorf("wrapped %d %s: %v, want %v", int(n), name, got, want)
		}
		if n.Is(fs.ErrNotExist) && want != ENOENT {
			t.Errorf("%d means that it does not exist, but is %v", int(n), want)
		}
	}
	for e := ESUCCESS; e < errnoCount; e++ {
		if !namesakes[e] {
			t.Errorf("nothing becomes %v", e)
		}
	}
}

func TestErrnoOfOthers(t *testing.T) {
	for _, test := range []struct {
		err  error
		want Errno
	}{
		{nil, ESUCCESS},
		{confine.ErrEscape, ENOTCAPABLE}, {fmt.Errorf("open: %w", confine.ErrEscape), ENOTCAPABLE},
		{ENOSPC, ENOSPC}, {fmt.Errorf("write: %w", EDQUOT), EDQUOT},
		{errors.New("who knows"), EIO}, {errors.ErrUnsupported, ENOTSUP},
		{os.ErrClosed, EBADF}, {context.DeadlineExceeded, ETIMEDOUT},
	} {
		if got := errnoOf(test.err); got != test.want {
			t.Errorf("%v: %v, want %v", test.err, got, test.want)
		}
	}
}

// The numbers are the specification's, checked at both ends and wherever the
// alphabet leaves it open; the names go forth and back.
func TestErrnoNames(t *testing.T) {
	for e, n := range map[Errno]int{
		ESUCCESS: 0, E2BIG: 1, EACCES: 2, EBADF: 8, EDQUOT: 19, EEXIST: 20, EFAULT: 21, EINVAL: 28, EIO: 29,
		EISDIR: 31, ELOOP: 32, EMFILE: 33, ENAMETOOLONG: 37, ENOENT: 44, ENOSPC: 51, ENOTDIR: 54, ENOTEMPTY: 55,
		ENOTSOCK: 57, ENOTSUP: 58, EPERM: 63, EPIPE: 64, EROFS: 69, ESPIPE: 70, EXDEV: 75, ENOTCAPABLE: 76,
	} {
		if int(e) != n {
			t.Errorf("%v is %d, want %d", e, e, n)
		}
	}
	seen := map[string]bool{}
	for e := ESUCCESS; e < errnoCount; e++ {
		name := e.String()
		if seen[name] || !strings.HasPrefix(name, "E") {
			t.Errorf("%d is called %q", e, name)
		}
		seen[name] = true
		if got, ok := errnoByName(name); !ok || got != e {
			t.Errorf("%s names %d, want %d", name, got, e)
		}
		if e.Error() != name {
			t.Errorf("%s as an error is %q", name, e.Error())
		}
	}
	if got := errnoCount.String(); got != "errno(77)" {
		t.Errorf("an unknown one is called %q", got)
	}
}
