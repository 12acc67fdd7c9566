package wasmbin

import "fmt"

// ImportKind is the kind of an import or an export.
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

// String returns the kind's name in the specification.
func (k ImportKind) String() string {
	if int(k) < len(importKinds) {
		return importKinds[k]
	}
	return "unknown"
}

// ImportEntry is one element of the import section.
type ImportEntry struct {
	Module, Name string
	Kind         ImportKind
	Type         uint32 // index of the type of a function or a tag
}

// imports reads the import section.
func (r *reader) imports() []ImportEntry {
	var all []ImportEntry
	for range r.count() {
		e := ImportEntry{Module: r.name(), Name: r.name(), Kind: ImportKind(r.byte())}
		r.seen.add(EncodedImport, uint32(e.Kind))
		switch e.Kind {
		case ImportFunction:
			e.Type = r.typeIndex()
		case ImportTable:
			r.valueType()
			r.limits()
		case ImportMemory:
			r.limits()
		case ImportGlobal:
			r.valueType()
			r.byte() // mutability
		case ImportTag:
			e.Type = r.tag()
		default:
			r.fail(fmt.Errorf("at offset %#x: unknown kind of import %d", r.pos, e.Kind))
		}
		if r.err != nil {
			return nil
		}
		all = append(all, e)
	}
	return all
}

// tag reads the type of a tag.
func (r *reader) tag() uint32 {
	r.byte() // attribute: 0, an exception
	return r.typeIndex()
}

// Imported returns the number of imports of a kind: the index space of that
// kind begins with them.
func (m *Module) Imported(kind ImportKind) uint32 {
	var n uint32
	for _, i := range m.Imports {
		if i.Kind == kind {
			n++
		}
	}
	return n
}
