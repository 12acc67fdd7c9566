package main

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/wamr-go/wamr-go/pkg/memstat/report"
)

const reportLong = `Show, compare and merge reports that were saved as JSON: those of a run
(--mem-report=json:FILE) and those of vet (--report-file FILE).`

func newReport(a *app, h helps) *cobra.Command {
	c := &cobra.Command{
		Use:   "report",
		Short: "Show, compare and merge saved reports",
		Long:  reportLong,
	}
	needsCommand(c)
	c.AddCommand(newReportShow(a, h), newReportDiff(a, h), newReportMerge(a, h))
	return c
}

// reportOutput holds the flags about the output of a report command.
type reportOutput struct {
	format string
	file   string // "" or "-" for standard output
	color  string
}

// flags returns the flags. The first format is the default.
func (o *reportOutput) flags(formats []string) flagGroup {
	f := pflag.NewFlagSet("Output", pflag.ContinueOnError)
	f.SortFlags = false
	o.format, o.color = formats[0], "auto"
	f.Var(choiceFlag{&o.format, "FORMAT", formats}, "format", "the format: "+strings.Join(formats, ", "))
	f.VarP(textFlag{&o.file, "FILE"}, "output", "o", "write to FILE instead of standard output, which - names too")
	f.Var(colorFlag(&o.color), "color", colorUsage)
	return flagGroup{"Output", f}
}

// check refuses to replace a file that is read.
func (o *reportOutput) check(inputs []string) error {
	for _, in := range inputs {
		if o.file != "" && sameFile(in, o.file) {
			return cannotRunf("--output %s: is one of the reports to read", o.file)
		}
	}
	return nil
}

// write renders with options that fit the place, and writes the result there.
func (o *reportOutput) write(a *app, render func(report.Options) ([]byte, error)) error {
	if o.file == "" || o.file == "-" {
		u := newUI(a.out)
		u.setColor(o.color)
		text, err := render(report.Options{Color: u.color, ASCII: u.ascii, Width: u.width})
		if err == nil {
			_, _ = a.out.Write(text) // an output, which remembers the error
		}
		return err
	}
	place, err := openOutFile(o.file, a.stdout, nil)
	if err != nil {
		return cannotOpenf(err, "--output %s", o.file)
	}
	defer func() { _ = place.close() }() // a failed write is reported
	text, err := render(report.Options{Color: o.color == "always", ASCII: a.ui.ascii})
	if err != nil {
		return err
	}
	if err := place.write(text); err != nil {
		return cannotRunf("--output %s: %v", o.file, systemReason(err))
	}
	return nil
}

// setFlags gives a command its groups of flags, and help for them.
func setFlags(c *cobra.Command, h helps, codes string, groups ...flagGroup) {
	for _, g := range groups {
		c.Flags().AddFlagSet(g.flags)
	}
	c.Flags().BoolP("help", "h", false, "print this help")
	c.Flags().SortFlags = false
	h[c] = helpTexts{groups: groups, codes: codes}
}

// completeReports offers files for the arguments of a command that takes at most
// that many.
func completeReports(most int) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) >= most {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return []string{"json"}, cobra.ShellCompDirectiveFilterFileExt
	}
}
