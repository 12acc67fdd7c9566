package engine

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// wazero tells the stack of a trap only in the text of an error, in which the
// names of functions stand as the guest chose them: a line break in a name
// would make frames of its own. So wazero never sees a name. The engine removes
// the name sections before it compiles, wazero calls each function by its
// index, and the index is looked up here. What is left for a guest to choose is
// the name of a source file, in debug information: see debugFrame.
//
// The formats are those of wazero v1.12.0's internal/wasmdebug.
const (
	traceHead   = "\nwasm stack trace:\n\t"
	goStackHead = "\n\nGo runtime stack trace:\n"
	trapHead    = "wasm error: "
	panicTail   = " (recovered by wazero)"
	traceCut    = "... maybe followed by omitted frames"
	inlinedTail = " (inlined)"
	// guestFrame begins the frame of a guest's function: no module name, and
	// the index in place of the function's name.
	guestFrame = ".$"
	// debugFrame would begin a guest's frame within the name of a source file.
	// It is broken up in the debug information that wazero reads.
	debugFrame = "\n\t" + guestFrame
)

// hideNames returns the edits after which wazero's stacks can be trusted, and
// the names that they hide.
func hideNames(m *wasmbin.Module, debugInfo bool) ([]wasmbin.Edit, wasmbin.Names) {
	edits, names := m.DropNames()
	if debugInfo {
		edits = append(edits, m.BreakInDebug(debugFrame)...)
	}
	return edits, names
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

// parseStack reads the frames of a trace, and whether it was cut. It leaves out
// lines that are none.
func parseStack(trace string, names wasmbin.Names) (stack []memstat.Frame, truncated bool) {
	var frames []tracedFrame
	var indexes []uint32
	for line := range strings.SplitSeq(trace, "\n") {
		line = strings.TrimPrefix(line, "\t")
		if f, ok := parseFrame(line); ok && (f.guest || len(frames) == 0) { // only a guest calls
			frames = append(frames, f)
			if f.guest {
				indexes = append(indexes, f.index)
			}
		} else if source, ok := strings.CutPrefix(line, "\t"); ok && len(frames) > 0 {
			frames = addSource(frames, source)
		} else if line == traceCut {
			truncated = true
		}
	}
	found := names.Functions(indexes...)
	for _, f := range frames {
		if name := found[f.index]; f.guest && name != "" {
			_, signature, _ := strings.Cut(f.Function, "(")
			f.Function = memstat.Clip(name) + "(" + memstat.Clip(signature)
		} else {
			f.Function = memstat.Clip(f.Function)
		}
		f.File = memstat.Clip(f.File)
		stack = append(stack, f.Frame)
	}
	return stack, truncated
}

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

// addSource adds the place in the source to the last frame: "0x1f: lib.c:12:3".
// More than one place is the place of an inlined call, innermost first, and the
// last one is that of the function itself: all others become frames without a
// function.
func addSource(frames []tracedFrame, source string) []tracedFrame {
	last := len(frames) - 1
	if frames[last].File != "" {
		inlined := memstat.Frame{File: frames[last].File, Line: frames[last].Line}
		frames = slices.Insert(frames, last, tracedFrame{Frame: inlined})
		last++
	}
	source = strings.TrimSuffix(strings.TrimLeft(source, " "), inlinedTail)
	if address, place, ok := strings.Cut(source, ": "); ok && strings.HasPrefix(address, "0x") {
		source = place
	}
	file, line := cutNumber(source)
	if inner, above := cutNumber(file); above > 0 { // what was cut first is the column
		file, line = inner, above
	}
	frames[last].File, frames[last].Line = file, line
	return frames
}

// cutNumber cuts ":12" off the end; the number is 0 where there is none.
func cutNumber(place string) (rest string, number int) {
	i := strings.LastIndexByte(place, ':')
	if i < 0 {
		return place, 0
	}
	n, err := strconv.ParseUint(place[i+1:], 10, 31)
	if err != nil || n == 0 {
		return place, 0
	}
	return place[:i], int(n)
}
