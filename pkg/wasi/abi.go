package wasi

import (
	"encoding/binary"
	"math"

	"github.com/tetratelabs/wazero/api"
)

// memory is the guest's linear memory for the length of one call. All access
// to it is in this file, and so is the only place that says EFAULT. Sums are
// made in 64 bits: a guest's pointer and length cannot wrap.
type memory []byte

// memoryCache remembers the memory of the module that called last, because
// asking a module that has none panics, and may be asked only once.
type memoryCache struct {
	module api.Module
	memory api.Memory // nil where the module has none
	bytes  memory     // of it; they stay where they are until it grows
}

// of returns the module's memory as it is now; growth may have moved it.
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
		// Size wraps to 0 for 4 GiB. Read cannot name the last byte then.
		if pages, ok := c.memory.Grow(0); !ok || pages == 0 {
			return nil
		}
		size = math.MaxUint32
	}
	c.bytes, _ = c.memory.Read(0, size)
	return c.bytes
}

// usableMemory returns nil for a module without memory, whose api.Memory is
// a nil pointer within an interface.
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

// bytes returns n bytes at ptr. They must not be kept after the call.
func (m memory) bytes(ptr, n uint32) ([]byte, Errno) {
	if uint64(ptr)+uint64(n) > uint64(len(m)) {
		return nil, EFAULT
	}
	return m[ptr : uint64(ptr)+uint64(n) : uint64(ptr)+uint64(n)], ESUCCESS
}

// check says whether n bytes at ptr can be written, before a call that has an
// effect: what is done cannot be undone for want of a place for its result.
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

// maxIovecs is the most buffers that one call may name, as in Linux (IOV_MAX).
const maxIovecs = 1024

// iovecs appends the count buffers listed at ptr to bufs, leaving out empty
// ones. The result must not be kept after the call.
func (m memory) iovecs(bufs [][]byte, ptr, count uint32) ([][]byte, Errno) {
	if count > maxIovecs {
		return nil, EINVAL
	}
	list, errno := m.array(ptr, count, 8)
	if errno != ESUCCESS {
		return nil, errno
	}
	// The sum must fit the 32-bit count that the guest gets back.
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

// Layouts. Source: preview1 docs; for wasi_unstable, the snapshot_0 phase of
// the same documents.
const (
	fdstatSize           = 24
	filestatSize         = 64
	filestatSizeUnstable = 56
	prestatSize          = 8
	direntSize           = 24
)

func (m memory) putFdstat(ptr uint32, t filetype, f fdflags, base, inheriting Rights) Errno {
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

// putFilestatUnstable has 32 bits for nlink, and so everything after it sits
// eight bytes earlier.
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
