package engine

import (
	"errors"
	"strconv"
	"strings"

	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// wazero reports the stack of a trap only in the text of an error, which
// contains the names of functions and source files as the guest chose them: a
// line break in a name would make frames of its own. So wazero never sees a
// name, or the guest's debug information. The engine removes both before it
// compiles, wazero calls each function by its index, and the rest is looked up
// here.
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
	// maxFrames is the number of frames that wazero reports.
	maxFrames = 30
)

// panicText is the text of an error that wazero made of a panic, in its parts.
type panicText struct {
	message   string
	trace     string // one line a frame
	goStack   string
	recovered bool  // from a host function, and not a trap
	cause     error // that the host panicked with
}

// unwrapPanic parses an error of wazero. The message is the text of the wrapped
// error, so nothing in the message can pass for the stack.
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
	// A stack overflow has no trace. The panic of a host function with a value
	// that is no error is a single text.
	message, trace, ok := strings.Cut(err.Error(), panicTail+traceHead)
	return panicText{message: message, trace: trace, recovered: ok}
}

// tracedFrame is a frame in wazero's trace.
type tracedFrame struct {
	function string // "$17(i32) i32", or the name of a function of the host
	guest    bool
	index    uint32 // of the guest's function
	place    uint64 // offset in the code section that was compiled; 0 if it is not known
}

// parseTrace reads the frames of a trace, and reports whether it was cut. It
// skips other lines.
func parseTrace(trace string) (frames []tracedFrame, cut bool) {
	for line := range strings.SplitSeq(trace, "\n") {
		line = strings.TrimPrefix(line, "\t")
		if f, ok := parseFrame(line); ok && (f.guest || len(frames) == 0) { // only a guest calls
			frames = append(frames, f)
		} else if place, ok := parsePlace(line); ok && len(frames) > 0 {
			frames[len(frames)-1].place = place
		} else if line == traceCut {
			cut = true
		}
	}
	return frames, cut
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
		return tracedFrame{function: strings.TrimPrefix(line, "."), guest: true, index: uint32(index)}, err == nil
	}
	module, function, _ := strings.Cut(name, ".")
	_, ok = wasi.Find(module, function)
	return tracedFrame{function: line}, ok
}

// parsePlace reads "\t0x1f: ?:1", wazero's text for a line of offsetDWARF.
func parsePlace(line string) (uint64, bool) {
	digits, ok := strings.CutPrefix(line, "\t0x")
	if !ok {
		return 0, false
	}
	digits, _, _ = strings.Cut(digits, ":")
	place, err := strconv.ParseUint(digits, 16, 32)
	return place, err == nil
}
