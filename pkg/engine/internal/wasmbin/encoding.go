package wasmbin

// Encoding is a number of the binary format that identifies a proposal.
type Encoding struct {
	Kind  EncodingKind
	Value uint32
}

// EncodingKind is the kind of an Encoding's number.
type EncodingKind uint8

// The kinds of encodings.
const (
	EncodedSection     EncodingKind = iota // id of a section
	EncodedImport                          // kind of an import
	EncodedTypeForm                        // first byte of a type
	EncodedValueType                       // first byte of a value type, or a heap type's byte
	EncodedLimits                          // flags of a memory or a table
	EncodedMemories                        // number of memories, imported ones included
	EncodedInstruction                     // opcode; after a prefix, the prefix << 16 and the number
)

// Encodings returns the encodings in a binary, each once in any order. It reads
// as much as it can: in a section or a function it stops at the first unknown
// part. unknown are the instructions at which functions stopped.
func Encodings(binary []byte) (all, unknown []Encoding) {
	sections, err := readSections(binary)
	if err != nil {
		return nil, nil
	}
	seen := make(encodings)
	m := &Module{Binary: binary, Sections: sections, seen: seen}
	memories := uint32(0)
	for _, s := range sections {
		seen.add(EncodedSection, uint32(s.ID))
		r := s.reader(binary)
		r.seen = seen
		switch s.ID {
		case SectionImport:
			m.Imports = r.imports()
			memories += m.Imported(ImportMemory)
		case SectionMemory:
			memories += m.Count(s)
			for range r.count() {
				r.limits()
			}
		}
	}
	seen.add(EncodedMemories, memories)
	// The errors mark unknown parts, where a section stopped.
	_, _ = m.Types()
	_, _ = m.Tables()
	_, _ = m.Globals()
	_, _ = m.Elements()
	for body, err := range m.FunctionBodies() {
		if err != nil {
			break
		}
		in, _ := m.Instructions(body)
		for in.Next() {
			seen.add(EncodedInstruction, m.opcode(in.Start))
		}
		if in.Err() != nil {
			e := Encoding{EncodedInstruction, m.opcode(in.Start)}
			seen.add(e.Kind, e.Value)
			unknown = append(unknown, e)
		}
	}
	for e := range seen {
		all = append(all, e)
	}
	return all, unknown
}

// encodings is a set of encodings.
type encodings map[Encoding]struct{}

func (e encodings) add(kind EncodingKind, value uint32) {
	if e != nil {
		e[Encoding{kind, value}] = struct{}{}
	}
}

// opcode returns the instruction at an offset, as an Encoding has it.
func (m *Module) opcode(offset int) uint32 {
	const firstPrefix, lastPrefix = 0xfb, prefixAtomic
	r := reader{data: m.Binary, pos: offset}
	op := uint32(r.byte())
	if op >= firstPrefix && op <= lastPrefix {
		op = op<<16 | r.u32()
	}
	return op
}
