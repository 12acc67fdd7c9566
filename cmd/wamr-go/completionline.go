package main

import (
	"bytes"
	"io"
	"os"
	"strings"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// Completion code in a script of cobra sees the words up to the cursor. The exports to
// offer for -f are those of a module after it, so the scripts pass the whole line in a
// variable.

// lineVariable is the environment variable with the whole command line.
const lineVariable = "WAMR_GO_COMPLETION_LINE"

// scriptEdits are the texts by which the scripts of shells ask for completions,
// and their replacements that pass the line.
var scriptEdits = [...]struct{ shell, ask, withLine string }{
	{"bash", `out=$(eval "${requestComp}"`, `out=$(export ` + lineVariable + `="${COMP_LINE-}"; eval "${requestComp}"`},
	{"zsh", `out=$(eval ${requestComp}`, `out=$(export ` + lineVariable + `="${BUFFER-}"; eval ${requestComp}`},
	{"fish", `set -l results (eval $requestComp`, `set -lx ` + lineVariable + ` (commandline)
    set -l results (eval $requestComp`},
}

// scriptWriter edits scripts so that they pass the line. Each Write is a whole
// script.
type scriptWriter struct{ w io.Writer }

func (s scriptWriter) Write(script []byte) (int, error) {
	edited := script
	for _, e := range scriptEdits {
		edited = bytes.Replace(edited, []byte(e.ask), []byte(e.withLine), 1)
	}
	if _, err := s.w.Write(edited); err != nil {
		return 0, err
	}
	return len(script), nil
}

// exportsOnLine returns the exports of the first word of a command line that is a
// module, if they begin with typed. Names that a shell or terminal could
// misunderstand are left out.
func exportsOnLine(line, typed string) []string {
	for word := range strings.FieldsSeq(line) {
		names := exportsOf(strings.Trim(word, `"'`))
		if names == nil {
			continue
		}
		var offered []string
		for _, name := range names {
			if strings.HasPrefix(name, typed) && memstat.Printable(name) == name && !strings.ContainsAny(name, " \t\"'`$\\") {
				offered = append(offered, name)
			}
		}
		return offered
	}
	return nil
}

// exportsOf returns the exports of a regular file that is a module, or nil.
func exportsOf(path string) []string {
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer func() { _ = f.Close() }() // it was only read
	names, err := engine.ExportNames(f)
	if err != nil {
		return nil
	}
	return names
}
