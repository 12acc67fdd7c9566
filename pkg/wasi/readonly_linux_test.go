package wasi_test

import (
	"errors"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// A read-only mount is the oracle for a read-only preopen.
func TestReadOnlyAsAMount(t *testing.T) {
	dir := rightsTree(t)
	// The mount is seen by this thread only, which ends with the test.
	runtime.LockOSThread()
	if err := errors.Join(
		unix.Unshare(unix.CLONE_NEWNS),
		unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""),
		unix.Mount(dir, dir, "", unix.MS_BIND, ""),
		unix.Mount("", dir, "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_RDONLY, ""),
	); err != nil {
		t.Skip("mounting needs a privilege that is not there: ", err)
	}
	t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) }) // so that it can be removed
	p := newProxy(t, wasi.Config{Preopens: asRoot(t, dir)})
	for _, c := range writingCalls {
		if errno := c.call(p); errno != c.want {
			t.Errorf("%s: %v on a read-only mount, but a read-only preopen is expected to return %v", c.name, errno, c.want)
		}
	}
}
