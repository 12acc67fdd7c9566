package wasmbin

import (
	"cmp"
	"slices"
)

// Edit replaces the bytes of a binary between two offsets.
type Edit struct {
	From, To int
	With     []byte
}

// Apply returns a copy of the binary with the edits made, or the binary itself
// if there are none. The edits may come in any order, and must not overlap. An
// edit that only inserts comes before one that begins at the same place.
func Apply(binary []byte, edits ...Edit) []byte {
	if len(edits) == 0 {
		return binary
	}
	edits = slices.Clone(edits)
	slices.SortStableFunc(edits, func(a, b Edit) int { return cmp.Or(a.From-b.From, a.To-b.To) })
	size := len(binary)
	for _, e := range edits {
		size += len(e.With) - (e.To - e.From)
	}
	edited := make([]byte, 0, size)
	from := 0
	for _, e := range edits {
		edited = append(append(edited, binary[from:e.From]...), e.With...)
		from = e.To
	}
	return append(edited, binary[from:]...)
}

// AppendSection appends a section with its header.
func AppendSection(b []byte, id ID, content []byte) []byte {
	return append(AppendU32(append(b, byte(id)), uint32(len(content))), content...)
}

// AppendVector returns the edit that appends n elements, whose bytes are
// elements, to a section that is a vector. content is the section's content,
// changed by other edits, or nil.
func (m *Module) AppendVector(s Section, content []byte, n uint32, elements []byte) Edit {
	if content == nil {
		content = s.Content(m.Binary)
	}
	r := reader{data: content}
	all := AppendU32(make([]byte, 0, len(content)+len(elements)+1), r.count()+n)
	all = append(append(all, content[r.pos:]...), elements...)
	return Edit{s.Header, s.End(), AppendSection(nil, s.ID, all)}
}

// AppendU32 appends an unsigned number in LEB128, in its shortest form.
func AppendU32(b []byte, v uint32) []byte {
	for v >= 0x80 {
		b = append(b, byte(v)|0x80)
		v >>= 7
	}
	return append(b, byte(v))
}

// AppendS64 appends a signed number in LEB128, in its shortest form.
func AppendS64(b []byte, v int64) []byte {
	for v < -0x40 || v >= 0x40 {
		b = append(b, byte(v)|0x80)
		v >>= 7
	}
	return append(b, byte(v)&0x7f)
}
