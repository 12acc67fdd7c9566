package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

const rootLong = `wamr-go runs WebAssembly/WASI programs and accounts for every byte and handle
that they take: the cost of an instance, whether destroying it gives everything
back, and whether the program leaks.`

const rootExample = `  wamr-go hello.wasm                        run a file
  wamr-go --dir . tool.wasm in.txt          preopen a directory
  wamr-go --leak-check tool.wasm            find the program's own leaks
  wamr-go --cycles 1000 plugin.wasm         find leaks between instances
  wamr-go --mem-report plugin.wasm          print the memory report
  wamr-go -f add math.wasm 1 2              call an export
`

// command is a row of commands.
type command struct {
	name string
	make func(*app, helps) *cobra.Command // nil for cobra's
	// alone is set if the command works without the others, which are then not
	// built.
	alone  bool
	hidden bool
}

// commands returns all commands, wamr-go's own and cobra's. (A variable could not
// hold them: a command's errors suggest commands.)
func commands() []command {
	return []command{
		{"run", newRun, true, false},
		{"vet", newVet, true, false},
		{"report", newReport, true, false},
		{"compile", newCompile, true, false},
		{"cache", newCache, true, false},
		{"version", newVersion, true, false},
		{"gen-docs", newGenDocs, false, true},
		{"completion", nil, false, false},
		{"help", nil, false, false},
	}
}

// commandNames lists the commands that a user types.
func commandNames() []string {
	var names []string
	for _, c := range commands() {
		if !c.hidden {
			names = append(names, c.name)
		}
	}
	return names
}

// newRoot builds the command that args, as route returns them, begin with, or all
// commands. Building one with its flags takes a good part of a short run.
func newRoot(a *app, args []string) *cobra.Command {
	h := helps{}
	root := &cobra.Command{
		Use:           "wamr-go [FLAGS] MODULE [ARG...]\nwamr-go COMMAND",
		Short:         "Run WebAssembly/WASI programs and account for their resources",
		Long:          rootLong + "\n\n\"wamr-go MODULE\" is \"wamr-go run MODULE\"; \"wamr-go help run\" lists its flags.",
		Example:       rootExample,
		Args:          cobra.ArbitraryArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(c *cobra.Command, _ []string) error {
			if show, _ := c.Flags().GetBool("version"); show {
				return printVersion(a.out)
			}
			// Nothing was requested, so the help is an error message, not output.
			fmt.Fprint(a.ui.w, h.text(c))
			a.code = exitUsage
			return nil
		},
		ValidArgsFunction: completeFirst,
	}
	root.SetIn(a.stdin)
	root.SetOut(a.out)
	root.SetErr(a.ui.w)
	root.Flags().Bool("version", false, "print the version")
	root.Flags().BoolP("help", "h", false, "print this help")
	root.SetHelpFunc(func(c *cobra.Command, _ []string) { fmt.Fprint(c.OutOrStdout(), h.text(c)) })
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return flagFailure(c, err, args) })
	for _, c := range commands() {
		if c.alone && len(args) > 0 && args[0] == c.name {
			root.AddCommand(c.make(a, h))
			root.CompletionOptions.DisableDefaultCmd = true
			describeHelp(root)
			return root
		}
	}
	for _, c := range commands() {
		if c.make != nil {
			root.AddCommand(c.make(a, h))
		}
	}
	addCobraCommands(root)
	describeHelp(root)
	if len(args) > 0 && isCompletion(args[0]) {
		registerCompletions(root)
	}
	return root
}

// route inserts "run" if the arguments do not begin with a command. A module
// with a command's name is written ./run, or run run.
func route(args []string) []string {
	if len(args) == 0 || slices.Contains([]string{"-h", "--help", "--version"}, args[0]) {
		return args
	}
	switch first := args[0]; {
	case isCompletion(first):
		rest := args[1:]
		// The word being typed may still become a command.
		if len(rest) == 1 && !strings.HasPrefix(rest[0], "-") {
			return args
		}
		return append([]string{first}, route(rest)...)
	case isCommand(first):
		return args
	}
	return append([]string{"run"}, args...)
}

// isCompletion reports whether a shell asks for completions of the arguments that
// follow.
func isCompletion(name string) bool {
	return name == cobra.ShellCompRequestCmd || name == cobra.ShellCompNoDescRequestCmd
}

func isCommand(name string) bool {
	return slices.ContainsFunc(commands(), func(c command) bool { return c.name == name })
}
