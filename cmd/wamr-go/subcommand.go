package main

import (
	"strings"

	"github.com/spf13/cobra"
)

// Groups of commands, and commands with arguments, refuse wrong ones in the
// same words.

// noArguments refuses arguments.
func noArguments(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return usagef("%s takes no argument, and %q is given", c.CommandPath(), args[0])
}

// oneModule asks for a MODULE and nothing else.
func oneModule(c *cobra.Command, args []string) error {
	switch len(args) {
	case 1:
		if args[0] == "" {
			return usagef("MODULE is empty")
		}
		return nil
	case 0:
		return usagef("no MODULE is given").withHint("%s MODULE", c.CommandPath())
	default:
		return usagef("%s takes one MODULE, and %d arguments are given", c.CommandPath(), len(args))
	}
}

// needsCommand makes a command a group: alone, or with an unknown name, it is a
// usage error.
func needsCommand(c *cobra.Command) {
	c.Use += " COMMAND"
	c.Args = cobra.ArbitraryArgs
	c.RunE = func(c *cobra.Command, args []string) error {
		var names []string
		for _, sub := range visible(c) {
			names = append(names, sub.Name())
		}
		if len(args) == 0 {
			return usagef("%s needs one of: %s", c.CommandPath(), strings.Join(names, ", ")).
				withHint("%s --help", c.CommandPath())
		}
		f := usagef("%s does not know %q; it knows: %s", c.CommandPath(), args[0], strings.Join(names, ", "))
		if near, ok := nearest(args[0], names); ok {
			f.hint = "did you mean " + c.CommandPath() + " " + near + "?"
		}
		return f
	}
}

// describeHelp gives the flag --help of all commands one description.
func describeHelp(c *cobra.Command) {
	if c.Flags().Lookup("help") == nil {
		c.Flags().BoolP("help", "h", false, "print this help")
	}
	for _, sub := range c.Commands() {
		describeHelp(sub)
	}
}

// addCobraCommands adds cobra's own commands, with our messages for wrong arguments.
func addCobraCommands(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	out := root.OutOrStdout()
	root.SetOut(scriptWriter{out}) // the commands keep it
	root.InitDefaultCompletionCmd()
	root.SetOut(out)
	for _, c := range root.Commands() {
		switch c.Name() {
		case "completion":
			needsCommand(c)
			for _, shell := range c.Commands() {
				shell.Args = noArguments
			}
		case "help":
			show := c.Run
			c.Run = nil
			c.RunE = func(c *cobra.Command, args []string) error {
				if err := checkTopic(root, args); err != nil {
					return err
				}
				show(c, args)
				return nil
			}
		}
	}
}

// checkTopic refuses help about a command that does not exist.
func checkTopic(root *cobra.Command, args []string) error {
	c, rest, err := root.Find(args)
	if err == nil && len(rest) == 0 {
		return nil
	}
	f := usagef("there is no command %q", strings.Join(args, " "))
	var names []string
	for _, sub := range visible(c) {
		names = append(names, sub.Name())
	}
	if near, ok := nearest(rest[0], names); ok {
		return f.withHint("did you mean wamr-go help %s?", strings.TrimSpace(strings.TrimPrefix(c.CommandPath(), root.Name())+" "+near))
	}
	return f.withHint("wamr-go help lists the commands")
}
