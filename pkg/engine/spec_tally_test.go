package engine

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/spectest"
)

// specTally counts the commands of a folder.
type specTally struct {
	files, commands, text, passed int
	failed                        []string // by plain wazero, in either engine
	differences                   []string
}

// add counts what the engines made of one script.
func (t *specTally) add(s *spectest.Script, folder string, plain map[bool][]spectest.Result) {
	t.files++
	t.commands += len(s.Commands)
	for i := range s.Commands {
		c := &s.Commands[i]
		compiled, interpreted := plain[true][i], plain[false][i]
		switch {
		case compiled.Skipped:
			t.text++
		case compiled.Passed && interpreted.Passed:
			t.passed++
		case !compiled.Differs(interpreted):
			t.failed = append(t.failed, fmt.Sprintf("%s/%s:%d %s %s", folder, s.Name, c.Line, c.Type, compiled.Kind))
		default:
			t.failed = append(t.failed, fmt.Sprintf("%s/%s:%d %s compiled: %s, interpreted: %s",
				folder, s.Name, c.Line, c.Type, compiled.Kind, interpreted.Kind))
		}
	}
}

// compare notes the commands for which a mode gives another result than plain
// wazero.
func (t *specTally) compare(s *spectest.Script, mode string, plain, ours []spectest.Result) {
	for i := range s.Commands {
		if c := &s.Commands[i]; plain[i].Differs(ours[i]) {
			t.differences = append(t.differences,
				fmt.Sprintf("%s: %s:%d %s: %v, and plain wazero %v", mode, s.Name, c.Line, c.Type, ours[i], plain[i]))
		}
	}
}

func (t *specTally) merge(o specTally) {
	t.files, t.commands, t.text, t.passed = t.files+o.files, t.commands+o.commands, t.text+o.text, t.passed+o.passed
	t.failed, t.differences = append(t.failed, o.failed...), append(t.differences, o.differences...)
}

func specTable(folders []spectest.Folder, tallies []specTally) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "folder\tfiles\tcommands\ttext format\tpassed\tfailed, as by wazero\tdifferent\t")
	var sum specTally
	row := func(name string, t *specTally) {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t\n",
			name, t.files, t.commands, t.text, t.passed, len(t.failed), len(t.differences))
	}
	for i := range tallies {
		row(folders[i].Name, &tallies[i])
		sum.merge(tallies[i])
	}
	row("all", &sum)
	_ = w.Flush() // to memory
	return b.String()
}
