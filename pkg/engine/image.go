package engine

import (
	"errors"
	"fmt"
	"sync"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// image is the memory that each instance of a module begins with: what its
// active data segments write. It is laid out once; instances map it privately,
// and copy a page when they write to it.
type image struct {
	imageFile
	mu     sync.RWMutex // held for writing by close, so that nobody reads the view
	size   uint64       // bytes, from address 0, in whole pages of the host
	scope  *memstat.Scope
	handle memstat.Handle
}

// newImage lays the segments out. The error is errors.ErrUnsupported, or what
// the system said; the module can be run without an image.
func newImage(scope *memstat.Scope, segments []wasmbin.Placed) (*image, error) {
	end := uint64(0)
	for _, s := range segments {
		end = max(end, s.Offset+uint64(len(s.Bytes)))
	}
	if end == 0 {
		return nil, nil // nothing to map: memory is zero to begin with
	}
	size := (end + hostPage - 1) / hostPage * hostPage
	f, err := newImageFile(size, segments)
	if err != nil {
		return nil, err
	}
	return &image{
		imageFile: f, size: size, scope: scope,
		handle: scope.Acquire(memstat.KindImage, int64(size)),
	}, nil
}

// restore makes b what the image has from an address on, and zero after it. It
// returns false where the image is closed. Without an image all is zero.
func (i *image) restore(b []byte, at uint64) bool {
	n := 0
	if i != nil && at < i.size {
		i.mu.RLock()
		defer i.mu.RUnlock()
		if i.view == nil {
			return false
		}
		n = copy(b, i.view[at:])
	}
	clear(b[n:])
	return true
}

// close gives the image back; what is mapped of it stays.
func (i *image) close() error {
	if i == nil {
		return nil
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	err := i.imageFile.close()
	i.scope.Release(i.handle)
	return err
}

// strip separates the module's initial memory from it, where the module and
// the system allow that; else it returns the binary as it is, and no image.
func (r *Runtime) strip(binary []byte) ([]byte, *image) {
	stripped, segments, ok := wasmbin.Strip(binary)
	if !ok || r.config.NoImage {
		return binary, nil
	}
	img, err := newImage(r.scope, segments)
	if err != nil {
		if !errors.Is(err, errors.ErrUnsupported) {
			r.warn(fmt.Sprintf("instances do not share their initial memory: %v", err))
		}
		return binary, nil
	}
	return stripped, img
}
