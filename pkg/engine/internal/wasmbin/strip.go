package wasmbin

import (
	"iter"
	"slices"
)

// Placed is a run of bytes at its place in memory 0.
type Placed struct {
	Offset uint64
	Bytes  []byte // of the binary, without a copy
}

// pageSize is that of a memory, in bytes.
const pageSize = 64 << 10

// Strip separates a module's initial memory from the rest of it. It returns the
// edit after which the active data segments write nothing, and what they would
// have written, in order: later ones overwrite earlier ones. It is read from the
// binary each time, as a program may have a hundred thousand. Code that was
// valid is valid after, and the code section is byte for byte the same.
//
// It returns false where instantiation needs the segments as they are: no
// memory of the module's own, an imported, shared or 64-bit one, an offset
// that is no constant, a segment that is out of bounds (and so traps), or a
// binary that it cannot read.
func Strip(binary []byte) (edit Edit, initial iter.Seq[Placed], ok bool) {
	var data, count *Section
	var memories []Limits
	for s, err := range Sections(binary) {
		if err != nil {
			return Edit{}, nil, false
		}
		switch s.ID {
		case Import:
			if importsMemory(binary, s) {
				return Edit{}, nil, false
			}
		case Memory:
			r := reader{data: binary[:s.Offset+s.Size], pos: s.Offset}
			for range r.count() {
				memories = append(memories, r.limits())
			}
			if r.err != nil {
				return Edit{}, nil, false
			}
		case DataCount:
			count = &s
		case Data:
			if data != nil {
				return Edit{}, nil, false
			}
			data = &s
		}
	}
	if data == nil || len(memories) != 1 || memories[0].Shared || memories[0].Wide {
		return Edit{}, nil, false
	}
	if !inBounds(binary, *data, memories[0].Min*pageSize) {
		return Edit{}, nil, false
	}
	segments := []byte{0} // none, in a section that stays, so that its place can be judged
	if count != nil {
		// Code may name segments: each keeps its number and its bytes, which
		// memory.init can still copy, as wazero has it.
		segments = passiveSegments(binary, *data)
	}
	edit = Edit{data.Header, data.Offset + data.Size, appendSection(nil, Data, segments)}
	return edit, placed(binary, *data), true
}

func importsMemory(binary []byte, s Section) bool {
	var o Outline
	r := reader{data: binary[:s.Offset+s.Size], pos: s.Offset}
	o.imports(&r)
	return r.err != nil || slices.ContainsFunc(o.Imports, func(e ImportEntry) bool {
		return e.Kind == ImportMemory
	})
}

// inBounds says whether all active segments are at constant places within a
// memory 0 of size bytes.
func inBounds(binary []byte, data Section, size uint64) bool {
	end := data.Offset
	for s, err := range Segments(binary, data) {
		if err != nil {
			return false
		}
		end = s.End
		if !s.Active {
			continue
		}
		at, ok := s.place()
		if !ok || s.Memory != 0 || at+uint64(len(s.Init)) > size {
			return false
		}
	}
	// What follows the segments would be lost, and its error with it.
	return end == data.Offset+data.Size || end == data.Offset && data.Size == 1
}

// placed iterates over what the active segments write. The section has been
// read before.
func placed(binary []byte, data Section) iter.Seq[Placed] {
	return func(yield func(Placed) bool) {
		for s, err := range Segments(binary, data) {
			if err != nil {
				return
			}
			if !s.Active || len(s.Init) == 0 {
				continue
			}
			if at, _ := s.place(); !yield(Placed{at, s.Init}) {
				return
			}
		}
	}
}

// place is the segment's offset, if that is constant.
func (s Segment) place() (at uint64, ok bool) {
	offset, ok := I32Const(s.Offset)
	return uint64(uint32(offset)), ok
}

// passiveSegments is the content of a data section with the same segments, all
// of them passive. The section has been read before.
func passiveSegments(binary []byte, data Section) []byte {
	n := uint32(0)
	var segments []byte
	for s, err := range Segments(binary, data) {
		if err != nil {
			return nil
		}
		n++
		segments = append(segments, 1)
		segments = appendU32(segments, uint32(len(s.Init)))
		segments = append(segments, s.Init...)
	}
	return append(appendU32(nil, n), segments...)
}
