package engine

import (
	"debug/dwarf"
	"slices"
	"sync"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/instrument"
	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// wazero tells the offset of a frame's code only with a line of DWARF, which it
// looks for in a time that grows with the debug information, for proc_exit too.
// And in rewritten code all offsets have moved. So wazero gets debug information
// of one line, "?:1", for all code, and tells the offset with it. The guest's own
// debug information is read here, once there is a trap.

// dwarfMarks are the sections of that information, of DWARF version 4 and, for
// the lines, 2. All offsets from 1 on are in one unit and one line.
var dwarfMarks = [...]struct{ name, content string }{
	{".debug_abbrev", "\x01\x11\x00\x10\x17\x11\x01\x12\x06\x00\x00\x00"}, // compile unit without children: stmt_list, low_pc, high_pc
	{".debug_info", "\x14\x00\x00\x00\x04\x00\x00\x00\x00\x00\x04\x01\x00\x00\x00\x00\x01\x00\x00\x00\xf0\xff\xff\xff"},
	{".debug_line", "\x2f\x00\x00\x00\x02\x00\x18\x00\x00\x00\x01\x01\xfb\x0e\x0d\x00\x01\x01\x01\x01\x00\x00\x00\x01\x00\x00\x01" +
		"\x00?\x00\x00\x00\x00\x00" + // no directories, one file
		"\x00\x05\x02\x01\x00\x00\x00\x01\x02\xf0\xff\xff\xff\x0f\x00\x01\x01"}, // address 1, a row, advance, end
}

// markDebug returns the edits after which wazero tells offsets, and the debug
// information that they remove. Unless always is set, there are no edits for a
// module without any.
func markDebug(m *wasmbin.Module, always bool) ([]wasmbin.Edit, map[string][]byte) {
	edits, contents := m.DropDebug()
	if contents[".debug_info"] == nil && !always {
		return nil, nil
	}
	var marks []byte
	for _, s := range dwarfMarks {
		marks = wasmbin.AppendCustom(marks, s.name, []byte(s.content))
	}
	end := len(m.Binary)
	return append(edits, wasmbin.Edit{From: end, To: end, With: marks}), contents
}

// sourceLines finds the lines of a module. The zero sourceLines knows none. It is
// safe for concurrent use.
type sourceLines struct {
	sections map[string][]byte // of debug information
	heap     *instrument.Heap
	plan     *instrument.Plan

	moved  sync.Once
	passes []*instrument.Offsets // the last pass first; nil if that failed
	once   sync.Once
	data   *dwarf.Data
	mu     sync.Mutex // dwarf.Data keeps what it has read
}

// frames returns the places of an instruction, each a frame without a function:
// that of the instruction, and those of the calls that were inlined around it,
// innermost first.
func (s *sourceLines) frames(offset uint64) (frames []memstat.Frame) {
	if s == nil || s.sections == nil {
		return nil
	}
	defer func() {
		if recover() != nil { // debug information is the guest's, and may be anything
			frames = nil
		}
	}()
	s.once.Do(s.read)
	original, ok := s.original(offset)
	if s.data == nil || !ok {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.places(original)
}

// original returns the offset that an instruction has in the guest's code section.
func (s *sourceLines) original(offset uint64) (uint64, bool) {
	if s == nil {
		return 0, false
	}
	s.moved.Do(func() {
		last, err := s.plan.Offsets()
		first, err2 := s.heap.Offsets()
		if err == nil && err2 == nil {
			s.passes = []*instrument.Offsets{last, first}
		}
	})
	for _, o := range s.passes {
		offset = o.Original(offset)
	}
	return offset, s.passes != nil
}

// read reads the debug information, which stays nil where that fails.
func (s *sourceLines) read() {
	d := s.sections
	data, err := dwarf.New(d[".debug_abbrev"], nil, nil, d[".debug_info"], d[".debug_line"], nil, d[".debug_ranges"], d[".debug_str"])
	if err != nil {
		return
	}
	for _, name := range [...]string{".debug_addr", ".debug_line_str", ".debug_str_offsets", ".debug_rnglists"} { // of version 5
		if d[name] != nil && data.AddSection(name, d[name]) != nil {
			return
		}
	}
	s.data = data
}

// places looks an offset of the original code up.
func (s *sourceLines) places(offset uint64) []memstat.Frame {
	r := s.data.Reader()
	for {
		unit, err := r.Next()
		if err != nil || unit == nil {
			return nil
		}
		if unit.Tag != dwarf.TagCompileUnit || !s.covers(unit, offset) {
			r.SkipChildren()
			continue
		}
		files, row := s.row(unit, offset)
		if row == nil || row.File == nil {
			return nil
		}
		frames := []memstat.Frame{{File: row.File.Name, Line: row.Line}}
		for _, call := range s.inlined(r, unit, offset) {
			file, _ := call.Val(dwarf.AttrCallFile).(int64)
			line, _ := call.Val(dwarf.AttrCallLine).(int64)
			f := memstat.Frame{Line: int(line)}
			if file >= 0 && file < int64(len(files)) && files[file] != nil {
				f.File = files[file].Name
			}
			frames = append(frames, f)
		}
		return frames
	}
}

// covers says whether an entry's code has an offset in it. A linker that removes
// code leaves -1, -2 or 0 in place of its address.
func (s *sourceLines) covers(e *dwarf.Entry, offset uint64) bool {
	ranges, err := s.data.Ranges(e)
	return err == nil && slices.ContainsFunc(ranges, func(r [2]uint64) bool {
		removed := uint32(r[0])+2 <= 2
		return !removed && r[0] <= offset && offset < r[1]
	})
}

// row returns the row of the line table that an offset is in, and the files. Not
// all compilers write the rows in order.
func (s *sourceLines) row(unit *dwarf.Entry, offset uint64) ([]*dwarf.LineFile, *dwarf.LineEntry) {
	lines, err := s.data.LineReader(unit)
	if err != nil || lines == nil {
		return nil, nil
	}
	var best *dwarf.LineEntry
	for {
		var e dwarf.LineEntry
		if lines.Next(&e) != nil {
			return lines.Files(), best
		}
		if e.Address <= offset && !e.EndSequence && (best == nil || e.Address >= best.Address) {
			best = &e
		}
	}
}

// inlined returns the inlined calls around an offset, innermost first. The reader
// is within the unit.
func (s *sourceLines) inlined(r *dwarf.Reader, unit *dwarf.Entry, offset uint64) []*dwarf.Entry {
	var calls []*dwarf.Entry
	if !unit.Children {
		return nil
	}
	for depth := 1; depth > 0; {
		e, err := r.Next()
		if err != nil || e == nil {
			break
		}
		switch {
		case e.Tag == 0:
			depth--
			continue
		case e.Tag == dwarf.TagInlinedSubroutine && s.covers(e, offset):
			calls = append(calls, e)
		case e.Tag == dwarf.TagSubprogram && !s.covers(e, offset):
			r.SkipChildren()
			continue
		}
		if e.Children {
			depth++
		}
	}
	slices.Reverse(calls)
	return calls
}
