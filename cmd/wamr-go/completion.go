package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/wasi"
)

// completes is a flag value that offers completions to the shell.
type completes interface {
	complete(typed string) ([]string, cobra.ShellCompDirective)
}

// registerCompletions lets the shell complete the flag values of a command and of its
// subcommands if they offer completions. Other values are completed as file names.
func registerCompletions(c *cobra.Command) {
	for _, sub := range c.Commands() {
		registerCompletions(sub)
	}
	c.Flags().VisitAll(func(f *pflag.Flag) {
		value, ok := f.Value.(completes)
		if !ok {
			return
		}
		// The only error is a flag that does not exist or was registered before.
		_ = c.RegisterFlagCompletionFunc(f.Name, func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
			return value.complete(typed)
		})
	})
}

// completeModule offers modules for MODULE, and any file for the guest's
// arguments.
func completeModule(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveDefault
	}
	return []string{"wasm"}, cobra.ShellCompDirectiveFilterFileExt
}

// completeFirst offers modules beside the commands. A shell that completes files of a
// kind forgets the commands, so modules are listed here if the word could be a command.
func completeFirst(c *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	if !slices.ContainsFunc(commandNames(), func(name string) bool { return strings.HasPrefix(name, typed) }) {
		return completeModule(c, args, typed)
	}
	entries, err := os.ReadDir(".")
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var files []string
	for _, e := range entries {
		name := e.Name()
		if filepath.Ext(name) == ".wasm" && strings.HasPrefix(name, typed) && memstat.Printable(name) == name {
			files = append(files, name)
		}
	}
	return files, cobra.ShellCompDirectiveNoFileComp
}

func (f choiceFlag) complete(string) ([]string, cobra.ShellCompDirective) {
	return f.choices, cobra.ShellCompDirectiveNoFileComp
}

// complete offers formats, and files after a colon.
func (reportFlag) complete(typed string) ([]string, cobra.ShellCompDirective) {
	if strings.Contains(typed, ":") {
		return nil, cobra.ShellCompDirectiveDefault
	}
	return reportFormats(), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

// complete offers the exports of the module that comes later on the line.
func (exportFlag) complete(typed string) ([]string, cobra.ShellCompDirective) {
	return exportsOnLine(os.Getenv(lineVariable), typed), cobra.ShellCompDirectiveNoFileComp
}

// complete offers the names of the host's variables.
func (envFlag) complete(typed string) ([]string, cobra.ShellCompDirective) {
	if strings.Contains(typed, "=") {
		return nil, cobra.ShellCompDirectiveDefault
	}
	return namesOf(os.Environ()), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

func (addressFlag) complete(string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveNoFileComp
}

func (metricsFlag) complete(string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveNoFileComp
}

func (mapDirFlag) complete(string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveNoFileComp
}

func (faultFlag) complete(string) ([]string, cobra.ShellCompDirective) {
	return engine.FaultNames(), cobra.ShellCompDirectiveNoFileComp
}

func (dirFlag) complete(string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveFilterDirs
}

func (dirNameFlag) complete(string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveFilterDirs
}

func (numberFlag) complete(string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveNoFileComp
}

func (sizeFlag) complete(string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveNoFileComp
}

func (durationFlag) complete(string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveNoFileComp
}

// complete offers the names that may follow the last comma.
func (traceFlag) complete(typed string) ([]string, cobra.ShellCompDirective) {
	before := typed[:strings.LastIndexByte(typed, ',')+1]
	var names []string
	for _, group := range wasi.TraceGroups() {
		names = append(names, before+group)
	}
	return names, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}
