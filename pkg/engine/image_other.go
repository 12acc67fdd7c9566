//go:build !linux

package engine

import (
	"errors"
	"iter"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
)

const hostPage = pageSize

// imageFile is not to be had on this system: modules run with their segments.
type imageFile struct{ view mapping }

func newImageFile(uint64, iter.Seq[wasmbin.ActiveSegment]) (imageFile, error) {
	return imageFile{}, errors.ErrUnsupported
}

func (*imageFile) close() error { return nil }

func (*image) mapOver(mapping) error { return errors.ErrUnsupported }
