package wasmbin

import (
	"fmt"
	"iter"
)

// DataSegment is one segment of the data section.
type DataSegment struct {
	Active bool   // written at instantiation; a passive segment is written by memory.init
	Memory uint32 // index of the memory, of an active segment
	Offset []byte // constant expression without its end, of an active segment
	Init   []byte
}

// Address returns the address that an active segment is written to, if its
// offset is one i32.const.
func (s DataSegment) Address() (address uint64, ok bool) {
	v, ok := I32Const(s.Offset)
	return uint64(uint32(v)), ok
}

// dataSegment is a DataSegment without pointers, because a Go program has tens of
// thousands. Offsets are relative to the section, whose size has 32 bits.
type dataSegment struct {
	memory            uint32 // or notActive
	address           uint32 // of an active segment whose offset is constant
	offset, offsetEnd uint32
	init, initEnd     uint32
}

const notActive = ^uint32(0) // no memory has that index

func (s *dataSegment) active() bool { return s.memory != notActive }

// dataSegments are a module's data segments.
type dataSegments struct {
	all []dataSegment
	// fixed means that all active segments have a constant offset in memory 0, and end
	// is the highest address that they write to, plus one.
	fixed bool
	end   uint64
}

// DataSegments iterates over the data segments in index order.
func (m *Module) DataSegments() iter.Seq[DataSegment] {
	return func(yield func(DataSegment) bool) {
		section, _ := m.Section(SectionData)
		content := section.Content(m.Binary)
		for i := range m.data.all {
			s := &m.data.all[i]
			segment := DataSegment{Init: content[s.init:s.initEnd]}
			if s.active() {
				segment.Active, segment.Memory, segment.Offset = true, s.memory, content[s.offset:s.offsetEnd]
			}
			if !yield(segment) {
				return
			}
		}
	}
}

// readData reads the data section. Of several, which wazero refuses, it keeps
// the segments of the first.
func (m *Module) readData(r *reader, section Section) {
	n := r.count()
	content := section.Content(m.Binary)
	// A segment has at least two bytes; most have more than ten.
	d := dataSegments{all: make([]dataSegment, 0, min(n, uint32(section.Size/10)+1)), fixed: true}
	for i := range n {
		s, ok := plainSegment(content, uint32(r.pos-section.Offset))
		if ok {
			r.pos = section.Offset + int(s.initEnd)
		} else {
			s = r.dataSegment(section.Offset)
			if r.err != nil {
				r.err = fmt.Errorf("segment %d: %w", i, r.err)
				return
			}
			address, constant := I32Const(content[s.offset:s.offsetEnd])
			s.address = uint32(address)
			d.fixed = d.fixed && (!s.active() || constant && s.memory == 0)
		}
		size := uint64(s.initEnd - s.init)
		m.DataBytes += size
		if s.active() {
			d.end = max(d.end, uint64(s.address)+size)
		}
		d.all = append(d.all, s)
	}
	if m.data.all == nil {
		m.data = d
	}
}

// plainSegment reads the segment at an offset of the section if it has the
// usual form: active, in memory 0, at an i32.const below 256 MiB, shorter than
// 16 KiB. It is twice as fast as dataSegment, which matters for the 30,000
// segments of a Go program.
func plainSegment(content []byte, at uint32) (s dataSegment, ok bool) {
	const longest = 1 + 1 + 4 + 1 + 2 // mode, i32.const, address, end, size
	if uint64(at)+longest > uint64(len(content)) || content[at] != 0 || content[at+1] != opI32Const {
		return s, false
	}
	s.offset = at + 1
	pos := s.offset + 1
	for shift := 0; ; shift += 7 {
		b := content[pos]
		pos++
		s.address |= uint32(b&0x7f) << shift
		if b < 0x40 {
			break
		}
		if b < 0x80 || shift == 21 { // negative, or too long
			return s, false
		}
	}
	s.offsetEnd = pos
	if content[pos] != opEnd {
		return s, false
	}
	size := uint32(content[pos+1])
	pos += 2
	if size >= 0x80 {
		if content[pos] >= 0x80 {
			return s, false
		}
		size = size&0x7f | uint32(content[pos])<<7
		pos++
	}
	s.init, s.initEnd = pos, pos+size
	return s, uint64(pos)+uint64(size) <= uint64(len(content))
}

func (r *reader) dataSegment(base int) dataSegment {
	const active, passive, indexed = 0, 1, 2
	s := dataSegment{memory: notActive}
	switch mode := r.u32(); mode {
	case active, indexed:
		s.memory = 0
		if mode == indexed {
			if s.memory = r.u32(); s.memory == notActive {
				r.fail(fmt.Errorf("at offset %#x: unknown memory %d", r.pos, s.memory))
			}
		}
		s.offset = uint32(r.pos - base)
		s.offsetEnd = s.offset + uint32(len(r.expression()))
	case passive:
	default:
		r.fail(fmt.Errorf("at offset %#x: unknown mode %d", r.pos, mode))
	}
	size := r.u32()
	s.init = uint32(r.pos - base)
	s.initEnd = s.init + uint32(len(r.bytes(size)))
	return s
}
