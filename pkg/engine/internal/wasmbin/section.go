package wasmbin

import (
	"bytes"
	"errors"
	"fmt"
)

// ID is the number of a section.
type ID byte

// The sections of the core specification, and that of the exception-handling
// proposal (tag).
const (
	SectionCustom ID = iota
	SectionType
	SectionImport
	SectionFunction
	SectionTable
	SectionMemory
	SectionGlobal
	SectionExport
	SectionStart
	SectionElement
	SectionCode
	SectionData
	SectionDataCount
	SectionTag
)

var sectionNames = [...]string{"custom", "type", "import", "function", "table", "memory", "global",
	"export", "start", "element", "code", "data", "data count", "tag"}

// String returns the section's name in the specification.
func (id ID) String() string {
	if int(id) < len(sectionNames) {
		return sectionNames[id]
	}
	return fmt.Sprintf("section %d", byte(id))
}

// isVector reports whether the section's content is a vector, which begins with
// the number of its elements.
func (id ID) isVector() bool {
	switch id {
	case SectionType, SectionImport, SectionFunction, SectionTable, SectionMemory, SectionGlobal,
		SectionExport, SectionElement, SectionCode, SectionData, SectionTag:
		return true
	default:
		return false
	}
}

// HeaderSize is the length of the magic number and the version, in bytes.
const HeaderSize = 8

var (
	magic     = []byte("\x00asm")
	module    = []byte{1, 0, 0, 0}
	component = []byte{0x0d, 0, 1, 0}
)

// The errors of a header.
var (
	ErrNotWasm   = errors.New("no WebAssembly magic number")
	ErrComponent = errors.New("a component, not a module")
	ErrVersion   = errors.New("unknown version")
)

// checkHeader returns nil if binary begins with the header of a core module of
// version 1, else one of ErrNotWasm, ErrTruncated, ErrComponent or ErrVersion.
func checkHeader(binary []byte) error {
	n := min(len(binary), len(magic))
	switch {
	case n == 0 || !bytes.Equal(binary[:n], magic[:n]):
		return ErrNotWasm
	case len(binary) < HeaderSize:
		return ErrTruncated
	}
	switch version := binary[len(magic):HeaderSize]; {
	case bytes.Equal(version, module):
		return nil
	case bytes.Equal(version[2:], component[2:]): // the layer decides: the version changed before 1.0
		return ErrComponent
	default:
		return ErrVersion
	}
}

// Section is the place of a section in a binary.
type Section struct {
	ID     ID
	Header int // offset of the section's id byte
	Offset int // offset of its content
	Size   int // length of its content
}

// End returns the offset after the section.
func (s Section) End() int { return s.Offset + s.Size }

// Content returns the section's bytes, without a copy.
func (s Section) Content(binary []byte) []byte { return binary[s.Offset:s.End()] }

// reader returns a reader of the section's content, whose positions are offsets
// in the binary.
func (s Section) reader(binary []byte) reader {
	return reader{data: binary[:s.End()], pos: s.Offset}
}

// readSections returns the sections of a binary in file order.
func readSections(binary []byte) ([]Section, error) {
	if err := checkHeader(binary); err != nil {
		return nil, err
	}
	var sections []Section
	r := reader{data: binary, pos: HeaderSize}
	for !r.done() {
		s := Section{Header: r.pos}
		s.ID = ID(r.byte())
		size := r.u32()
		s.Offset, s.Size = r.pos, int(size)
		r.bytes(size)
		if r.err != nil {
			return nil, fmt.Errorf("%s section at offset %#x: %w", s.ID, s.Header, r.err)
		}
		sections = append(sections, s)
	}
	return sections, nil
}
