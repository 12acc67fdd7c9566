package wasmbin

import "slices"

// Placed is a run of bytes at its place in memory 0.
type Placed struct {
	Offset uint64
	Bytes  []byte // of the binary, without a copy
}

// pageSize is that of a memory, in bytes.
const pageSize = 64 << 10

// Strip separates a module's initial memory from the rest of it. It returns a
// binary whose active data segments write nothing, and what they would have
// written, in order: later ones overwrite earlier ones. Code that was valid is
// valid after, and the code section is byte for byte the same.
//
// It returns false where instantiation needs the segments as they are: no
// memory of the module's own, an imported, shared or 64-bit one, an offset
// that is no constant, a segment that is out of bounds (and so traps), or a
// binary that it cannot read.
func Strip(binary []byte) (stripped []byte, initial []Placed, ok bool) {
	var data, count *Section
	var memories []Limits
	for s, err := range Sections(binary) {
		if err != nil {
			return nil, nil, false
		}
		switch s.ID {
		case Import:
			if importsMemory(binary, s) {
				return nil, nil, false
			}
		case Memory:
			r := reader{data: binary[:s.Offset+s.Size], pos: s.Offset}
			for range r.count() {
				memories = append(memories, r.limits())
			}
			if r.err != nil {
				return nil, nil, false
			}
		case DataCount:
			count = &s
		case Data:
			if data != nil {
				return nil, nil, false
			}
			data = &s
		}
	}
	if data == nil || len(memories) != 1 || memories[0].Shared || memories[0].Wide {
		return nil, nil, false
	}
	initial, ok = placed(binary, *data, memories[0].Min*pageSize)
	if !ok {
		return nil, nil, false
	}
	end := data.Offset + data.Size
	stripped = slices.Clone(binary[:data.Header])
	if count != nil {
		// Code may name segments: each keeps its number and its bytes, which
		// memory.init can still copy, as wazero has it.
		stripped = append(stripped, byte(Data))
		passive := passiveSegments(binary, *data)
		stripped = appendU32(stripped, uint32(len(passive)))
		stripped = append(stripped, passive...)
	}
	return append(stripped, binary[end:]...), initial, true
}

func importsMemory(binary []byte, s Section) bool {
	var o Outline
	r := reader{data: binary[:s.Offset+s.Size], pos: s.Offset}
	o.imports(&r)
	return r.err != nil || slices.ContainsFunc(o.Imports, func(e ImportEntry) bool {
		return e.Kind == ImportMemory
	})
}

// placed lists what the active segments write to a memory of size bytes.
func placed(binary []byte, data Section, size uint64) ([]Placed, bool) {
	var list []Placed
	end := data.Offset
	for s, err := range Segments(binary, data) {
		if err != nil {
			return nil, false
		}
		end = s.End
		if !s.Active {
			continue
		}
		offset, ok := I32Const(s.Offset)
		at := uint64(uint32(offset))
		if !ok || s.Memory != 0 || at+uint64(len(s.Init)) > size {
			return nil, false
		}
		if len(s.Init) > 0 {
			list = append(list, Placed{at, s.Init})
		}
	}
	// What follows the segments would be lost, and its error with it.
	return list, end == data.Offset+data.Size || end == data.Offset && data.Size == 1
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

func appendU32(b []byte, v uint32) []byte {
	for v >= 0x80 {
		b = append(b, byte(v)|0x80)
		v >>= 7
	}
	return append(b, byte(v))
}
