package wasmbin

import "fmt"

// Limits are the limits of a memory, in pages of 64 KiB, or of a table.
type Limits struct {
	Min, Max uint64
	HasMax   bool
	Shared   bool
	Wide     bool // 64 bits wide, by the memory64 proposal
}

// ImportKind is what an import stands for.
type ImportKind byte

// The kinds, by their number in the binary format.
const (
	ImportFunction ImportKind = iota
	ImportTable
	ImportMemory
	ImportGlobal
	ImportTag
)

var importKinds = [...]string{"function", "table", "memory", "global", "tag"}

func (k ImportKind) String() string {
	if int(k) < len(importKinds) {
		return importKinds[k]
	}
	return "unknown"
}

// ImportEntry is one row of the import section.
type ImportEntry struct {
	Module, Name string
	Kind         ImportKind
}

// Outline is what a binary says of itself.
type Outline struct {
	Imports   []ImportEntry
	Functions uint32   // that the module defines
	Memories  []Limits // that the module defines
	DataBytes uint64   // sum of the data segments
}

// Read returns the outline of a binary.
func Read(binary []byte) (*Outline, error) {
	o := new(Outline)
	for s, err := range Sections(binary) {
		if err != nil {
			return nil, err
		}
		r := reader{data: binary[:s.Offset+s.Size], pos: s.Offset}
		switch s.ID {
		case Import:
			o.imports(&r)
		case Function:
			o.Functions = r.count()
		case Memory:
			for range r.count() {
				o.Memories = append(o.Memories, r.limits())
			}
		case Data:
			for segment, err := range Segments(binary, s) {
				if err != nil {
					return nil, err
				}
				o.DataBytes += uint64(len(segment.Init))
			}
		case Type, Table, Global, Export, Element, Code, Tag:
			r.count() // wazero makes room for as many as a section announces
		}
		if r.err != nil {
			return nil, fmt.Errorf("%s section: %w", s.ID, r.err)
		}
	}
	return o, nil
}

// count reads the length of a vector, each of whose elements has at least one
// byte, so that a wrong length cannot make anybody loop for long.
func (r *reader) count() uint32 {
	n := r.u32()
	if uint64(n) > uint64(len(r.data)-r.pos) {
		r.fail(ErrTruncated)
		return 0
	}
	return n
}

func (o *Outline) imports(r *reader) {
	for range r.count() {
		e := ImportEntry{Module: r.name(), Name: r.name(), Kind: ImportKind(r.byte())}
		switch e.Kind {
		case ImportFunction:
			r.u32()
		case ImportTable:
			r.refType()
			r.limits()
		case ImportMemory:
			r.limits()
		case ImportGlobal:
			r.refType()
			r.byte() // mutability
		case ImportTag:
			r.byte() // attribute
			r.u32()
		default:
			r.fail(fmt.Errorf("at offset %#x: unknown kind of import %d", r.pos, e.Kind))
		}
		if r.err != nil {
			return
		}
		o.Imports = append(o.Imports, e)
	}
}

// refType reads a value type. Of reference types, those of the proposal on
// typed function references have a heap type after them.
func (r *reader) refType() {
	const ref, refNull = 0x64, 0x63
	if t := r.byte(); t == ref || t == refNull {
		r.s64()
	}
}
