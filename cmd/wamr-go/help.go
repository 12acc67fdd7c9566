package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

const (
	helpWidth  = 80
	flagColumn = 28 // column of a flag's description
)

// helpTexts are the parts of a command's help that cobra has no field for.
type helpTexts struct {
	groups []flagGroup
	codes  string // about exit codes
}

// helps maps commands to their extra texts, if they have any.
type helps map[*cobra.Command]helpTexts

// text returns a command's help, in 80 columns.
func (h helps) text(c *cobra.Command) string {
	var b strings.Builder
	b.WriteString(strings.TrimSpace(longOf(c)) + "\n\nUsage:\n")
	for _, line := range usageLines(c) {
		b.WriteString("  " + line + "\n")
	}
	if commands := visible(c); len(commands) > 0 {
		b.WriteString("\nCommands:\n")
		for _, sub := range commands {
			fmt.Fprintf(&b, "  %-12s %s\n", sub.Name(), sub.Short)
		}
	}
	if c.HasExample() {
		b.WriteString("\nExamples:\n" + strings.TrimRight(c.Example, "\n") + "\n")
	}
	for _, g := range h.groupsOf(c) {
		b.WriteString("\n" + g.title + ":\n")
		g.flags.VisitAll(func(f *pflag.Flag) { b.WriteString(flagHelp(f)) })
	}
	if codes := h[c].codes; codes != "" {
		b.WriteString("\nExit codes:\n")
		for line := range strings.Lines(codes) {
			b.WriteString("  " + line)
		}
	}
	return b.String()
}

func longOf(c *cobra.Command) string {
	if c.Long != "" {
		return c.Long
	}
	return c.Short + "."
}

// usageLines returns the lines of a command's Use, each after the names of its
// parents.
func usageLines(c *cobra.Command) []string {
	prefix := ""
	if c.HasParent() {
		prefix = c.Parent().CommandPath() + " "
	}
	lines := strings.Split(c.Use, "\n")
	for i, l := range lines {
		lines[i] = prefix + l
	}
	return lines
}

func visible(c *cobra.Command) []*cobra.Command {
	var list []*cobra.Command
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() {
			list = append(list, sub)
		}
	}
	return list
}

// groupsOf returns a command's flags by group; flags without a group come last.
func (h helps) groupsOf(c *cobra.Command) []flagGroup {
	groups := h[c].groups
	rest := pflag.NewFlagSet("", pflag.ContinueOnError)
	c.LocalFlags().VisitAll(func(f *pflag.Flag) {
		for _, g := range groups {
			if g.flags.Lookup(f.Name) == f {
				return
			}
		}
		if !f.Hidden {
			rest.AddFlag(f)
		}
	})
	if rest.HasFlags() {
		groups = append(groups, flagGroup{"Other", rest})
	}
	return groups
}

// flagHelp returns a flag and its description, wrapped in its column.
func flagHelp(f *pflag.Flag) string {
	head := "      "
	if f.Shorthand != "" {
		head = "  -" + f.Shorthand + ", "
	}
	head += spelling(f)
	var b strings.Builder
	if len(head) >= flagColumn {
		b.WriteString(head + "\n")
		head = ""
	}
	for _, line := range wrap(meaning(f), helpWidth-flagColumn) {
		fmt.Fprintf(&b, "%-*s%s\n", flagColumn, head, line)
		head = ""
	}
	return b.String()
}

// spelling returns a flag as a user types it: "--cycles N", "--mem-report[=FORMAT]".
func spelling(f *pflag.Flag) string {
	value := f.Value.Type()
	switch {
	case value == "bool":
		return "--" + f.Name
	case f.NoOptDefVal != "":
		return "--" + f.Name + "[=" + value + "]"
	default:
		return "--" + f.Name + " " + value
	}
}

// meaning returns a flag's description, with its default unless that is empty.
func meaning(f *pflag.Flag) string {
	switch f.DefValue {
	case "", "0", "0s", "[]", "false":
		return f.Usage
	default:
		return f.Usage + " (default " + f.DefValue + ")"
	}
}
