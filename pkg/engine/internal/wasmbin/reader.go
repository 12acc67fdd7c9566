package wasmbin

import (
	"errors"
	"fmt"
)

// ErrTruncated says that the binary ends before what it announces.
var ErrTruncated = errors.New("unexpected end of the binary")

// reader reads values of the binary format and keeps the first error, after
// which it reads zeros: who reads checks once, at the end or before a loop.
type reader struct {
	data []byte
	pos  int
	err  error
}

func (r *reader) fail(err error) {
	if r.err == nil {
		r.err = err
		r.pos = len(r.data)
	}
}

func (r *reader) done() bool { return r.pos >= len(r.data) }

func (r *reader) byte() byte {
	if r.done() {
		r.fail(ErrTruncated)
		return 0
	}
	b := r.data[r.pos]
	r.pos++
	return b
}

// bytes returns the next n bytes, without a copy.
func (r *reader) bytes(n uint32) []byte {
	if uint64(n) > uint64(len(r.data)-r.pos) {
		r.fail(ErrTruncated)
		return nil
	}
	b := r.data[r.pos : r.pos+int(n)]
	r.pos += int(n)
	return b
}

// u32 reads an unsigned LEB128 of at most 32 bits.
func (r *reader) u32() uint32 {
	var v uint32
	for shift := 0; shift < 35; shift += 7 {
		b := r.byte()
		if shift == 28 && b > 0x0f {
			break
		}
		v |= uint32(b&0x7f) << shift
		if b < 0x80 {
			return v
		}
	}
	r.fail(fmt.Errorf("at offset %#x: a number of more than 32 bits", r.pos))
	return 0
}

// s64 reads a signed LEB128 of at most 64 bits.
func (r *reader) s64() int64 {
	var v int64
	for shift := 0; shift < 70; shift += 7 {
		b := r.byte()
		v |= int64(b&0x7f) << shift
		if b < 0x80 {
			if b >= 0x40 && shift < 57 {
				v |= -1 << (shift + 7)
			}
			return v
		}
	}
	r.fail(fmt.Errorf("at offset %#x: a number of more than 64 bits", r.pos))
	return 0
}

// name reads a length and as many bytes.
func (r *reader) name() string { return string(r.bytes(r.u32())) }

// limits reads the limits of a table or a memory.
func (r *reader) limits() Limits {
	const hasMax, shared, index64 = 1, 2, 4
	flags := r.byte()
	if flags > hasMax|shared|index64 {
		r.fail(fmt.Errorf("at offset %#x: unknown limits %#x", r.pos, flags))
		return Limits{}
	}
	read := func() uint64 {
		if flags&index64 != 0 {
			return uint64(r.s64())
		}
		return uint64(r.u32())
	}
	l := Limits{Min: read(), Shared: flags&shared != 0, Wide: flags&index64 != 0}
	if flags&hasMax != 0 {
		l.Max, l.HasMax = read(), true
	}
	return l
}
