package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/memstat/report"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// The errors of the packages name the problem. Hints are added here, because only
// the command knows its flags.

// cannotRun returns the failure for an error of the engine: the problem in the
// words of the command line, and a hint.
func (j *job) cannotRun(err error) *failure {
	var own *failure
	if errors.As(err, &own) {
		return own
	}
	f := cannotRunf("%s", j.problem(err))
	f.hint = j.hint(err)
	var argument *engine.ArgumentError
	if errors.As(err, &argument) {
		f.code = exitUsage
	}
	return f
}

// problem describes an error and names its subject: most errors of the engine do
// not name the module.
func (j *job) problem(err error) string {
	var (
		load     *engine.LoadError
		compile  *engine.CompileError
		export   *engine.ExportError
		argument *engine.ArgumentError
		preopen  *wasi.PreopenError
		internal *engine.InternalError
		imported *engine.ImportError
		limit    *engine.MemoryLimitError
	)
	switch {
	case errors.As(err, &load):
		return load.Error()
	case errors.As(err, &imported):
		return fmt.Sprintf("%s: %v", j.module, imported)
	case errors.As(err, &limit):
		return fmt.Sprintf("%s: %v", j.module, limit)
	case errors.As(err, &export):
		return fmt.Sprintf("%s: %v%s", j.module, export, listExports(export.Exports))
	case errors.As(err, &argument):
		return argument.Error()
	case errors.As(err, &preopen):
		return fmt.Sprintf("directory %s: %v", preopen.Preopen.Host, preopen.Err)
	case errors.As(err, &internal) && j.verbose:
		return internal.Error() + "\n" + internal.GoStack
	case errors.As(err, &internal):
		return internal.Error()
	case errors.As(err, &compile):
		return compile.Error()
	default:
		return fmt.Sprintf("%s: %v", j.module, err)
	}
}

const hintCore = "wamr-go runs core modules with WASI preview1; build for wasm32-wasip1"

// hint says what to do about an error, or "".
func (j *job) hint(err error) string {
	for _, row := range [...]struct {
		err  error
		hint string
	}{
		{engine.ErrIsDirectory, "name a .wasm file"},
		{engine.ErrWAT, "wat2wasm " + j.module},
		{engine.ErrAOT, "name the .wasm file that it was made from"},
		{engine.ErrGzip, "decompress it first"},
		{engine.ErrELF, "build for wasm32-wasip1"},
		{engine.ErrComponent, "wasmtime and jco run components; build for wasm32-wasip1 to run it here"},
		{engine.ErrVersion, hintCore},
		{engine.ErrTruncated, "the file is incomplete; copy or download it again"},
		{engine.ErrImportType, "the module was not built against the preview1 headers"},
		{syscall.EMFILE, "this process may not open more files; raise the limit with ulimit -n"},
		{wasi.EMFILE, "--max-fds sets how many descriptors the guest can have"},
	} {
		if errors.Is(err, row.err) {
			return row.hint
		}
	}
	var (
		load     *engine.LoadError
		imported *engine.ImportError
		limit    *engine.MemoryLimitError
		export   *engine.ExportError
		argument *engine.ArgumentError
		internal *engine.InternalError
		bytes    *wasi.ArgBytesError
	)
	switch {
	case errors.As(err, &bytes):
		return fmt.Sprintf("--max-args %d is the least that it needs", bytes.Need)
	case errors.As(err, &load) && errors.Is(load, fs.ErrNotExist):
		return j.missingHint()
	case errors.As(err, &imported):
		return importHint(imported.Missing)
	case errors.As(err, &limit):
		return memoryHint(limit, j.interpreter)
	case errors.As(err, &export):
		return exportHint(export)
	case errors.As(err, &argument):
		return callExample(j.module, []engine.Export{argument.Export})
	case errors.As(err, &internal):
		return "this is a bug of wamr-go; -v prints the stack to report it with"
	default:
		return ""
	}
}

// exportHint guesses which export was meant.
func exportHint(e *engine.ExportError) string {
	names := make([]string, len(e.Exports))
	for i, x := range e.Exports {
		names[i] = x.Name
	}
	if near, ok := nearest(e.Name, names); ok {
		return fmt.Sprintf("did you mean -f %s?", near)
	}
	return ""
}

// missingHint suggests a file or a command where the module does not exist.
func (j *job) missingHint() string {
	if info, err := os.Stat(j.module + ".wasm"); err == nil && info.Mode().IsRegular() {
		return "did you mean " + j.module + ".wasm?"
	}
	if near, ok := nearest(j.module, commandNames()); ok {
		return "did you mean wamr-go " + near + "?"
	}
	if _, ok := report.Lookup(j.module); ok && j.report != "" {
		return "the format belongs to the flag: --mem-report=" + j.module
	}
	return ""
}

// memoryHint tells how to run a module whose memory begins beyond the limit.
// Compiled code has one page less than WebAssembly's 4 GiB, which no
// --max-memory changes.
func memoryHint(e *engine.MemoryLimitError, interpreter bool) string {
	const all, page = 4 << 30, 64 << 10
	flag := fmt.Sprintf("--max-memory %dK", e.Need>>10)
	switch {
	case e.Need < all || interpreter:
		return flag + " is the least that it needs"
	case e.Limit < all-page:
		return "compiled code has one page less than 4 GiB; --interp " + flag + " has them all"
	default:
		return "compiled code has one page less than 4 GiB; --interp has them all"
	}
}
