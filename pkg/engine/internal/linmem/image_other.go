//go:build !linux

package linmem

import (
	"errors"
	"iter"
)

const hostPage = PageSize

// imageFile does not exist on this system: data segments are copied.
type imageFile struct{ view mapping }

func newImageFile(uint64, iter.Seq[Segment]) (imageFile, error) {
	return imageFile{}, errors.ErrUnsupported
}

func (*imageFile) close() error { return nil }

func (*Image) mapOver(mapping) error { return errors.ErrUnsupported }
