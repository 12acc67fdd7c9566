package engine

import (
	"encoding/binary"
	"math"

	"github.com/tetratelabs/wazero/experimental"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/allocator"
	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/guestheap"
)

// maxStacks bounds the stacks that are told apart, and so the memory that they
// take: all further ones share the last number, and have no frames.
const maxStacks = 1 << 20

// heapStacks numbers the stacks of a guest. It implements guestheap.Stacks.
type heapStacks struct {
	functions functionTable
	code      uint64 // offset of the guest's code section in its binary
	callers   int    // the most frames of a stack
	known     map[string]guestheap.StackID
	all       []string // frames by StackID, from 1: the index and the offset of each
	last      []byte   // the stack that was walked
	resolved  map[[2]uint32][]memstat.Frame
	names     func() map[uint32]string // of all functions, by index
}

// frameBytes is the length of a frame in all.
const frameBytes = 8

// walk notes the frames of the guest's functions, innermost first. It leaves out
// those that were added, of which the innermost is a wrapper.
func (s *heapStacks) walk(it experimental.StackIterator) {
	s.last = s.last[:0]
	for it.Next() && len(s.last) < s.callers*frameBytes {
		f := it.Function()
		d := f.Definition()
		if d.GoFunction() != nil {
			continue
		}
		index, ok := s.functions.originalIndex(d.Index())
		if !ok {
			continue
		}
		s.last = binary.LittleEndian.AppendUint32(s.last, index)
		s.last = binary.LittleEndian.AppendUint32(s.last, uint32(f.SourceOffsetForPC(it.ProgramCounter())))
	}
}

// walked returns the number of the stack that was walked.
func (s *heapStacks) walked() guestheap.StackID {
	if id, ok := s.known[string(s.last)]; ok {
		return id
	}
	if s.known == nil {
		s.known = make(map[string]guestheap.StackID)
	}
	if len(s.all) >= maxStacks {
		return maxStacks
	}
	key := string(s.last)
	if len(s.all) == maxStacks-1 {
		key = ""
	}
	s.all = append(s.all, key)
	s.known[key] = guestheap.StackID(len(s.all))
	return guestheap.StackID(len(s.all))
}

// truncated says whether there were more stacks than are told apart.
func (s *heapStacks) truncated() bool { return len(s.all) >= maxStacks }

// Frames returns the frames of a stack.
func (s *heapStacks) Frames(id guestheap.StackID) []memstat.Frame {
	if id == 0 || int(id) > len(s.all) {
		return nil
	}
	var frames []memstat.Frame
	for stack := s.all[id-1]; stack != ""; stack = stack[frameBytes:] {
		frame := [2]uint32{binary.LittleEndian.Uint32([]byte(stack[:4])), binary.LittleEndian.Uint32([]byte(stack[4:8]))}
		if s.resolved == nil {
			s.resolved = make(map[[2]uint32][]memstat.Frame)
		}
		places, known := s.resolved[frame]
		if !known {
			places = s.resolve(frame[0], uint64(frame[1]))
			s.resolved[frame] = places
		}
		// So clang calls a main without parameters, and libc what calls one with.
		if last := &places[len(places)-1]; last.Function == "__original_main" && (len(frames) == 0 || frames[len(frames)-1].Function != "__main_void") {
			frames = append(frames, places...)
			frames[len(frames)-1].Function = "main"
			continue
		}
		frames = append(frames, places...)
	}
	return frames
}

// resolve returns the frame of a call in a function, and before it those of the
// calls that were inlined there.
func (s *heapStacks) resolve(index uint32, offset uint64) []memstat.Frame {
	f := memstat.Frame{Function: s.nameOf(index), WasmFunction: &index}
	if offset > 0 && offset <= math.MaxUint32 {
		if original, ok := s.functions.lines.original(offset); ok {
			f.WasmOffset = s.code + original
		}
	}
	frames := s.functions.lines.frames(offset)
	if len(frames) == 0 {
		return []memstat.Frame{f}
	}
	last := &frames[len(frames)-1]
	f.File, f.Line = last.File, last.Line
	*last = f
	return frames
}

// nameOf returns the name of a function as its source spells it.
func (s *heapStacks) nameOf(index uint32) string {
	switch name := s.names()[index]; name {
	case "":
		return indexName(index)
	case "__main_argc_argv": // clang's name for C's main
		return "main"
	default:
		return allocator.Demangle(name)
	}
}
