package main

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/wamr-go/wamr-go/pkg/engine"
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
	f.hint = callExample(j.module, exports)
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

// callExample returns a command that calls the first of the exports that the
// command line can call, or "".
func callExample(module string, exports []engine.Export) string {
	example := ""
	for _, e := range exports {
		switch {
		case !e.Callable():
		case !strings.HasPrefix(e.Name, "_"):
			return exampleOf(module, e)
		case example == "": // compilers export what the host calls, with a leading underscore
			example = exampleOf(module, e)
		}
	}
	return example
}

func exampleOf(module string, e engine.Export) string {
	s := "wamr-go -f " + shellWord(e.Name) + " " + shellWord(module)
	for i := range e.Params {
		s += fmt.Sprintf(" %d", i+1)
	}
	return s
}

// shellWord quotes a text for a POSIX shell where that is needed.
func shellWord(text string) string {
	plain := func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("%+,-./:=@_", r)
	}
	if text != "" && strings.IndexFunc(text, func(r rune) bool { return !plain(r) }) < 0 {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
