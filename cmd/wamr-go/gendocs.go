package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// newGenDocs makes the hidden command behind `make docs` and `make man`. cobra's
// own generators would link a YAML parser and a roff writer into the command.
func newGenDocs(_ *app, h helps) *cobra.Command {
	man := false
	c := &cobra.Command{
		Use:    "gen-docs [--man] DIR",
		Short:  "Write the reference of the command line",
		Args:   cobra.ExactArgs(1),
		Hidden: true,
		RunE: func(c *cobra.Command, args []string) error {
			if man {
				return writeDocs(c.Root(), args[0], manFile, h.man)
			}
			return writeDocs(c.Root(), args[0], docName, h.markdown)
		},
	}
	c.Flags().BoolVar(&man, "man", false, "write manual pages, not Markdown")
	return c
}

// writeDocs writes a file for each command.
func writeDocs(root *cobra.Command, dir string, name, text func(*cobra.Command) string) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return cannotRunf("%v", err)
	}
	commands := []*cobra.Command{root}
	for len(commands) > 0 {
		c := commands[0]
		commands = append(commands[1:], visible(c)...)
		if err := os.WriteFile(filepath.Join(dir, name(c)), []byte(text(c)), 0o666); err != nil {
			return cannotRunf("%v", err)
		}
	}
	return nil
}

func docName(c *cobra.Command) string {
	return strings.ReplaceAll(c.CommandPath(), " ", "_") + ".md"
}

func (h helps) markdown(c *cobra.Command) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s.\n\n", c.CommandPath(), strings.TrimSuffix(c.Short, "."))
	fmt.Fprintf(&b, "```\n%s\n```\n\n", strings.Join(usageLines(c), "\n"))
	if c.Long != "" {
		b.WriteString(plainBlock(c.Long))
	}
	if c.HasExample() {
		fmt.Fprintf(&b, "## Examples\n\n```\n%s\n```\n\n", outdent(c.Example))
	}
	for _, g := range h.groupsOf(c) {
		fmt.Fprintf(&b, "## %s\n\n| flag | meaning |\n|---|---|\n", g.title)
		g.flags.VisitAll(func(f *pflag.Flag) {
			flag := spelling(f)
			if f.Shorthand != "" {
				flag = "-" + f.Shorthand + ", " + flag
			}
			fmt.Fprintf(&b, "| `%s` | %s |\n", flag, strings.ReplaceAll(meaning(f), "|", `\|`))
		})
		b.WriteByte('\n')
	}
	if codes := h[c].codes; codes != "" {
		fmt.Fprintf(&b, "## Exit codes\n\n```\n%s```\n\n", codes)
	}
	if commands := visible(c); len(commands) > 0 {
		b.WriteString("## Commands\n\n")
		for _, sub := range commands {
			fmt.Fprintf(&b, "- [%s](%s): %s\n", sub.CommandPath(), docName(sub), sub.Short)
		}
		b.WriteByte('\n')
	}
	if c.HasParent() {
		fmt.Fprintf(&b, "See also [%s](%s).\n\n", c.Parent().CommandPath(), docName(c.Parent()))
	}
	b.WriteString("<!-- Written by `make docs`. -->\n")
	return b.String()
}

// plainBlock renders help text as Markdown; indented lines become code.
func plainBlock(text string) string {
	var b strings.Builder
	for paragraph := range strings.SplitSeq(strings.TrimSpace(text), "\n\n") {
		if strings.HasPrefix(paragraph, "  ") || strings.HasPrefix(paragraph, "\t") {
			fmt.Fprintf(&b, "```\n%s\n```\n\n", outdent(paragraph))
			continue
		}
		b.WriteString(paragraph + "\n\n")
	}
	return b.String()
}

func outdent(text string) string {
	lines := strings.Split(strings.Trim(text, "\n"), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimPrefix(strings.TrimPrefix(l, "  "), "\t")
	}
	return strings.Join(lines, "\n")
}
