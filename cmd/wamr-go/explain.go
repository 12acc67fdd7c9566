package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/memstat/report"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// The errors of the packages name the problem. Hints are added here, because only
// the command knows its flags.

// explainer words the errors about a module.
type explainer struct {
	module      string // its path
	interpreter bool   // it is not compiled
	report      bool   // --mem-report was given
	verbose     bool
}

// failure returns the failure for an error of the engine: the problem in the
// words of the command line, and a hint.
func (x explainer) failure(err error) *failure {
	var own *failure
	if errors.As(err, &own) {
		return own
	}
	f := cannotRunf("%s", x.problem(err))
	f.hint = x.hint(err)
	return f
}

// problem describes an error and names its subject: most errors of the engine do
// not name the module.
func (x explainer) problem(err error) string {
	var (
		load     *engine.LoadError
		compile  *engine.CompileError
		export   *engine.ExportError
		argument *engine.ArgumentError
		preopen  *wasi.PreopenError
		internal *engine.InternalError
		imported *engine.ImportError
		limit    *engine.MemoryLimitError
		noStart  *noStartError
	)
	switch {
	case errors.As(err, &load):
		return load.Error()
	case errors.As(err, &imported):
		return fmt.Sprintf("%s: %v", x.module, imported)
	case errors.As(err, &limit):
		return fmt.Sprintf("%s: %v", x.module, limit)
	case errors.As(err, &export):
		return fmt.Sprintf("%s: %v%s", x.module, export, listExports(export.Exports))
	case errors.As(err, &noStart):
		return fmt.Sprintf("%s has no _start: it is a %s, whose functions are called by name%s",
			x.module, noStart.kind, listExports(noStart.exports))
	case errors.As(err, &argument):
		return argument.Error()
	case errors.As(err, &preopen):
		return fmt.Sprintf("directory %s: %v", preopen.Host, preopen.Err)
	case errors.As(err, &internal) && x.verbose:
		return internal.Error() + "\n" + internal.GoStack
	case errors.As(err, &internal):
		return internal.Error()
	case errors.As(err, &compile):
		return compile.Error()
	default:
		return fmt.Sprintf("%s: %v", x.module, err)
	}
}

const hintCore = "wamr-go runs core modules with WASI preview1; build for wasm32-wasip1"

// hint says what to do about an error, or "".
func (x explainer) hint(err error) string {
	for _, row := range [...]struct {
		err  error
		hint string
	}{
		{engine.ErrIsDirectory, "name a .wasm file"},
		{engine.ErrWAT, "wat2wasm " + x.module},
		{engine.ErrAOT, "name the .wasm file that it was made from"},
		{engine.ErrGzip, "decompress it first"},
		{engine.ErrELF, "build for wasm32-wasip1"},
		{engine.ErrComponent, hintCore},
		{engine.ErrVersion, hintCore},
		{engine.ErrTruncated, "the file is incomplete; copy or download it again"},
		{engine.ErrImportType, "the module was not built against the preview1 headers"},
		{engine.ErrOnce, "--cycles N starts it in a new instance each time; -f NAME calls another export"},
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
		noStart  *noStartError
	)
	switch {
	case errors.As(err, &load) && errors.Is(load, fs.ErrNotExist):
		return x.missingHint()
	case errors.As(err, &imported):
		return importHint(imported.Module, imported.Name)
	case errors.As(err, &limit):
		return memoryHint(limit, x.interpreter)
	case errors.As(err, &export):
		return exportHint(export)
	case errors.As(err, &noStart):
		return callExample(x.module, noStart.exports)
	case errors.As(err, &argument):
		return exampleOf(x.module, argument.Export)
	case errors.As(err, &internal):
		return "this is a bug of wamr-go; -v prints the stack to report it with"
	default:
		return ""
	}
}

// importHint guesses where an unknown import comes from.
func importHint(module, name string) string {
	for _, row := range [...]struct {
		module string // the import's, or a prefix of it that ends with "*"
		name   string // likewise
		hint   string
	}{
		{wasi.ModulePreview1, "sock_*", "this is WAMR's socket extension; preview1 has sock_accept, sock_recv, sock_send and sock_shutdown"},
		{wasi.ModulePreview1, "*", "this is not a function of WASI preview1"},
		{wasi.ModuleUnstable, "*", "this is not a function of WASI preview1"},
		{"wasi", "*", "wasi-threads is not supported; build for wasm32-wasip1, without threads"},
		{"wasi:*", "*", "this is WASI 0.2 or later; build for wasm32-wasip1"},
		{"env", "*", "a symbol was left undefined when the module was linked; define it, or build with wasi-sdk for wasm32-wasip1"},
		{"go", "*", hintGo},
		{"gojs", "*", hintGo},
		{"wbg", "*", hintBindgen},
		{"__wbindgen*", "*", hintBindgen},
	} {
		if matches(module, row.module) && matches(name, row.name) {
			return row.hint
		}
	}
	return "only WASI preview1 can be imported"
}

const (
	hintGo      = "built for a JavaScript host; build with GOOS=wasip1 GOARCH=wasm"
	hintBindgen = "built by wasm-bindgen for a JavaScript host; build for wasm32-wasip1"
)

// matches compares a name with a pattern, which may end with "*".
func matches(name, pattern string) bool {
	prefix, open := strings.CutSuffix(pattern, "*")
	return name == pattern || open && strings.HasPrefix(name, prefix)
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

// missingHint suggests a command or a file where the module does not exist.
func (x explainer) missingHint() string {
	if near, ok := nearest(x.module, commandNames()); ok {
		return "did you mean wamr-go " + near + "?"
	}
	if _, ok := report.Lookup(x.module); ok && x.report {
		return "the format belongs to the flag: --mem-report=" + x.module
	}
	if info, err := os.Stat(x.module + ".wasm"); err == nil && info.Mode().IsRegular() {
		return "did you mean " + x.module + ".wasm?"
	}
	return ""
}

// memoryHint tells how to run a module whose memory begins beyond the limit.
// Compiled code has one page less than WebAssembly's 4 GiB, which no
// --max-memory changes.
func memoryHint(e *engine.MemoryLimitError, interpreter bool) string {
	const all = 4 << 30
	if e.Need == all && !interpreter {
		return "compiled code has one page less than 4 GiB; --interp has them all"
	}
	return fmt.Sprintf("--max-memory %dK is the least that it needs", e.Need>>10)
}
