package wasi

import (
	"encoding/binary"
	"math"

	"github.com/tetratelabs/wazero/api"
)

// memory is the guest's linear memory during one call. This file has all code
// that decodes and encodes it, and all that returns EFAULT. It adds addresses
// and lengths in 64 bits, so that the sum cannot wrap.
type memory []byte

// memoryCache remembers the memory of the last module that called. Looking it
// up costs more than the rest of a short call.
type memoryCache struct {
	module api.Module
	memory api.Memory // nil if the module has none
	bytes  memory     // its bytes, which do not move unless it grows
}

// of returns the module's memory. It notices growth, which may move memory.
func (c *memoryCache) of(mod api.Module) memory {
	if c.module != mod {
		c.module, c.memory, c.bytes = mod, usableMemory(mod), nil
	}
	if c.memory == nil {
		return nil
	}
	size := c.memory.Size()
	if size != 0 && int(size) == len(c.bytes) {
		return c.bytes
	}
	if size == 0 {
		// The size of 4 GiB wraps to 0. Read then cannot include the last byte.
		if pages, ok := c.memory.Grow(0); !ok || pages == 0 {
			return nil
		}
		size = math.MaxUint32
	}
	c.bytes, _ = c.memory.Read(0, size)
	return c.bytes
}

// usableMemory returns the module's memory, or nil if it has none. wazero then
// returns a nil pointer in a non-nil interface, which panics when it is used.
func usableMemory(mod api.Module) (m api.Memory) {
	defer func() {
		if recover() != nil {
			m = nil
		}
	}()
	m = mod.Memory()
	m.Size()
	return m
}

// bytes returns n bytes at ptr. Use them only during the call.
func (m memory) bytes(ptr, n uint32) ([]byte, Errno) {
	if uint64(ptr)+uint64(n) > uint64(len(m)) {
		return nil, EFAULT
	}
	return m[ptr : uint64(ptr)+uint64(n) : uint64(ptr)+uint64(n)], ESUCCESS
}

// check returns EFAULT unless there are n bytes at ptr.
func (m memory) check(ptr, n uint32) Errno {
	_, errno := m.bytes(ptr, n)
	return errno
}

// array returns count elements of the given size at ptr.
func (m memory) array(ptr, count, size uint32) ([]byte, Errno) {
	n := uint64(count) * uint64(size)
	if uint64(ptr)+n > uint64(len(m)) {
		return nil, EFAULT
	}
	return m[ptr : uint64(ptr)+n : uint64(ptr)+n], ESUCCESS
}

func (m memory) putU32(ptr, v uint32) Errno {
	b, errno := m.bytes(ptr, 4)
	if errno == ESUCCESS {
		binary.LittleEndian.PutUint32(b, v)
	}
	return errno
}

func (m memory) putU64(ptr uint32, v uint64) Errno {
	b, errno := m.bytes(ptr, 8)
	if errno == ESUCCESS {
		binary.LittleEndian.PutUint64(b, v)
	}
	return errno
}

func (m memory) putBytes(ptr uint32, v []byte) Errno {
	b, errno := m.bytes(ptr, uint32(len(v)))
	copy(b, v)
	return errno
}

// maxIovecs is the maximum number of buffers in one call, as in Linux
// (IOV_MAX).
const maxIovecs = 1024

// iovecs appends the count buffers in the list at ptr to bufs, without the
// empty ones. Use the result only during the call.
func (m memory) iovecs(bufs [][]byte, ptr, count uint32) ([][]byte, Errno) {
	if count > maxIovecs {
		return nil, EINVAL
	}
	list, errno := m.array(ptr, count, 8)
	if errno != ESUCCESS {
		return nil, errno
	}
	// Bound the sum, as Linux does: the result must fit 32 bits.
	var total uint64
	for ; len(list) > 0; list = list[8:] {
		b, errno := m.bytes(binary.LittleEndian.Uint32(list), binary.LittleEndian.Uint32(list[4:]))
		if errno != ESUCCESS {
			return nil, errno
		}
		if total += uint64(len(b)); total > math.MaxInt32 {
			return nil, EINVAL
		}
		if len(b) > 0 {
			bufs = append(bufs, b)
		}
	}
	return bufs, ESUCCESS
}

// Sizes of structures. Source: preview1 docs; for wasi_unstable, the
// snapshot_0 phase of the same documents.
const (
	fdstatSize           = 24
	filestatSize         = 64
	filestatSizeUnstable = 56
	prestatSize          = 8
	direntSize           = 24
)

func (m memory) putFdstat(ptr uint32, t filetype, f fdflags, base, inheriting rights) Errno {
	b, errno := m.bytes(ptr, fdstatSize)
	if errno != ESUCCESS {
		return errno
	}
	clear(b)
	b[0] = byte(t)
	binary.LittleEndian.PutUint16(b[2:], uint16(f))
	binary.LittleEndian.PutUint64(b[8:], uint64(base))
	binary.LittleEndian.PutUint64(b[16:], uint64(inheriting))
	return ESUCCESS
}

func (m memory) putFilestat(ptr uint32, st *filestat) Errno {
	b, errno := m.bytes(ptr, filestatSize)
	if errno != ESUCCESS {
		return errno
	}
	clear(b)
	binary.LittleEndian.PutUint64(b[0:], st.dev)
	binary.LittleEndian.PutUint64(b[8:], st.ino)
	b[16] = byte(st.filetype)
	binary.LittleEndian.PutUint64(b[24:], st.nlink)
	putFilestatTail(b[32:], st)
	return ESUCCESS
}

// putFilestatUnstable writes wasi_unstable's filestat. Its nlink has 32 bits,
// so the fields after it sit eight bytes earlier.
func (m memory) putFilestatUnstable(ptr uint32, st *filestat) Errno {
	b, errno := m.bytes(ptr, filestatSizeUnstable)
	if errno != ESUCCESS {
		return errno
	}
	clear(b)
	binary.LittleEndian.PutUint64(b[0:], st.dev)
	binary.LittleEndian.PutUint64(b[8:], st.ino)
	b[16] = byte(st.filetype)
	binary.LittleEndian.PutUint32(b[20:], uint32(min(st.nlink, math.MaxUint32)))
	putFilestatTail(b[24:], st)
	return ESUCCESS
}

// putPrestat writes the prestat of a directory: its tag, which is 0, and the
// length of its name.
func (m memory) putPrestat(ptr, nameLen uint32) Errno {
	b, errno := m.bytes(ptr, prestatSize)
	if errno != ESUCCESS {
		return errno
	}
	clear(b)
	binary.LittleEndian.PutUint32(b[4:], nameLen)
	return ESUCCESS
}

// putFilestatTail writes the fields after nlink.
func putFilestatTail(b []byte, st *filestat) {
	binary.LittleEndian.PutUint64(b[0:], st.size)
	binary.LittleEndian.PutUint64(b[8:], st.atim)
	binary.LittleEndian.PutUint64(b[16:], st.mtim)
	binary.LittleEndian.PutUint64(b[24:], st.ctim)
}

func putDirent(b []byte, next, ino uint64, nameLen int, t filetype) {
	binary.LittleEndian.PutUint64(b[0:], next)
	binary.LittleEndian.PutUint64(b[8:], ino)
	binary.LittleEndian.PutUint32(b[16:], uint32(nameLen))
	b[20], b[21], b[22], b[23] = byte(t), 0, 0, 0
}
