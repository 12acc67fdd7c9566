package srcline

import (
	"bytes"
	"encoding/binary"
	"errors"
)

// Limits on the input of debug/dwarf. Real sections stay far below them.
const (
	maxUnits      = 1 << 17
	maxAbbrevs    = 8 << 20  // bytes; it makes some 20 bytes of each
	maxAttributes = 128      // of one entry
	maxString     = 64 << 10 // bytes; each attribute that names a string copies it
	maxRanges     = 32 << 20 // bytes of range lists; it makes 5 bytes of each
)

var errHostile = errors.New("DWARF beyond the limits")

// guard refuses sections from which debug/dwarf would allocate more than their own size
// times a small factor. It removes sections that are not needed to find lines.
func guard(s map[string][]byte) error {
	for _, name := range []string{".debug_str", ".debug_line_str"} {
		if longestString(s[name]) > maxString {
			delete(s, name)
		}
	}
	for _, name := range []string{".debug_ranges", ".debug_rnglists"} {
		if len(s[name]) > maxRanges {
			delete(s, name)
		}
	}
	if len(s[".debug_abbrev"]) > maxAbbrevs {
		return errHostile
	}
	return guardUnits(s[".debug_info"], s[".debug_abbrev"])
}

// longestString returns the length of the longest string, of those that end with
// a NUL byte.
func longestString(section []byte) int {
	longest := 0
	for len(section) > 0 {
		n := bytes.IndexByte(section, 0)
		if n < 0 {
			n = len(section) - 1
		}
		longest = max(longest, n)
		section = section[n+1:]
	}
	return longest
}

// guardUnits reads the headers of all units and checks the tables of
// abbreviations that they name. debug/dwarf keeps each table once; real ones do
// not overlap.
func guardUnits(info, abbrevs []byte) error {
	tables := make(map[uint32]bool)
	units, total := 0, 0
	for len(info) > 0 {
		const header = 4 + 2 + 4 + 1 // length, version, table, size of an address
		if len(info) < header {
			return errHostile
		}
		length := binary.LittleEndian.Uint32(info)
		if units++; units > maxUnits || uint64(length) > uint64(len(info)-4) || length < header-4 {
			return errHostile // or 64-bit DWARF, which no WebAssembly has
		}
		table := binary.LittleEndian.Uint32(info[6:])
		if version := binary.LittleEndian.Uint16(info[4:]); version >= 5 { // a type and the size come first
			if len(info) < header+1 {
				return errHostile
			}
			table = binary.LittleEndian.Uint32(info[8:])
		}
		info = info[4+length:]
		if tables[table] {
			continue
		}
		tables[table] = true
		if uint64(table) > uint64(len(abbrevs)) {
			return errHostile
		}
		n, err := abbrevTableSize(abbrevs[table:])
		if total += n; err != nil || total > len(abbrevs) {
			return errHostile
		}
	}
	return nil
}

// abbrevTableSize returns the size of a table of abbreviations.
func abbrevTableSize(section []byte) (int, error) {
	r := bytesReader{data: section}
	for r.uleb() != 0 { // the code of an abbreviation
		r.uleb() // its tag
		r.byte() // whether it has children
		for n := 0; ; n++ {
			const implicitConst = 0x21
			attribute, form := r.uleb(), r.uleb()
			if form == implicitConst {
				r.uleb()
			}
			if n > maxAttributes || r.failed {
				return 0, errHostile
			}
			if attribute == 0 && form == 0 {
				break
			}
		}
	}
	if r.failed {
		return 0, errHostile
	}
	return len(section) - len(r.data), nil
}
