package srcline

import (
	"bytes"
	"encoding/binary"
)

// bytesReader reads values of DWARF. After a failure it reads zeros.
type bytesReader struct {
	data   []byte
	failed bool
}

// bytes returns the next n bytes, without a copy.
func (r *bytesReader) bytes(n uint64) []byte {
	if n > uint64(len(r.data)) {
		r.data, r.failed = nil, true
		return nil
	}
	b := r.data[:n]
	r.data = r.data[n:]
	return b
}

func (r *bytesReader) byte() byte {
	if b := r.bytes(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *bytesReader) u16() uint16 {
	if b := r.bytes(2); b != nil {
		return binary.LittleEndian.Uint16(b)
	}
	return 0
}

func (r *bytesReader) u32() uint32 {
	if b := r.bytes(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

// uleb reads an unsigned LEB128 number of at most 64 bits.
func (r *bytesReader) uleb() uint64 {
	v, n := binary.Uvarint(r.data)
	if n <= 0 {
		r.data, r.failed = nil, true
		return 0
	}
	r.data = r.data[n:]
	return v
}

// sleb reads a signed LEB128 number of at most 64 bits.
func (r *bytesReader) sleb() int64 {
	before := r.data
	v := r.uleb()
	n := len(before) - len(r.data)
	if !r.failed && n < 10 && before[n-1]&0x40 != 0 {
		v |= ^uint64(0) << (7 * n)
	}
	return int64(v)
}

// text reads a string up to a NUL byte, without a copy.
func (r *bytesReader) text() []byte {
	n := bytes.IndexByte(r.data, 0)
	if n < 0 {
		r.data, r.failed = nil, true
		return nil
	}
	b := r.data[:n]
	r.data = r.data[n+1:]
	return b
}
