package engine

import (
	"errors"
	"strconv"
	"strings"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/instrument"
	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// wazero tells the stack of a trap only in the text of an error, in which the
// names of functions stand as the guest chose them: a line break in a name
// would make frames of its own. So wazero never sees a name. The engine removes
// the name sections before it compiles, wazero calls each function by its
// index, and the index is looked up here; so are source lines.
//
// The formats are those of wazero v1.12.0's internal/wasmdebug.
const (
	traceHead   = "\nwasm stack trace:\n\t"
	goStackHead = "\n\nGo runtime stack trace:\n"
	trapHead    = "wasm error: "
	panicTail   = " (recovered by wazero)"
	traceCut    = "... maybe followed by omitted frames"
	// guestFrame begins the frame of a guest's function: no module name, and
	// the index in place of the function's name.
	guestFrame = ".$"
)

// hide returns the edits after which wazero's stacks can be trusted, and what
// they hide. With always, wazero tells offsets of a module without debug
// information too.
func hide(m *wasmbin.Module, debugInfo, always bool) ([]wasmbin.Edit, functionTable) {
	edits, names := m.DropNames()
	if !debugInfo {
		return edits, functionTable{names: names}
	}
	marks, debug := markDebug(m, always)
	return append(edits, marks...), functionTable{names: names, lines: &sourceLines{sections: debug}}
}

// panicText is the text of an error that wazero made of a panic, in its parts.
type panicText struct {
	message   string
	trace     string // one line a frame
	goStack   string
	recovered bool  // from a host function, and not a trap
	cause     error // that the host panicked with
}

// unwrapPanic takes an error of wazero apart. The message is the text of the
// error that is wrapped in it, so that nothing in the message can pass for the
// stack.
func unwrapPanic(err error) panicText {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			break
		}
		message, text := inner.Error(), err.Error()
		if trace, ok := strings.CutPrefix(text, trapHead+message+traceHead); ok {
			return panicText{message: message, trace: trace}
		}
		if trace, ok := strings.CutPrefix(text, message+panicTail+traceHead); ok {
			trace, goStack, _ := strings.Cut(trace, goStackHead)
			return panicText{message, trace, goStack, true, inner}
		}
		err = inner
	}
	// A stack overflow has no trace, and the panic of a host function with a
	// value that is no error is all in one text.
	message, trace, ok := strings.Cut(err.Error(), panicTail+traceHead)
	return panicText{message: message, trace: trace, recovered: ok}
}

// tracedFrame is a frame as wazero names it.
type tracedFrame struct {
	memstat.Frame
	index uint32 // of the guest's function
	guest bool
}

// functionTable knows the functions of a guest by their index in the code that
// runs.
type functionTable struct {
	names wasmbin.Names    // by index in the guest
	heap  *instrument.Heap // by which the code was rewritten first
	plan  *instrument.Plan // by which it was rewritten then
	lines *sourceLines     // nil where nobody asks for them
}

// parseStack reads the frames of a trace, and whether it was cut. It leaves out
// lines that are none, and functions that are not the guest's.
func parseStack(trace string, functions functionTable) (stack []memstat.Frame, truncated bool) {
	var frames []tracedFrame
	var indexes []uint32
	added := false
	for line := range strings.SplitSeq(trace, "\n") {
		line = strings.TrimPrefix(line, "\t")
		if f, ok := parseFrame(line); ok && (f.guest || len(frames) == 0) { // only a guest calls
			if added = f.guest && !functions.original(&f); added {
				continue
			}
			frames = append(frames, f)
			if f.guest {
				indexes = append(indexes, f.index)
			}
		} else if source, ok := strings.CutPrefix(line, "\t"); ok && len(frames) > 0 && !added {
			frames = addSource(frames, source, functions.lines)
		} else if line == traceCut {
			truncated = true
		}
	}
	found := functions.names.Functions(indexes...)
	for _, f := range frames {
		if name := found[f.index]; f.guest && name != "" {
			_, signature, _ := strings.Cut(f.Function, "(")
			f.Function = name + "(" + signature
		}
		stack = append(stack, f.Frame)
	}
	return stack, truncated
}

// rewrittenBy sets the plans, in the order in which the code was rewritten.
func (t *functionTable) rewrittenBy(h *instrument.Heap, p *instrument.Plan) {
	t.heap, t.plan = h, p
	if t.lines != nil {
		t.lines.heap, t.lines.plan = h, p
	}
}

// originalIndex returns the index of a function in the guest, or false if it was
// added.
func (t functionTable) originalIndex(index uint32) (uint32, bool) {
	index, ok := t.plan.Original(index)
	if !ok {
		return 0, false
	}
	return t.heap.Original(index)
}

// original gives the frame the index that its function has in the guest, or
// returns false if the function was added.
func (t functionTable) original(f *tracedFrame) bool {
	index, ok := t.originalIndex(f.index)
	if ok && index != f.index {
		f.index = index
		_, signature, _ := strings.Cut(f.Function, "(")
		f.Function = indexName(index) + "(" + signature
	}
	return ok
}

// indexName is the name of a function without one.
func indexName(index uint32) string { return "$" + strconv.FormatUint(uint64(index), 10) }

// parseFrame reads ".$17(i32) i32", a function of the guest, or
// "wasi_snapshot_preview1.fd_write(i32,i32,i32,i32) i32", one of the host.
func parseFrame(line string) (tracedFrame, bool) {
	name, signature, ok := strings.Cut(line, "(")
	if !ok || strings.Trim(signature, "abcdefghijklmnopqrstuvwxyz0123456789,() ") != "" {
		return tracedFrame{}, false
	}
	if digits, ok := strings.CutPrefix(name, guestFrame); ok {
		index, err := strconv.ParseUint(digits, 10, 32)
		f := memstat.Frame{Function: strings.TrimPrefix(line, ".")}
		return tracedFrame{f, uint32(index), true}, err == nil
	}
	module, function, _ := strings.Cut(name, ".")
	_, ok = wasi.Find(module, function)
	return tracedFrame{Frame: memstat.Frame{Function: line}}, ok
}

// addSource adds the places in the source to the last frame, whose offset wazero
// tells as "0x1f: ?:1". More than one place is the place of an inlined call,
// innermost first, and the last one is that of the function itself: all others
// become frames without a function.
func addSource(frames []tracedFrame, source string, lines *sourceLines) []tracedFrame {
	last := len(frames) - 1
	digits, _, _ := strings.Cut(strings.TrimPrefix(source, "0x"), ":")
	offset, err := strconv.ParseUint(digits, 16, 32)
	if err != nil {
		return frames
	}
	function := frames[last]
	frames = frames[:last]
	places := lines.frames(offset)
	for i, place := range places {
		if i == len(places)-1 {
			function.File, function.Line = place.File, place.Line
		} else {
			frames = append(frames, tracedFrame{Frame: place})
		}
	}
	return append(frames, function)
}
