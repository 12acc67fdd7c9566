package linmem

import (
	"iter"
	"sync"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// Image is the initial content of a module's memories, made once from its data
// segments. Slots map it privately, so that they share a page until they write
// to it. It is safe for concurrent use. Its owner closes it, after the pools
// that use it.
type Image struct {
	imageFile
	mu     sync.RWMutex // Close holds it for writing, so that nobody reads the view
	size   uint64       // bytes, from address 0, in whole pages of the host
	scope  *memstat.Scope
	handle memstat.Handle
}

// NewImage makes an image and accounts for it in scope, as memstat.KindImage.
// It returns nil if the segments write nothing. The error is
// errors.ErrUnsupported where the system has no images, or the system's; a
// module can always do without an image, see [Config.Segments].
func NewImage(scope *memstat.Scope, segments iter.Seq[Segment]) (*Image, error) {
	end := uint64(0)
	for s := range segments {
		end = max(end, s.Offset+uint64(len(s.Bytes)))
	}
	if end == 0 {
		return nil, nil
	}
	size := (end + hostPage - 1) / hostPage * hostPage
	f, err := newImageFile(size, segments)
	if err != nil {
		return nil, err
	}
	return &Image{
		imageFile: f, size: size, scope: scope,
		handle: scope.Acquire(memstat.KindImage, int64(size)),
	}, nil
}

// restore fills b with the image's bytes from an offset on, and with zeros
// behind the image. It returns false if the image is closed. A nil image is all
// zero.
func (i *Image) restore(b []byte, offset uint64) bool {
	n := 0
	if i != nil && offset < i.size {
		i.mu.RLock()
		defer i.mu.RUnlock()
		if i.view == nil {
			return false
		}
		n = copy(b, i.view[offset:])
	}
	clear(b[n:])
	return true
}

// Close releases the image. Slots that have mapped it keep their content. The
// error is the system's. A nil image has nothing to close.
func (i *Image) Close() error {
	if i == nil {
		return nil
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	err := i.close()
	i.scope.Release(i.handle)
	return err
}
