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

// checkCall finds out before anything is instantiated that there is nothing to
// call. Cycles may do with instantiation alone.
func (j *job) checkCall(m *engine.Module) error {
	switch {
	case j.invoke != "":
		return m.CheckCall(j.invoke, j.args)
	case m.Kind() == engine.Command || j.cycling():
		return nil
	}
	exports := m.Exports()
	f := cannotRunf("%s has no _start: it is a %s, whose functions are called by name%s",
		j.module, m.Kind(), listExports(exports))
	if len(exports) > 0 {
		f.hint = callExample(j.module, exports)
	}
	return f
}

// print writes the results of -f, one a line.
func (j *job) print(cycle uint64, results []string) {
	if !j.prints(cycle) || len(results) == 0 {
		return
	}
	if _, err := fmt.Fprintln(j.stdout, strings.Join(results, "\n")); err != nil {
		j.ui.warnf("the results of %s could not be printed: %v", j.invoke, systemReason(err))
	}
}

const maxListed = 20

// listExports is the part of a message that lists what can be called.
func listExports(exports []engine.Export) string {
	if len(exports) == 0 {
		return "; it exports none"
	}
	var b strings.Builder
	b.WriteString("\nit exports:")
	for i, e := range exports {
		if i == maxListed {
			fmt.Fprintf(&b, "\n  and %d more", len(exports)-maxListed)
			break
		}
		b.WriteString("\n  " + e.String())
	}
	return b.String()
}

// callExample is a command that calls the first export which the command line
// can call.
func callExample(module string, exports []engine.Export) string {
	for _, e := range exports {
		// Compilers export what the host calls, with a leading underscore.
		if !strings.HasPrefix(e.Name, "_") {
			return exampleOf(module, e)
		}
	}
	return exampleOf(module, exports[0])
}

func exampleOf(module string, e engine.Export) string {
	s := "wamr-go -f " + e.Name + " " + module
	for i := range e.Params {
		s += fmt.Sprintf(" %d", i+1)
	}
	return s
}

// cannotRun words an error of the engine's.
func (j *job) cannotRun(err error) *failure {
	var (
		own      *failure
		load     *engine.LoadError
		compile  *engine.CompileError
		imported *engine.ImportError
		limit    *engine.MemoryLimitError
		export   *engine.ExportError
		argument *engine.ArgumentError
		preopen  *wasi.PreopenError
		internal *engine.InternalError
	)
	switch {
	case errors.As(err, &own):
		return own
	case errors.As(err, &load):
		f := cannotRunf("%v", load)
		f.hint = load.Hint
		if f.hint == "" && errors.Is(load, fs.ErrNotExist) {
			f.hint = j.missingHint()
		}
		return f
	case errors.As(err, &imported):
		f := cannotRunf("%s: %v", j.module, imported)
		f.hint = imported.Hint
		return f
	case errors.As(err, &limit):
		return cannotRunf("%s: %v", j.module, limit).
			withHint("--max-memory %dK is the least that it needs", limit.Need>>10)
	case errors.As(err, &export):
		return j.unknownExport(export)
	case errors.As(err, &argument):
		return cannotRunf("%v", argument).withHint("%s", exampleOf(j.module, argument.Export))
	case errors.As(err, &preopen):
		return cannotRunf("directory %s: %v", preopen.Preopen.Host, preopen.Err)
	case errors.As(err, &internal):
		problem := internal.Error()
		if j.verbose {
			problem += "\n" + internal.GoStack
		}
		return cannotRunf("%s", problem).withHint("this is a bug of wamr-go; -v prints the stack to report it with")
	case errors.As(err, &compile):
		return cannotRunf("%v", compile)
	default:
		return cannotRunf("%s: %v", j.module, err)
	}
}

func (j *job) unknownExport(e *engine.ExportError) *failure {
	f := cannotRunf("%s: %v%s", j.module, e, listExports(e.Exports))
	names := make([]string, len(e.Exports))
	for i, x := range e.Exports {
		names[i] = x.Name
	}
	if near, ok := nearest(e.Name, names); ok {
		f.hint = fmt.Sprintf("did you mean -f %s?", near)
	}
	return f
}

// missingHint guesses what was meant by a module that does not exist.
func (j *job) missingHint() string {
	if near, ok := nearest(j.module, commandNames()); ok {
		return "did you mean wamr-go " + near + "?"
	}
	if _, ok := report.Lookup(j.module); ok && j.report != "" {
		return "the format belongs to the flag: --mem-report=" + j.module
	}
	if info, err := os.Stat(j.module + ".wasm"); err == nil && info.Mode().IsRegular() {
		return "did you mean " + j.module + ".wasm?"
	}
	return ""
}
