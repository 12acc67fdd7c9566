package srcline

import "errors"

// lineTable is the line table of a compilation unit: DWARF 5, section 6.2. It
// reads the names of files when one is asked for.
type lineTable struct {
	version     int
	addressSize int
	minLength   uint64 // of an instruction
	isVLIW      uint64 // operations of an instruction; 1 for WebAssembly
	lineBase    int
	lineRange   int
	opcodeBase  byte
	lengths     []byte // arguments of the standard opcodes, from 1
	names       []byte // the tables of directories and files
	program     []byte
	compDir     string

	sections map[string][]byte
}

var errLineTable = errors.New("a line table that cannot be read")

// readLineTable reads the header of the table at an offset of .debug_line.
func readLineTable(sections map[string][]byte, offset int64) (*lineTable, error) {
	section := sections[".debug_line"]
	if offset < 0 || offset > int64(len(section)) {
		return nil, errLineTable
	}
	r := bytesReader{data: section[offset:]}
	r.data = r.bytes(uint64(r.u32()))
	t := &lineTable{version: int(r.u16()), addressSize: 4, isVLIW: 1, sections: sections}
	if t.version < 2 || t.version > 5 {
		return nil, errLineTable
	}
	if t.version >= 5 {
		t.addressSize = int(r.byte())
		r.byte() // size of a segment selector
	}
	header := bytesReader{data: r.bytes(uint64(r.u32()))}
	t.program = r.data
	t.minLength = uint64(header.byte())
	if t.version >= 4 {
		t.isVLIW = uint64(header.byte())
	}
	header.byte() // whether a row is a statement by default
	t.lineBase = int(int8(header.byte()))
	t.lineRange = int(header.byte())
	t.opcodeBase = header.byte()
	t.lengths = header.bytes(uint64(max(1, t.opcodeBase)) - 1)
	t.names = header.data
	if r.failed || header.failed || t.lineRange == 0 || t.isVLIW != 1 || t.opcodeBase == 0 {
		return nil, errLineTable
	}
	return t, nil
}

// row is a row of the table, without unused columns.
type row struct {
	address uint64
	file    int64 // number of the file
	line    int
}

// rows returns the row of each address: the last one at or before it, in a
// sequence that continues beyond it.
func (t *lineTable) rows(addresses []uint64) map[uint64]row {
	found := make(map[uint64]row)
	var before row
	var began, removed bool // of the sequence
	t.run(func(now row, end bool) {
		if !began {
			removed = isTombstone(now.address)
		} else if !removed {
			for _, a := range addresses {
				if before.address <= a && a < now.address && before.address >= found[a].address {
					found[a] = before
				}
			}
		}
		before, began = now, !end
	})
	return found
}

// isTombstone reports whether a linker gave the address to code that it removed.
func isTombstone(address uint64) bool {
	return address == 0 || uint32(address) >= 0xfffffffe
}

// run runs the line program. It calls emit with each row, and with the end of each
// sequence.
func (t *lineTable) run(emit func(now row, end bool)) {
	const (
		extended = iota
		copyRow
		advancePC
		advanceLine
		setFile
		setColumn
		negateStatement
		setBasicBlock
		constAddPC
		fixedAdvancePC
	)
	begin := row{file: 1, line: 1}
	now := begin
	r := bytesReader{data: t.program}
	for len(r.data) > 0 {
		opcode := r.byte()
		if opcode >= t.opcodeBase {
			special := int(opcode - t.opcodeBase)
			now.address += uint64(special/t.lineRange) * t.minLength
			now.line += t.lineBase + special%t.lineRange
			emit(now, false)
			continue
		}
		switch opcode {
		case extended:
			if t.extended(bytesReader{data: r.bytes(r.uleb())}, &now) {
				emit(now, true)
				now = begin
			}
		case copyRow:
			emit(now, false)
		case advancePC:
			now.address += r.uleb() * t.minLength
		case advanceLine:
			now.line += int(r.sleb())
		case setFile:
			now.file = int64(r.uleb())
		case constAddPC:
			now.address += uint64(int(255-t.opcodeBase)/t.lineRange) * t.minLength
		case fixedAdvancePC:
			now.address += uint64(r.u16())
		default: // that change nothing here
			for range t.lengths[opcode-1] {
				r.uleb()
			}
		}
		if r.failed {
			return
		}
	}
}

// extended runs an extended opcode. It reports whether that ends the sequence.
func (t *lineTable) extended(r bytesReader, now *row) bool {
	const endSequence, setAddress = 1, 2
	switch r.byte() {
	case endSequence:
		return !r.failed
	case setAddress:
		if t.addressSize == 8 {
			now.address = uint64(r.u32()) | uint64(r.u32())<<32
		} else {
			now.address = uint64(r.u32())
		}
	}
	return false
}
