package main

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/wamr-go/wamr-go/pkg/memstat/guestheap"
	"github.com/wamr-go/wamr-go/pkg/memstat/report"
)

const reportShowLong = `Render a report that a run saved with --mem-report=json:FILE, in any format but
pprof. The text and the page are those that the run itself would have written. A
report of vet can be text, json, html or junit. FILE - is standard input.`

const reportShowExample = `  wamr-go report show run.json
  wamr-go report show --format html -o run.html run.json
  ssh ci cat run.json | wamr-go report show -
`

const reportCodes = `    0  it was written
  125  a report could not be read, or the result could not be written
    2  wrong usage
`

func newReportShow(a *app, h helps) *cobra.Command {
	var out reportOutput
	kinds := leakKinds{guestheap.DefinitelyLost, guestheap.PossiblyLost}
	c := &cobra.Command{
		Use:               "show [FLAGS] FILE",
		Short:             "Render a saved report",
		Long:              reportShowLong,
		Example:           reportShowExample,
		ValidArgsFunction: completeReports(1),
		Args:              reportFiles(1),
		RunE: func(_ *cobra.Command, args []string) error {
			a.ui.setColor(out.color)
			if err := out.check(args); err != nil {
				return err
			}
			saved, err := readSaved(a, args[0])
			if err != nil {
				return err
			}
			return out.write(a, func(o report.Options) ([]byte, error) {
				if saved.vet != nil {
					return renderVet(saved.vet, out.format, o)
				}
				o.LeakKinds, o.FailKinds = kinds, []guestheap.LeakKind{guestheap.DefinitelyLost}
				return render(saved.run, out.format, o)
			})
		},
	}
	text := pflag.NewFlagSet("Text", pflag.ContinueOnError)
	text.Var(&kinds, "show-leak-kinds", showLeakKindsUsage)
	setFlags(c, h, reportCodes, out.flags(savedFormats()), flagGroup{"Text", text})
	return c
}

// reportFiles asks for that many arguments.
func reportFiles(n int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		names := []string{"", "FILE", "OLD NEW"}[n]
		switch {
		case len(args) < n:
			return usagef("%s takes %s", c.CommandPath(), names).withHint("%s %s", c.CommandPath(), names)
		case len(args) > n:
			return usagef("%s takes %s, and %d arguments are given", c.CommandPath(), names, len(args))
		}
		return noEmptyFile(args)
	}
}

// noEmptyFile refuses an empty name, and standard input twice.
func noEmptyFile(args []string) error {
	stdin := 0
	for _, name := range args {
		switch name {
		case "":
			return usagef("the name of a report is empty")
		case "-":
			stdin++
		}
	}
	if stdin > 1 {
		return usagef("standard input can be one report only")
	}
	return nil
}
