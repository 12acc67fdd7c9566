package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func TestRoute(t *testing.T) {
	tests := []struct{ give, want string }{
		{"", ""},
		{"m.wasm a", "run m.wasm a"},
		{"--dir . m.wasm", "run --dir . m.wasm"},
		{"run m.wasm", "run m.wasm"},
		{"run run", "run run"},
		{"./run", "run ./run"},
		{"version", "version"},
		{"help run", "help run"},
		{"-h", "-h"},
		{"--version", "--version"},
		{"-v m.wasm", "run -v m.wasm"},
		{"-", "run -"},
		{"-- m.wasm", "run -- m.wasm"},
		{"__complete r", "__complete r"},
		{"__complete --di", "__complete run --di"},
		{"__complete m.wasm x", "__complete run m.wasm x"},
	}
	for _, tt := range tests {
		if got := strings.Join(route(strings.Fields(tt.give)), " "); got != tt.want {
			t.Errorf("route(%q) = %q, want %q", tt.give, got, tt.want)
		}
	}
}

func newTestRoot() (*cobra.Command, *bytes.Buffer) {
	var out bytes.Buffer
	own := &output{w: &out}
	return newRoot(&app{stdin: strings.NewReader(""), out: own, ui: newUI(own)}, nil), &out
}

// TestHelpWidth holds the help of our own commands to 80 columns.
func TestHelpWidth(t *testing.T) {
	for _, args := range [][]string{{"--help"}, {"run", "--help"}, {"version", "--help"}} {
		root, out := newTestRoot()
		root.SetArgs(args)
		if err := root.Execute(); err != nil {
			t.Fatal(err)
		}
		if out.Len() == 0 {
			t.Errorf("%v: no help", args)
		}
		for line := range strings.Lines(out.String()) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > helpWidth {
				t.Errorf("%v: %d columns: %s", args, n, line)
			}
		}
	}
}

// TestFlagsAreGrouped: a flag that belongs to no group would be missing from
// nothing but the order.
func TestFlagsAreGrouped(t *testing.T) {
	root, _ := newTestRoot()
	run, _, err := root.Find([]string{"run"})
	if err != nil {
		t.Fatal(err)
	}
	grouped := map[string]bool{"help": true}
	for _, g := range (&options{}).groups() {
		g.flags.VisitAll(func(f *pflag.Flag) { grouped[f.Name] = true })
	}
	count := 0
	run.Flags().VisitAll(func(f *pflag.Flag) {
		count++
		if !grouped[f.Name] {
			t.Errorf("--%s is in no group", f.Name)
		}
	})
	if count != len(grouped) {
		t.Errorf("run has %d flags, and its groups %d", count, len(grouped))
	}
}

// TestDocs compares docs/cli with the help of the commands; `make docs` writes
// it.
func TestDocs(t *testing.T) {
	const committed = "../../docs/cli"
	written := t.TempDir()
	root, _ := newTestRoot()
	root.SetArgs([]string{"gen-docs", written})
	if err := root.Execute(); err != nil {
		t.Fatal(err)
	}
	want, got := readDir(t, written), readDir(t, committed)
	if len(want) < 3 {
		t.Errorf("only %d pages were written", len(want))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("run `make docs` (-commands +docs/cli):\n%s", diff)
	}
}

func readDir(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		texts[e.Name()] = string(text)
	}
	return texts
}

// TestHelpIsUniform: all commands describe --help alike, and a group asks for a command.
func TestHelpIsUniform(t *testing.T) {
	root, _ := newTestRoot()
	for _, c := range append(allCommands(root), root) {
		if f := c.Flags().Lookup("help"); f == nil || f.Usage != "print this help" {
			t.Errorf("%s: --help is %+v", c.CommandPath(), f)
		}
		if c.HasSubCommands() != strings.Contains(c.Use, "COMMAND") {
			t.Errorf("%s: the usage is %q", c.CommandPath(), c.Use)
		}
	}
}
