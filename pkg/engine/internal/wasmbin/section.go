package wasmbin

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
)

// ID is the number of a section.
type ID byte

// The sections of the core specification, and of the exception-handling
// proposal (tag).
const (
	Custom ID = iota
	Type
	Import
	Function
	Table
	Memory
	Global
	Export
	Start
	Element
	Code
	Data
	DataCount
	Tag
)

var names = [...]string{"custom", "type", "import", "function", "table", "memory", "global",
	"export", "start", "element", "code", "data", "data count", "tag"}

func (id ID) String() string {
	if int(id) < len(names) {
		return names[id]
	}
	return fmt.Sprintf("section %d", byte(id))
}

// HeaderSize is the length of the magic number and the version.
const HeaderSize = 8

var (
	magic     = []byte("\x00asm")
	module    = []byte{1, 0, 0, 0}
	component = []byte{0x0d, 0, 1, 0}
)

// What a header can say of the bytes that it begins.
var (
	ErrNotWasm   = errors.New("no WebAssembly magic number")
	ErrComponent = errors.New("a component, not a module")
	ErrVersion   = errors.New("unknown version")
)

// CheckHeader returns nil for a core module of version 1, else one of ErrNotWasm,
// ErrTruncated, ErrComponent or ErrVersion.
func CheckHeader(binary []byte) error {
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
	case bytes.Equal(version[2:], component[2:]): // the layer is what tells; versions were counted up before 1.0
		return ErrComponent
	default:
		return ErrVersion
	}
}

// Section is the place of a section's content in the binary.
type Section struct {
	ID     ID
	Header int // offset of the section's id byte
	Offset int // offset of its content
	Size   int // length of its content
}

// Content returns the section's bytes, without a copy.
func (s Section) Content(binary []byte) []byte { return binary[s.Offset : s.Offset+s.Size] }

// Sections iterates over the sections of a binary with a valid header, in file
// order. An error ends the iteration.
func Sections(binary []byte) iter.Seq2[Section, error] {
	return func(yield func(Section, error) bool) {
		if err := CheckHeader(binary); err != nil {
			yield(Section{}, err)
			return
		}
		r := reader{data: binary, pos: HeaderSize}
		for !r.done() {
			s := Section{Header: r.pos}
			s.ID = ID(r.byte())
			size := r.u32()
			s.Offset, s.Size = r.pos, int(size)
			r.bytes(size)
			if r.err != nil {
				yield(Section{}, fmt.Errorf("%s section at offset %#x: %w", s.ID, s.Header, r.err))
				return
			}
			if !yield(s, nil) {
				return
			}
		}
	}
}
