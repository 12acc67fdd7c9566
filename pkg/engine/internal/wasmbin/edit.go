package wasmbin

import "slices"

// Edit has bytes in place of those of a binary between two offsets.
type Edit struct {
	From, To int
	With     []byte
}

// Apply returns the binary with edits made, whose places must not overlap. It
// does not change the binary; without edits it returns that.
func Apply(binary []byte, edits ...Edit) []byte {
	if len(edits) == 0 {
		return binary
	}
	edits = slices.SortedFunc(slices.Values(edits), func(a, b Edit) int { return a.From - b.From })
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

func appendSection(b []byte, id ID, content []byte) []byte {
	return append(appendU32(append(b, byte(id)), uint32(len(content))), content...)
}

func appendU32(b []byte, v uint32) []byte {
	for v >= 0x80 {
		b = append(b, byte(v)|0x80)
		v >>= 7
	}
	return append(b, byte(v))
}
