package main

import (
	"fmt"
	"strings"

	"github.com/wamr-go/wamr-go/pkg/engine"
)

// noStartError is a module that has no _start to run.
type noStartError struct {
	kind    engine.ModuleKind
	exports []engine.Export
}

func (e *noStartError) Error() string { return fmt.Sprintf("the %s has no _start", e.kind) }

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
// can call, or "" if there is none.
func callExample(module string, exports []engine.Export) string {
	if len(exports) == 0 {
		return ""
	}
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
