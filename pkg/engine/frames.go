package engine

import (
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/tetratelabs/wazero/api"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/callstack"
	"github.com/wamr-go/wamr-go/pkg/engine/internal/srcline"
	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// Stack is the guest's calls that were in progress at a trap, or at a failure of
// the host. It is safe for concurrent use, and can be used after its module is
// closed. A nil Stack is empty.
type Stack struct {
	module *Module // nil if only wazero's text is known
	traced []tracedFrame
	calls  []callstack.Call // of the guest's frames, in order; nil if they are not known
	cut    bool

	once   sync.Once
	frames []memstat.Frame
}

// newStack returns the stack of a panic in a call of f, which is nil if wazero
// made the call itself. It is cheap: Frames does the work.
func newStack(m *Module, f api.Function, trace string) *Stack {
	s := &Stack{module: m}
	s.traced, s.cut = parseTrace(trace)
	if m != nil {
		s.traced = m.original(s.traced)
	}
	if f == nil || !m.runtime.compiles {
		return s
	}
	overflow := trace == "" // wazero reports no trace for it
	calls, more := callstack.Calls(f, overflow, maxFrames)
	calls = slices.DeleteFunc(calls, func(c callstack.Call) bool { return c.Function >= m.binary.Functions }) // that were added
	imported := m.binary.Imported(wasmbin.ImportFunction)
	if overflow {
		for _, c := range calls {
			s.traced = append(s.traced, tracedFrame{guest: true, index: imported + c.Function})
		}
		s.cut = more
	}
	for _, t := range s.traced {
		if !t.guest {
			continue
		}
		n := len(s.calls)
		if n == len(calls) || imported+calls[n].Function != t.index {
			s.calls = nil // this stack is not the one that wazero saw
			break
		}
		s.calls = calls[:n+1]
	}
	return s
}

// originalIndex returns the guest's index of a function in the running code, or false
// if the function was added.
func (m *Module) originalIndex(index uint32) (uint32, bool) {
	index, ok := m.plan.Original(index)
	if !ok {
		return 0, false
	}
	return m.heap.rewriting().Original(index)
}

// indexName is the name of a function without one.
func indexName(index uint32) string { return "$" + strconv.FormatUint(uint64(index), 10) }

// original replaces the indexes of the guest's frames by those of the guest's binary,
// and leaves out the functions that were added to it.
func (m *Module) original(traced []tracedFrame) []tracedFrame {
	kept := traced[:0]
	for _, t := range traced {
		if t.guest {
			index, ok := m.originalIndex(t.index)
			if !ok {
				continue
			}
			if index != t.index {
				_, signature, _ := strings.Cut(t.function, "(")
				t.function = indexName(index) + "(" + signature
			}
			t.index = index
		}
		kept = append(kept, t)
	}
	return kept
}

// Truncated reports whether Frames may lack outer calls: only 30 are recorded.
func (s *Stack) Truncated() bool { return s != nil && s.cut }

// Frames returns the calls, innermost first. The first use compiles the
// functions on the stack, and reads the DWARF of their compilation units if the
// module has DWARF. In a start section, and for code beyond 256 KiB of
// WebAssembly, the frames have functions only.
func (s *Stack) Frames() []memstat.Frame {
	if s == nil {
		return nil
	}
	s.once.Do(func() { s.frames = s.resolve() })
	return s.frames
}

func (s *Stack) resolve() []memstat.Frame {
	if s.module == nil {
		frames := make([]memstat.Frame, len(s.traced))
		for i, t := range s.traced {
			frames[i].Function = t.function
		}
		return frames
	}
	m := s.module
	if slices.ContainsFunc(s.traced, func(t tracedFrame) bool { return t.place > 0 }) {
		m.unmove(s.traced)
	} else {
		m.locate(s.traced, s.calls)
	}
	var indexes []uint32
	var places []uint64
	for _, t := range s.traced {
		if t.guest {
			indexes = append(indexes, t.index)
		}
		if t.place > 0 {
			places = append(places, t.place)
		}
	}
	names := m.names.Functions(indexes...)
	lines := srcline.Find(m.binary.DebugSections(), places)
	var frames []memstat.Frame
	for _, t := range s.traced {
		frames = append(frames, m.frames(t, names[t.index], lines[t.place])...)
	}
	return frames
}

// frames returns the frame of a call, after those of the calls that a compiler
// inlined into its function.
func (m *Module) frames(t tracedFrame, name string, lines []srcline.Line) []memstat.Frame {
	var frames []memstat.Frame
	own := memstat.Frame{Function: memstat.Clip(t.function)}
	for i, l := range lines {
		if i == len(lines)-1 {
			own.File, own.Line = memstat.Clip(l.File), l.Number
			if name == "" {
				name = l.Function
			}
			break
		}
		frames = append(frames, memstat.Frame{Function: memstat.Clip(l.Function), File: memstat.Clip(l.File), Line: l.Number})
	}
	if t.guest {
		if own.Function == "" {
			own.Function = m.functionText(t.index)
		}
		if name != "" {
			_, signature, _ := strings.Cut(own.Function, "(")
			own.Function = memstat.Clip(name) + "(" + memstat.Clip(signature)
		}
		own.WasmFunction = &t.index
	}
	if code, ok := m.binary.Section(wasmbin.SectionCode); ok && t.place > 0 {
		own.WasmOffset = uint64(code.Offset) + t.place
	}
	return append(frames, own)
}
