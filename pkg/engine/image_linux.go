package engine

import (
	"errors"
	"iter"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
)

var hostPage = uint64(os.Getpagesize())

// imageFile is a memfd with the image, sealed: nobody can change what
// instances share.
type imageFile struct {
	fd   int
	view mapping // all of it, to read; nil once closed
}

func newImageFile(size uint64, segments iter.Seq[wasmbin.ActiveSegment]) (imageFile, error) {
	fd, err := unix.MemfdCreate("wasm-image", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EPERM) {
		return imageFile{}, errors.ErrUnsupported // an old kernel, or seccomp
	}
	if err != nil {
		return imageFile{}, os.NewSyscallError("memfd_create", err)
	}
	f := imageFile{fd: fd}
	if err := f.fill(size, segments); err != nil {
		return imageFile{}, errors.Join(err, f.close())
	}
	if f.view, err = unix.Mmap(fd, 0, int(size), unix.PROT_READ, unix.MAP_PRIVATE); err != nil {
		return imageFile{}, errors.Join(os.NewSyscallError("mmap", err), f.close())
	}
	return f, nil
}

func (f imageFile) fill(size uint64, segments iter.Seq[wasmbin.ActiveSegment]) error {
	if err := unix.Ftruncate(f.fd, int64(size)); err != nil {
		return os.NewSyscallError("ftruncate", err)
	}
	for at, run := range joined(segments) {
		for len(run) > 0 {
			n, err := unix.Pwrite(f.fd, run, int64(at))
			if err != nil && err != unix.EINTR {
				return os.NewSyscallError("pwrite", err)
			}
			n = max(n, 0)
			at, run = at+uint64(n), run[n:]
		}
	}
	_, err := unix.FcntlInt(uintptr(f.fd), unix.F_ADD_SEALS,
		unix.F_SEAL_WRITE|unix.F_SEAL_SHRINK|unix.F_SEAL_GROW|unix.F_SEAL_SEAL)
	return os.NewSyscallError("fcntl", err)
}

func (f *imageFile) close() error {
	var err error
	if f.view != nil {
		err = f.view.release()
		f.view = nil
	}
	return errors.Join(err, os.NewSyscallError("close", unix.Close(f.fd)))
}

// mapOver puts the image at the beginning of a mapping, privately.
func (i *image) mapOver(m mapping) error {
	_, err := unix.MmapPtr(i.fd, 0, unsafe.Pointer(&m[0]), uintptr(i.size),
		unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_FIXED|unix.MAP_NORESERVE)
	return os.NewSyscallError("mmap", err)
}
