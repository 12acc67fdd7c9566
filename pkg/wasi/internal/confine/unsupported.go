//go:build !linux && !darwin

package confine

import "errors"

// Attr stands for the attributes of a file.
type Attr struct{}

// Time stands for a point in time.
type Time struct{ Sec, Nsec int64 }

// TimeNow and TimeOmit in the nanoseconds of a Time mean the present time and
// no change.
const (
	TimeNow  = -1
	TimeOmit = -2
)

// Open is not supported here.
func (Resolver) Open(int, string, int, uint32, bool) (int, error) {
	return -1, errors.ErrUnsupported
}

// Stat is not supported here.
func (Resolver) Stat(int, string, bool, *Attr) error { return errors.ErrUnsupported }

// Mkdir is not supported here.
func (Resolver) Mkdir(int, string, uint32) error { return errors.ErrUnsupported }

// Rmdir is not supported here.
func (Resolver) Rmdir(int, string) error { return errors.ErrUnsupported }

// Unlink is not supported here.
func (Resolver) Unlink(int, string) error { return errors.ErrUnsupported }

// Readlink is not supported here.
func (Resolver) Readlink(int, string, []byte) (int, error) { return 0, errors.ErrUnsupported }

// Symlink is not supported here.
func (Resolver) Symlink(string, int, string) error { return errors.ErrUnsupported }

// Link is not supported here.
func (Resolver) Link(int, string, bool, int, string) error { return errors.ErrUnsupported }

// Rename is not supported here.
func (Resolver) Rename(int, string, int, string) error { return errors.ErrUnsupported }

// Utimes is not supported here.
func (Resolver) Utimes(int, string, bool, [2]Time) error { return errors.ErrUnsupported }
