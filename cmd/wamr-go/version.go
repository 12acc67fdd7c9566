package main

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func newVersion(a *app, _ helps) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the versions of wamr-go, Go and wazero",
		Args:  noArguments,
		RunE:  func(*cobra.Command, []string) error { return printVersion(a.out) },
	}
}

const wazeroPath = "github.com/tetratelabs/wazero"

// printVersion prints the versions that the binary records; missing ones are left
// out.
func printVersion(w io.Writer) error {
	name, commit, wazero := version, "", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		if name == "" {
			name = info.Main.Version // of go install
		}
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				commit = s.Value
			}
		}
		for _, d := range info.Deps {
			if d.Path == wazeroPath {
				wazero = d.Version
			}
		}
	}
	text := "wamr-go " + name + "\n"
	if commit != "" {
		text += "commit  " + commit + "\n"
	}
	text += fmt.Sprintf("go      %s %s/%s\n", runtime.Version(), runtime.GOOS, runtime.GOARCH)
	if wazero != "" {
		text += "wazero  " + wazero + "\n"
	}
	_, err := io.WriteString(w, text)
	return err
}
