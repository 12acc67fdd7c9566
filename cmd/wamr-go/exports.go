package main

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/wamr-go/wamr-go/pkg/engine"
)

// noStartError is a module that has no _start to run.
type noStartError struct {
	kind    engine.ModuleKind
	exports []engine.Export
}

func (e *noStartError) Error() string { return fmt.Sprintf("the %s has no _start", e.kind) }

const maxListed = 20

// listExports is the part of a message that lists the callable exports.
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
		case example == "": // compilers export the functions for the host with a leading underscore
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

// shellWord quotes a text for a POSIX shell if necessary.
func shellWord(text string) string {
	plain := func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("%+,-./:=@_", r)
	}
	if text != "" && strings.IndexFunc(text, func(r rune) bool { return !plain(r) }) < 0 {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
