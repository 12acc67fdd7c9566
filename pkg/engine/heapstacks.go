package engine

import (
	"encoding/binary"
	"iter"
	"math"
	"slices"

	"github.com/tetratelabs/wazero/experimental"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/allocator"
	"github.com/wamr-go/wamr-go/pkg/engine/internal/srcline"
	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/guestheap"
)

// maxStacks bounds the stacks that are told apart, and so the memory that they
// take: all further ones share the last number, and have no frames.
const maxStacks = 1 << 20

// heapStacks numbers the stacks of a guest. It implements guestheap.Stacks.
type heapStacks struct {
	module   *Module
	callers  int // the most frames of a stack
	known    map[string]guestheap.StackID
	all      []string                      // frames by StackID, from 1: the index and the place of each
	last     []byte                        // the stack that was walked
	resolved int                           // how many of all have their frames in frames
	frames   map[heapFrame][]memstat.Frame // each after the calls that were inlined there
	original func(place uint64) uint64
	nearby   bool // a place without a line takes that of one soon after it
}

// heapFrame is a frame in heapStacks.all.
type heapFrame struct {
	function uint32 // its index in the guest
	place    uint32 // in the code section that was compiled
}

func (f heapFrame) append(stack []byte) []byte {
	stack = binary.LittleEndian.AppendUint32(stack, f.function)
	return binary.LittleEndian.AppendUint32(stack, f.place)
}

// frameBytes is the length of a frame in all.
const frameBytes = 8

// walk notes the frames of the guest's functions, innermost first. It leaves out
// those that were added, of which the innermost is a wrapper.
func (s *heapStacks) walk(it experimental.StackIterator) {
	s.last = s.module.walk(s.last[:0], it, s.callers)
}

// walk appends at most so many frames of the guest's functions, innermost first, in
// the form of heapStacks.all. It leaves out those that were added.
func (m *Module) walk(stack []byte, it experimental.StackIterator, most int) []byte {
	for n := 0; n < most && it.Next(); {
		f := it.Function()
		d := f.Definition()
		if d.GoFunction() != nil {
			continue
		}
		if index, ok := m.originalIndex(d.Index()); ok {
			stack = heapFrame{index, uint32(f.SourceOffsetForPC(it.ProgramCounter()))}.append(stack)
			n++
		}
	}
	return stack
}

// walked returns the number of the stack that was walked.
func (s *heapStacks) walked() guestheap.StackID { return s.number(string(s.last)) }

// number returns the number of a stack.
func (s *heapStacks) number(key string) guestheap.StackID {
	if id, ok := s.known[key]; ok {
		return id
	}
	if s.known == nil {
		s.known = make(map[string]guestheap.StackID)
	}
	if len(s.all) >= maxStacks {
		return maxStacks
	}
	if len(s.all) == maxStacks-1 {
		key = ""
	}
	s.all = append(s.all, key)
	s.known[key] = guestheap.StackID(len(s.all))
	return guestheap.StackID(len(s.all))
}

// key returns the frames of a stack, which are the same in each instance.
func (s *heapStacks) key(id guestheap.StackID) string {
	if id == 0 || int(id) > len(s.all) {
		return ""
	}
	return s.all[id-1]
}

// truncated says whether there were more stacks than are told apart.
func (s *heapStacks) truncated() bool { return len(s.all) >= maxStacks }

// Frames returns the frames of a stack.
func (s *heapStacks) Frames(id guestheap.StackID) []memstat.Frame {
	if id == 0 || int(id) > len(s.all) {
		return nil
	}
	if s.resolved < len(s.all) {
		s.resolve()
	}
	var frames []memstat.Frame
	for frame := range framesOf(s.all[id-1]) {
		places := s.frames[frame]
		frames = append(frames, places...)
		// __original_main is clang's name for a main without parameters, and libc's
		// for the function that calls a main with parameters.
		before := len(frames) - len(places) - 1
		if last := &frames[len(frames)-1]; last.Function == "__original_main" && (before < 0 || frames[before].Function != "__main_void") {
			last.Function = "main"
		}
	}
	return frames
}

// framesOf yields the frames of a stack.
func framesOf(stack string) iter.Seq[heapFrame] {
	return func(yield func(heapFrame) bool) {
		for b := []byte(stack); len(b) > 0; b = b[frameBytes:] {
			if !yield(heapFrame{binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[4:])}) {
				return
			}
		}
	}
}

// resolve finds the functions and the lines of all stacks that were not yet
// resolved, in one search.
func (s *heapStacks) resolve() {
	m := s.module
	if s.frames == nil {
		s.frames = make(map[heapFrame][]memstat.Frame)
		s.original = m.originalPlaces()
	}
	var added []heapFrame
	var places []uint64
	for _, stack := range s.all[s.resolved:] {
		for frame := range framesOf(stack) {
			if _, known := s.frames[frame]; !known {
				s.frames[frame] = nil
				added = append(added, frame)
				places = append(places, s.place(frame))
			}
		}
	}
	s.resolved = len(s.all)
	lines := srcline.Find(m.binary.DebugSections(), slices.DeleteFunc(slices.Clone(places), func(p uint64) bool { return p == 0 }))
	if s.nearby {
		nearLines(m.binary.DebugSections(), lines)
	}
	for i, frame := range added {
		found := lines[places[i]]
		frames := m.frames(tracedFrame{function: indexName(frame.function), guest: true, index: frame.function, place: places[i]}, "", found)
		frames[len(frames)-1].Function = memstat.Clip(s.nameOf(frame.function, found))
		s.frames[frame] = frames
	}
}

// place returns the place of a frame in the guest's code section, or 0.
func (s *heapStacks) place(f heapFrame) uint64 {
	if f.place == 0 || f.place == math.MaxUint32 {
		return 0
	}
	return s.original(uint64(f.place))
}

// nameOf returns the name of a function as its source spells it. lines are of a
// place in it.
func (s *heapStacks) nameOf(index uint32, lines []srcline.Line) string {
	for i, e := range s.module.importedFunctions() {
		if i == index {
			return e.Name
		}
	}
	switch name := s.module.functionNames()[index]; {
	case name == "__main_argc_argv": // clang's name for C's main
		return "main"
	case name != "":
		return allocator.Demangle(name)
	case len(lines) > 0 && lines[len(lines)-1].Function != "":
		return lines[len(lines)-1].Function
	default:
		return indexName(index)
	}
}
