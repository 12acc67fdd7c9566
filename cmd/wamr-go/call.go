package main

import (
	"fmt"
	"strings"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/memstat"
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
// can call, or "" if nobody would type its name.
func callExample(module string, exports []engine.Export) string {
	example := exports[0]
	for _, e := range exports {
		// Compilers export what the host calls, with a leading underscore.
		if !strings.HasPrefix(e.Name, "_") {
			example = e
			break
		}
	}
	if memstat.Clip(example.Name) != example.Name {
		return ""
	}
	return exampleOf(module, example)
}

func exampleOf(module string, e engine.Export) string {
	s := "wamr-go -f " + e.Name + " " + module
	for i := range e.Params {
		s += fmt.Sprintf(" %d", i+1)
	}
	return s
}
