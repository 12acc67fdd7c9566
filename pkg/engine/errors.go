package engine

import (
	"errors"
	"fmt"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/wasmbin"
	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// The reasons for which a file is refused, by [Load] or [Runtime.Compile]. They
// are inside a [*LoadError] or a [*CompileError]: use errors.Is.
var (
	ErrIsDirectory = errors.New("is a directory")
	ErrEmpty       = errors.New("is empty")
	// ErrNotWasm is any file that does not begin like a WebAssembly module.
	// The five that follow it are more precise, and wrap it.
	ErrNotWasm = errors.New("is not a WebAssembly module")
	ErrWAT     = because("is WebAssembly text (WAT), not a binary module", ErrNotWasm)
	ErrText    = because("is a text file, not a WebAssembly module", ErrNotWasm)
	ErrAOT     = because("is compiled by wamrc for WAMR, not WebAssembly", ErrNotWasm)
	ErrGzip    = because("is compressed by gzip, not a WebAssembly module", ErrNotWasm)
	ErrELF     = because("is a native program (ELF), not a WebAssembly module", ErrNotWasm)
	// ErrComponent is a component, the format of WASI 0.2 and later, and no core
	// module.
	ErrComponent = errors.New("is a WebAssembly component, not a core module")
	ErrVersion   = errors.New("has an unknown WebAssembly version")
	ErrTruncated = errors.New("is truncated")
	// ErrInvalid is a module that the specification does not allow.
	ErrInvalid = errors.New("is not a valid WebAssembly module")
)

// The reasons for which a valid module is not compiled.
var (
	// ErrUnknownImport is an import that the host does not have; see
	// [ImportError].
	ErrUnknownImport = errors.New("unknown import")
	// ErrImportType is an import that the host has with another type; see
	// [ImportError].
	ErrImportType = errors.New("import of another type")
	// ErrNotRewritten is code that cannot be rewritten, as Config.Interruptible
	// requires.
	ErrNotRewritten = errors.New("has code that cannot be made interruptible")
	// ErrMemoryLimit is a memory that begins larger than Config.MaxMemory; see
	// [MemoryLimitError].
	ErrMemoryLimit = errors.New("memory limit exceeded")
	// ErrTableLimit is a module whose tables begin larger than
	// Config.MaxTableElements or Config.MaxMemory allow; see [TableLimitError].
	ErrTableLimit = errors.New("table limit exceeded")
	// ErrModuleLimit is a module that exceeds a limit of accepted modules; see
	// [LimitError].
	ErrModuleLimit = errors.New("module limit exceeded")
)

// ErrSegmentBounds is an active segment that does not fit into its table or
// memory; see [SegmentError].
var ErrSegmentBounds = errors.New("segment out of bounds")

// ErrClosed is the use of a closed runtime, module or instance.
var ErrClosed = errors.New("closed")

var (
	errRuntimeClosed   = because("the runtime is closed", ErrClosed)
	errModuleClosed    = because("the module is closed", ErrClosed)
	errInstanceClosed  = because("the instance is closed", ErrClosed)
	errInstanceStopped = because("the instance was stopped within a call", ErrClosed)
)

// reason is a text with the errors that it stands for.
type reason struct {
	text   string
	causes []error
}

// because returns an error with its own text that wraps the causes; nil causes
// are left out.
func because(text string, causes ...error) error {
	r := &reason{text: text}
	for _, c := range causes {
		if c != nil {
			r.causes = append(r.causes, c)
		}
	}
	return r
}

func (r *reason) Error() string   { return r.text }
func (r *reason) Unwrap() []error { return r.causes }

// LoadError is the error of a file that is not a module that can run.
type LoadError struct {
	Path string // as it was given to Load
	// Err is the reason, whose text continues a sentence that begins with the
	// path. It wraps one of this package's errors, such as ErrTruncated, or
	// the system's, such as fs.ErrNotExist.
	Err error
}

// Error returns the path and the reason: "a.wasm: is a directory".
func (e *LoadError) Error() string { return fmt.Sprintf("%s: %v", e.Path, e.Err) }

// Unwrap returns the reason.
func (e *LoadError) Unwrap() error { return e.Err }

// CompileError is the error of a module that is not valid, or cannot be
// compiled.
type CompileError struct {
	Path string // of the Binary
	Err  error  // wraps ErrTruncated, ErrInvalid and the like
}

// Error returns the path and the reason.
func (e *CompileError) Error() string { return fmt.Sprintf("%s: %v", e.Path, e.Err) }

// Unwrap returns the reason.
func (e *CompileError) Unwrap() error { return e.Err }

// MemoryLimitError is the error of a module whose initial memory is larger than
// the runtime's Config.MaxMemory allows. Sizes are in bytes. It wraps
// ErrMemoryLimit.
type MemoryLimitError struct{ Need, Limit uint64 }

// Error tells both sizes.
func (e *MemoryLimitError) Error() string {
	return fmt.Sprintf("the module's memory begins with %d bytes, and the limit is %d", e.Need, e.Limit)
}

// Unwrap returns ErrMemoryLimit.
func (e *MemoryLimitError) Unwrap() error { return ErrMemoryLimit }

// TableLimitError is the error of a module whose tables and element segments begin with
// more elements than an instance may have: Config.MaxTableElements, or an eighth of
// Config.MaxMemory if that is less. It wraps ErrTableLimit.
type TableLimitError struct{ Need, Limit uint64 }

// Error tells both numbers.
func (e *TableLimitError) Error() string {
	return fmt.Sprintf("the module's tables begin with %d elements, and the limit is %d", e.Need, e.Limit)
}

// Unwrap returns ErrTableLimit.
func (e *TableLimitError) Unwrap() error { return ErrTableLimit }

// LimitError is the error of a module that exceeds one of the limits in
// docs/limits.md. It is in a *CompileError, and wraps ErrModuleLimit.
type LimitError struct {
	Where       string // "the module", or its part: "function 3", by its index
	What        string // plural, after a number: "locals"
	Need, Limit uint64
	Compiler    bool // the limit is that of compiled code: Config.Interpreter has none
}

// Error names the quantity and the limit that it exceeds.
func (e *LimitError) Error() string { return (*wasmbin.LimitError)(e).Error() }

// Unwrap returns ErrModuleLimit.
func (e *LimitError) Unwrap() error { return ErrModuleLimit }

// SegmentError is the error of an active segment that does not fit, so
// instantiation traps: core specification 2.0, section 4.5.4. It is in an
// *InstantiateError, and wraps ErrSegmentBounds.
type SegmentError struct {
	Data   bool   // a data segment in a memory, and not an element segment in a table
	Index  uint32 // of the segment
	Offset uint32 // in the table, in elements, or in the memory, in bytes
	Len    uint64 // of the segment, likewise
	Size   uint64 // of the table or memory to begin with, likewise
}

// Error names the segment, its range and the size that it exceeds.
func (e *SegmentError) Error() string {
	section := wasmbin.SectionElement
	if e.Data {
		section = wasmbin.SectionData
	}
	return (&wasmbin.SegmentError{Section: section, Index: e.Index, Offset: e.Offset, Len: e.Len, Size: e.Size}).Error()
}

// Unwrap returns ErrSegmentBounds.
func (e *SegmentError) Unwrap() error { return ErrSegmentBounds }

// ImportError names an import that the host does not have with the name and
// type that the module requires.
type ImportError struct {
	Module, Name string   // as the module spells them: any bytes
	Problem      string   // follows the name: "is unknown"
	Missing      []Import // all unknown imports, this one first; nil if Err is ErrImportType
	Err          error    // ErrUnknownImport or ErrImportType
}

// Import is an import of a module.
type Import struct {
	Module, Name string // as the module spells them: any bytes
	Kind         string // in the specification: "function", "table", "memory", "global" or "tag"
}

// Error names the import and the problem: `import "env"."abort" is unknown`.
func (e *ImportError) Error() string {
	s := fmt.Sprintf("import %q.%q %s", memstat.Clip(e.Module), memstat.Clip(e.Name), e.Problem)
	if n := len(e.Missing); n > 1 {
		s += fmt.Sprintf(" (and %d more)", n-1)
	}
	return s
}

// Unwrap returns ErrUnknownImport or ErrImportType.
func (e *ImportError) Unwrap() error { return e.Err }

// ExportError is the error of a function that the module does not export.
type ExportError struct {
	Name    string
	Exports []Export // the functions that it does export, by name
}

// Error names the function.
func (e *ExportError) Error() string {
	return fmt.Sprintf("no function %q is exported", memstat.Clip(e.Name))
}

// ArgumentError is the error of the arguments of a call by name.
type ArgumentError struct {
	Export  Export // with the signature
	Index   int    // of the argument, from 0; -1 if it is about all of them
	Value   string // of the argument
	Problem string
}

// Error tells the signature, the argument and the problem.
func (e *ArgumentError) Error() string {
	if e.Index < 0 {
		return fmt.Sprintf("%s: %s", e.Export, e.Problem)
	}
	return fmt.Sprintf("%s: argument %d, %q: %s", e.Export, e.Index+1, memstat.Clip(e.Value), e.Problem)
}

// InstantiateError is the error of a module that was not instantiated.
// Everything that it had acquired was given back, by the same steps as in
// Instance.Close.
type InstantiateError struct {
	Err error // the reason
	// Outcome is that of the start section's code, if it was run: a trap or an
	// exit, which is no failure of the program if the code is 0. Else it is of
	// kind OutcomeError.
	Outcome Outcome
	// CloseErr holds the errors of giving back, like those of Instance.Close:
	// nil, or failures that may include a *memstat.LeakError.
	CloseErr error
}

// Error tells the reason, and the failures of giving back.
func (e *InstantiateError) Error() string {
	if e.CloseErr != nil {
		return fmt.Sprintf("instantiate: %v; and then: %v", e.Err, e.CloseErr)
	}
	return fmt.Sprintf("instantiate: %v", e.Err)
}

// Unwrap returns the reason and the failures of giving back.
func (e *InstantiateError) Unwrap() []error {
	if e.CloseErr == nil {
		return []error{e.Err}
	}
	return []error{e.Err, e.CloseErr}
}
