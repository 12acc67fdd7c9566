package memstat

import (
	"cmp"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// Frame is one call of a stack. A part that is not known is empty, and absent
// from JSON.
type Frame struct {
	// Function is the name of a Go function with its package, such as
	// "wasi.NewSystem", or of a function of the guest with its signature, such
	// as "add(i32,i32) i32". A guest chooses its names: they may hold anything.
	// An inlined call has the bare name, or none.
	Function string `json:"function,omitempty"`
	// File is a source file, with its directory if that is known.
	File string `json:"file,omitempty"`
	// Line is the line in File, counted from 1; 0 if it is not known.
	Line int `json:"line,omitempty"`
	// WasmFunction is the index of a function of the guest. It is nil for other
	// functions, and for a call that a compiler inlined.
	WasmFunction *uint32 `json:"wasm_function,omitempty"`
	// WasmOffset is the place of the call instruction, or of the one that trapped,
	// in the guest's binary, in bytes from its beginning; 0 if it is not known.
	WasmOffset uint64 `json:"wasm_offset,omitempty"`
}

// String returns the frame as reports show it: "function file:line". It is one
// printable line, whatever the names hold.
func (f Frame) String() string {
	function := f.Function
	if function == "" {
		function = "(inlined)"
	}
	if f.File == "" {
		return Printable(function)
	}
	place := f.File
	if f.Line > 0 {
		place += ":" + strconv.Itoa(f.Line)
	}
	return Printable(function + " " + place)
}

// compareFrames orders stacks frame by frame, by name and then by place.
func compareFrames(a, b []Frame) int {
	return slices.CompareFunc(a, b, func(a, b Frame) int {
		return cmp.Or(cmp.Compare(a.Function, b.Function), cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
}

// Symbolize returns the frames of a Go stack, given as program counters, innermost
// first. It leaves out frames of the Go runtime, which do not help to find the code
// that acquired something.
func Symbolize(pcs []uintptr) []Frame {
	if len(pcs) == 0 {
		return nil
	}
	var site []Frame
	frames := runtime.CallersFrames(pcs)
	for {
		f, more := frames.Next()
		if f.Function != "" && !strings.HasPrefix(f.Function, "runtime.") {
			site = append(site, Frame{Function: shortFunction(f.Function), File: shortFile(f.File), Line: f.Line})
		}
		if !more {
			return site
		}
	}
}

// shortFunction drops the import path before the package name.
func shortFunction(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

// shortFile keeps a file and its directory.
func shortFile(path string) string {
	i := strings.LastIndexByte(path, '/')
	if i < 0 {
		return path
	}
	return path[strings.LastIndexByte(path[:i], '/')+1:]
}
