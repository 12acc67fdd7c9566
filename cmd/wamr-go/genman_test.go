package main

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// TestMan: there is a page for each command, of known macros and escapes only.
func TestMan(t *testing.T) {
	dir := t.TempDir()
	root, _ := newTestRoot()
	root.SetArgs([]string{"gen-docs", "--man", dir})
	if err := root.Execute(); err != nil {
		t.Fatal(err)
	}
	pages := readDir(t, dir)
	for _, name := range []string{"wamr-go.1", "wamr-go-run.1", "wamr-go-vet.1", "wamr-go-cache-info.1"} {
		if !strings.HasPrefix(pages[name], `.TH "WAMR\-GO`) {
			t.Errorf("there is no page %s", name)
		}
	}
	for _, g := range (&options{}).groups() {
		g.flags.VisitAll(func(f *pflag.Flag) {
			if !strings.Contains(pages["wamr-go-run.1"], manEscape("--"+f.Name)) {
				t.Errorf("wamr-go-run.1 lacks --%s", f.Name)
			}
		})
	}
	macro := regexp.MustCompile(`^\.(TH|SH|PP|TP|B|nf|fi)( "([^"]|"")*")*$`)
	escape := regexp.MustCompile(`\\[^e&-]|[^\\]-`)
	for name, page := range pages {
		for line := range strings.Lines(page) {
			line = strings.TrimSuffix(line, "\n")
			control := strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'")
			if control && !macro.MatchString(line) || escape.MatchString(line) {
				t.Errorf("%s: %s", name, line)
			}
		}
	}
	if _, err := exec.LookPath("groff"); err != nil {
		return // the formatter agrees where there is one
	}
	for name := range pages {
		out, err := exec.Command("groff", "-man", "-ww", "-z", "-k", filepath.Join(dir, name)).CombinedOutput()
		if err != nil || len(out) > 0 {
			t.Errorf("groff: %s: %v\n%s", name, err, out)
		}
	}
}

func TestManEscapes(t *testing.T) {
	var p manPage
	p.line(".so /etc/passwd")
	p.line("'\\-")
	p.macro("B", `say "x"`)
	const want = "\\&.so /etc/passwd\n\\&'\\e\\-\n.B \"say \"\"x\"\"\"\n"
	if got := p.text.String(); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
