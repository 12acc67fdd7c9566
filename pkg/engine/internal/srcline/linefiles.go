package srcline

import (
	"math"
	"path"
)

// file returns the name of a file, with its directory; "" for an unknown one.
func (t *lineTable) file(number int64) string {
	const longest = 4096
	if number < 0 {
		return ""
	}
	var name, dir []byte
	if t.version >= 5 {
		name, dir = t.file5(uint64(number))
	} else {
		name, dir = t.file4(uint64(number))
	}
	if len(name) == 0 || len(name)+len(dir)+len(t.compDir) > longest {
		return ""
	}
	file := string(name)
	for _, parent := range []string{string(dir), t.compDir} {
		if isAbsolute(file) || parent == "" {
			continue
		}
		file = path.Join(parent, file)
	}
	return file
}

// isAbsolute recognizes the absolute paths of all systems.
func isAbsolute(file string) bool {
	return file[0] == '/' || file[0] == '\\' || len(file) > 1 && file[1] == ':'
}

// file4 finds a file in the tables of versions 2 to 4: directories, and then
// files, which are counted from 1. Directory 0 is that of the compilation.
func (t *lineTable) file4(number uint64) (name, dir []byte) {
	r := bytesReader{data: t.names}
	directories := r.data
	for len(r.text()) > 0 {
	}
	directory := uint64(0)
	for range number {
		if name = r.text(); len(name) == 0 {
			return nil, nil
		}
		directory = r.uleb()
		r.uleb() // time of modification
		r.uleb() // size
	}
	r = bytesReader{data: directories}
	for range directory {
		if dir = r.text(); len(dir) == 0 {
			break
		}
	}
	return name, dir
}

// file5 finds a file in the tables of version 5: directories and files, which are
// counted from 0. Directory 0 is that of the compilation.
func (t *lineTable) file5(number uint64) (name, dir []byte) {
	r := bytesReader{data: t.names}
	directories := r
	const none = math.MaxUint64
	t.entry(&r, none)
	name, directory := t.entry(&r, number)
	dir, _ = t.entry(&directories, directory)
	return name, dir
}

// The contents and the forms of entries: DWARF 5, sections 6.2.4.1 and 7.5.5.
const (
	contentPath      = 1
	contentDirectory = 2

	formData2    = 0x05
	formData4    = 0x06
	formData8    = 0x07
	formString   = 0x08
	formBlock    = 0x09
	formData1    = 0x0b
	formStrp     = 0x0e
	formUdata    = 0x0f
	formData16   = 0x1e
	formLineStrp = 0x1f
)

// entry reads a table, which first describes the parts of its entries, and returns the
// entry of that number.
func (t *lineTable) entry(r *bytesReader, number uint64) (name []byte, directory uint64) {
	type part struct{ content, form uint64 }
	parts := make([]part, r.byte())
	for i := range parts {
		parts[i] = part{r.uleb(), r.uleb()}
	}
	count := r.uleb()
	if len(parts) == 0 {
		return nil, 0
	}
	for i := uint64(0); i < count && !r.failed; i++ {
		for _, p := range parts {
			text, value := t.value(r, p.form)
			switch {
			case i != number:
			case p.content == contentPath:
				name = text
			case p.content == contentDirectory:
				directory = value
			}
		}
	}
	return name, directory
}

// value reads a value, which is a text or a number. Each has at least one byte.
func (t *lineTable) value(r *bytesReader, form uint64) (text []byte, number uint64) {
	switch form {
	case formString:
		return r.text(), 0
	case formLineStrp:
		return stringAt(t.sections[".debug_line_str"], r.u32()), 0
	case formStrp:
		return stringAt(t.sections[".debug_str"], r.u32()), 0
	case formUdata:
		return nil, r.uleb()
	case formData1:
		return nil, uint64(r.byte())
	case formData2:
		return nil, uint64(r.u16())
	case formData4:
		return nil, uint64(r.u32())
	case formData8:
		r.bytes(8)
	case formData16:
		r.bytes(16)
	case formBlock:
		r.bytes(r.uleb())
	default:
		r.data, r.failed = nil, true
	}
	return nil, 0
}

func stringAt(section []byte, offset uint32) []byte {
	if uint64(offset) > uint64(len(section)) {
		return nil
	}
	r := bytesReader{data: section[offset:]}
	return r.text()
}
