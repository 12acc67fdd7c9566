package wasmbin

import (
	"errors"
	"fmt"
)

// ErrTruncated is the error of a binary or a section that ends before a length
// that it announces.
var ErrTruncated = errors.New("unexpected end of the binary")

// reader reads values of the binary format. It keeps the first error and reads
// zeros from then on, so that callers check once, at the end or in a loop.
type reader struct {
	data []byte
	pos  int
	err  error
	seen encodings // adds everything that is read; nil for nothing
	// function, unless nil, is called with the place of each function's index
	// that is read, except in code.
	function func(from, to int, index uint32)
	used     Extent
}

func (r *reader) fail(err error) {
	if r.err == nil {
		r.err = err
		r.pos = len(r.data)
	}
}

// failf fails with the place of the last read.
func (r *reader) failf(format string, args ...any) {
	if r.err == nil {
		r.fail(fmt.Errorf("at offset %#x: "+format, append([]any{r.pos}, args...)...))
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

// peek returns the next byte and does not move on; 0 at the end.
func (r *reader) peek() byte {
	if r.done() {
		return 0
	}
	return r.data[r.pos]
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
	if r.pos < len(r.data) && r.data[r.pos] < 0x80 { // nearly always
		r.pos++
		return uint32(r.data[r.pos-1])
	}
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

// functionIndex reads the index of a function.
func (r *reader) functionIndex() uint32 {
	from := r.pos
	index := r.u32()
	r.used.function(index)
	if r.function != nil && r.err == nil {
		r.function(from, r.pos, index)
	}
	return index
}

// typeIndex reads the index of a type.
func (r *reader) typeIndex() uint32 {
	index := r.u32()
	r.used.typ(int64(index))
	return index
}

// heapType reads a heap type, which may be the index of a type.
func (r *reader) heapType() int64 {
	t := r.s64()
	r.used.typ(t)
	return t
}

// globalIndex reads the index of a global.
func (r *reader) globalIndex() uint32 {
	index := r.u32()
	r.used.global(index)
	return index
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

// name reads a string after its length.
func (r *reader) name() string { return string(r.bytes(r.u32())) }

// count reads the length of a vector. Each element has at least one byte, so no
// length beyond the remaining bytes makes a caller loop.
func (r *reader) count() uint32 {
	n := r.u32()
	if uint64(n) > uint64(len(r.data)-r.pos) {
		r.fail(ErrTruncated)
		return 0
	}
	return n
}
