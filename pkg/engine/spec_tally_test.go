package engine

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"

	"github.com/google/go-cmp/cmp"

	"github.com/wamr-go/wamr-go/pkg/engine/internal/spectest"
)

// specTally counts the commands of a folder.
type specTally struct {
	files, commands, text, passed int
	failed                        []string // by plain wazero, in either engine
	differences                   []string
	images                        uint64 // that modules had
}

// add counts the engines' results of one script.
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
// wazero, and not the one that the script asserts: segments out of bounds are
// refused here.
func (t *specTally) compare(s *spectest.Script, mode string, plain, ours []spectest.Result) {
	for i := range s.Commands {
		if c := &s.Commands[i]; plain[i].Differs(ours[i]) && (plain[i].Passed || !ours[i].Passed) {
			t.differences = append(t.differences,
				fmt.Sprintf("%s: %s:%d %s: %v, and plain wazero %v", mode, s.Name, c.Line, c.Type, ours[i], plain[i]))
		}
	}
}

func (t *specTally) merge(o specTally) {
	t.files, t.commands, t.text, t.passed = t.files+o.files, t.commands+o.commands, t.text+o.text, t.passed+o.passed
	t.images += o.images
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

var updateSpec = flag.Bool("update-spec", false, "write testdata/spectest.txt, which lists the commands that plain wazero fails")

// checkRecord compares the commands that plain wazero fails with those recorded.
func checkRecord(t *testing.T, failed []string) {
	t.Helper()
	slices.Sort(failed)
	found, record := strings.Join(failed, "\n")+"\n", filepath.Join("testdata", "spectest.txt")
	if *updateSpec {
		if err := os.WriteFile(record, []byte(found), 0o666); err != nil {
			t.Error(err)
		}
	}
	recorded, err := os.ReadFile(record)
	if err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff(string(recorded), found); diff != "" {
		t.Errorf("plain wazero fails other commands than %s has (-update-spec writes it):\n%s", record, diff)
	}
}

// checkTable prints the counts, and compares them with the documentation.
func checkTable(t *testing.T, table string) {
	t.Helper()
	if testing.Verbose() {
		fmt.Print(table)
	}
	doc, err := os.ReadFile("../../docs/spectest.md")
	if err != nil {
		t.Error(err)
	}
	if !strings.Contains(string(doc), table) {
		t.Errorf("docs/spectest.md has other counts than\n%s", table)
	}
}
