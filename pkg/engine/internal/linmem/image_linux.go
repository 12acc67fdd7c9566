package linmem

import (
	"errors"
	"iter"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

var hostPage = uint64(os.Getpagesize())

// imageFile is a memfd with the image. It is sealed, so nobody can change the
// content that instances share.
type imageFile struct {
	fd   int
	view mapping // all of it, read-only; nil once closed
}

func newImageFile(size uint64, segments iter.Seq[Segment]) (imageFile, error) {
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
	if f.view, err = mapFile(fd, size, unix.PROT_READ, 0); err != nil {
		return imageFile{}, errors.Join(os.NewSyscallError("mmap", err), f.close())
	}
	return f, nil
}

// fill writes the segments to the file and seals it.
func (f imageFile) fill(size uint64, segments iter.Seq[Segment]) error {
	if err := unix.Ftruncate(f.fd, int64(size)); err != nil {
		return os.NewSyscallError("ftruncate", err)
	}
	for offset, run := range coalesced(segments) {
		for len(run) > 0 {
			n, err := unix.Pwrite(f.fd, run, int64(offset))
			if err != nil && err != unix.EINTR {
				return os.NewSyscallError("pwrite", err)
			}
			n = max(n, 0)
			offset, run = offset+uint64(n), run[n:]
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

// mapOver maps the image privately over the beginning of a mapping.
func (i *Image) mapOver(m mapping) error {
	_, err := unix.MmapPtr(i.fd, 0, unsafe.Pointer(&m[0]), uintptr(i.size),
		unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_FIXED|unix.MAP_NORESERVE)
	return os.NewSyscallError("mmap", err)
}
