package wasmbin

// hollowBody is a function without locals that traps, which is valid for any
// type: its length, no locals, unreachable, end.
var hollowBody = []byte{3, 0, 0x00, opEnd}

// Hollow returns what makes a binary hollow: a trap in place of each function's
// code, and at the end a custom section of the given name with the key. It
// takes next to no time to decode and to validate a hollow, which stands for
// the binary where the code is had by other means. The edits are nil for a
// binary that cannot be read.
func Hollow(binary []byte, name string, key []byte) []Edit {
	var edits []Edit
	for s, err := range Sections(binary) {
		if err != nil {
			return nil
		}
		if s.ID != Code {
			continue
		}
		r := reader{data: binary[:s.Offset+s.Size], pos: s.Offset}
		n := r.count()
		if r.err != nil {
			return nil
		}
		bodies := appendU32(nil, n)
		for range n {
			bodies = append(bodies, hollowBody...)
		}
		edits = append(edits, Edit{s.Header, s.Offset + s.Size, appendSection(nil, Code, bodies)})
	}
	content := append(appendU32(nil, uint32(len(name))), name...)
	end := Edit{len(binary), len(binary), appendSection(nil, Custom, append(content, key...))}
	return append(edits, end)
}
