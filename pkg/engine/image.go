package engine

import (
	"errors"
	"fmt"
	"iter"
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
func newImage(scope *memstat.Scope, segments iter.Seq[wasmbin.ActiveSegment]) (*image, error) {
	end := uint64(0)
	for s := range segments {
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

// joined iterates over what the segments write, in order, with neighbours
// joined into one run: a Go program has thousands of segments, with short runs
// of zeros between them. A run is valid until the next.
func joined(segments iter.Seq[wasmbin.ActiveSegment]) iter.Seq2[uint64, []byte] {
	const (
		gap  = uint64(len(zeros)) // of zeros that are worth writing
		most = 1 << 20
	)
	return func(yield func(uint64, []byte) bool) {
		var run []byte
		var at, written uint64 // where run belongs; the end of all that was yielded
		flush := func() bool {
			if len(run) == 0 {
				return true
			}
			written = max(written, at+uint64(len(run)))
			return yield(at, run)
		}
		for s := range segments {
			end := at + uint64(len(run))
			// Zeros may only go where nothing was written before.
			next := s.Offset >= end && s.Offset-end <= gap && end >= written
			if len(run) == 0 || !next || uint64(len(run))+s.Offset-end+uint64(len(s.Bytes)) > most {
				if !flush() {
					return
				}
				at, run = s.Offset, append(run[:0], s.Bytes...)
				continue
			}
			run = append(append(run, zeros[:s.Offset-end]...), s.Bytes...)
		}
		flush()
	}
}

var zeros [4 << 10]byte // between segments

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

// initialMemory is what the instances of a module begin with in memory.
type initialMemory struct {
	image    *image                          // nil for none
	segments iter.Seq[wasmbin.ActiveSegment] // to be copied, where there is no image
}

// strip separates the module's initial memory from it, and returns what is to
// be changed in the binary then. Where the module does not allow that, it is
// nothing, and wazero writes the initial memory.
func (r *Runtime) strip(m *wasmbin.Module) ([]wasmbin.Edit, initialMemory) {
	edit, segments, ok := m.StripData()
	if !ok {
		return nil, initialMemory{}
	}
	edits := []wasmbin.Edit{edit}
	if r.config.NoImage {
		return edits, initialMemory{segments: segments}
	}
	img, err := newImage(r.scope, segments)
	if err != nil {
		if !errors.Is(err, errors.ErrUnsupported) {
			r.warn(fmt.Sprintf("instances do not share their initial memory: %v", err))
		}
		return edits, initialMemory{segments: segments}
	}
	return edits, initialMemory{image: img}
}
