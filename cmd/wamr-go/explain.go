package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/memstat/report"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// The errors of the packages name the problem. Hints are added here, because only
// the command knows its flags.

// explainer explains the errors about a module.
type explainer struct {
	module                 string // its path
	interpreter            bool   // it is not compiled
	report, leakCheck      bool   // --mem-report, --leak-check was given
	trace                  bool   // --trace was given
	verbose                bool
	maxMemory, maxElements uint64 // of run; 0 for no flag
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
	var argument *engine.ArgumentError
	if errors.As(err, &argument) {
		f.code = exitUsage
	}
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
		tables   *engine.TableLimitError
		noStart  *noStartError
	)
	switch {
	case errors.As(err, &load):
		return fmt.Sprintf("%s: %v", quotedIfEmpty(load.Path), load.Err)
	case errors.As(err, &imported):
		return fmt.Sprintf("%s: %v", x.module, imported)
	case errors.As(err, &limit):
		return fmt.Sprintf("%s: %v", x.module, limit)
	case errors.As(err, &tables):
		return fmt.Sprintf("%s: %v", x.module, tables)
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

// hint returns a way out of an error, or "".
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
		{engine.ErrComponent, "wasmtime and jco run components; build for wasm32-wasip1 to run it here"},
		{engine.ErrVersion, hintCore},
		{engine.ErrNoAllocator, "build the module without --strip-all, or name the functions: --heap-func malloc=NAME --heap-func free=NAME (or their index); a program that allocates nothing, or collects its garbage, has no heap to check"},
		{engine.ErrHeapFunction, "--heap-func malloc=NAME names a function, or malloc=17 gives its index; roles: malloc, calloc, realloc, free, posix_memalign"},
		{engine.ErrTruncated, "the file is incomplete; copy or download it again"},
		{engine.ErrImportType, "the module was not built against the preview1 headers"},
		{syscall.EMFILE, hintDescriptors},
		{wasi.EMFILE, "--max-fds sets how many descriptors the guest can have"},
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
		tables   *engine.TableLimitError
		exceeded *engine.LimitError
		export   *engine.ExportError
		argument *engine.ArgumentError
		internal *engine.InternalError
		noStart  *noStartError
		bytes    *wasi.ArgBytesError
		missing  *engine.FeatureError
	)
	switch {
	case errors.As(err, &missing):
		return featureHint(missing.Feature)
	case errors.As(err, &bytes):
		return fmt.Sprintf("--max-args %d is the least that it needs", bytes.Need)
	case errors.As(err, &load) && errors.Is(load, fs.ErrNotExist):
		return x.missingHint()
	case errors.As(err, &imported):
		return importHint(imported.Missing)
	case errors.As(err, &limit):
		return memoryHint(limit, x.interpreter)
	case errors.As(err, &tables):
		return x.tableHint(tables.Need)
	case errors.As(err, &exceeded) && exceeded.Compiler:
		return "it would take too long to compile; wamr-go run --interp has no such limit"
	case errors.As(err, &export):
		return exportHint(export)
	case errors.As(err, &noStart):
		return callExample(x.module, noStart.exports)
	case errors.As(err, &argument):
		return callExample(x.module, []engine.Export{argument.Export})
	case errors.As(err, &internal):
		return "this is a bug of wamr-go; -v prints the stack to report it with"
	default:
		return ""
	}
}

// exportHint guesses the intended export.
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

// missingHint suggests a file or a command if the module does not exist.
func (x explainer) missingHint() string {
	if info, err := os.Stat(x.module + ".wasm"); err == nil && info.Mode().IsRegular() {
		return "did you mean " + x.module + ".wasm?"
	}
	if flag := x.misplaced(); flag != "" {
		return "the value belongs to the flag: " + flag
	}
	if near, ok := nearest(x.module, commandNames()); ok {
		return "did you mean wamr-go " + near + "?"
	}
	return volumeHint(x.module)
}

// misplaced returns the flag whose optional value was typed as the module, with
// that value, or "".
func (x explainer) misplaced() string {
	var groups []string
	if _, ok := report.Lookup(x.module); ok && x.report {
		return "--mem-report=" + x.module
	}
	switch {
	case x.leakCheck && (x.module == leakFull || x.module == "yes"):
		return "--leak-check=full"
	case x.leakCheck && x.module == leakSummary:
		return "--leak-check=summary"
	case x.trace && traceFlag{&groups}.Set(x.module) == nil:
		return "--trace=" + x.module
	default:
		return ""
	}
}

// memoryHint suggests a way to run a module whose initial memory exceeds the
// limit. Compiled code has one page less than WebAssembly's 4 GiB, which no
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

// tableHint suggests a way to run a module whose tables begin beyond a limit.
// Two flags of run bound them, and none of compile.
func (x explainer) tableHint(need uint64) string {
	const elementSize = 8
	if x.maxElements == 0 {
		return ""
	}
	var flags []string
	if need > x.maxElements {
		flags = append(flags, fmt.Sprintf("--max-table-elements %d", need))
	}
	if bytes := need * elementSize; x.maxMemory > 0 && bytes > x.maxMemory {
		flags = append(flags, fmt.Sprintf("--max-memory %dK", (bytes+1023)>>10))
	}
	return strings.Join(flags, " ") + " is the least that it needs"
}
