package main

import (
	"bytes"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/wamr-go/wamr-go/cmd/wamr-go/internal/vet"
	"github.com/wamr-go/wamr-go/pkg/memstat/report"
)

const reportMergeLong = `Join saved reports into one table: parts that "wamr-go vet --shard I/N
--report-file FILE" wrote on several machines, former merges, and reports of
single runs (--mem-report=json:FILE), which are a row each. A shard of which
there is no part is named; with --corpus PATH, its modules are rows too.

Parts may overlap, as after a retry: the row of a module that ran replaces one of
a module that did not, and else the worse verdict counts.`

const reportMergeExample = `  wamr-go report merge part1.json part2.json part3.json
  wamr-go report merge --corpus plugins/ -o all.json --format json part*.json
  wamr-go report merge --format html -o all.html run1.json run2.json
`

// mergeOptions are the flags of report merge.
type mergeOptions struct {
	out    reportOutput
	corpus []string
}

func newReportMerge(a *app, h helps) *cobra.Command {
	o := &mergeOptions{}
	c := &cobra.Command{
		Use:               "merge [FLAGS] FILE...",
		Short:             "Join saved reports of many modules or machines",
		Long:              reportMergeLong,
		Example:           reportMergeExample,
		ValidArgsFunction: completeReports(1 << 20),
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("no FILE is given").withHint("wamr-go report merge FILE...")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			a.ui.setColor(o.out.color)
			if err := noEmptyFile(slices.Concat(args, o.corpus)); err != nil {
				return err
			}
			if err := o.out.check(args); err != nil {
				return err
			}
			return mergeReports(a, o, args)
		},
	}
	f := pflag.NewFlagSet("Merging", pflag.ContinueOnError)
	f.Var(nonEmptyListFlag{listFlag{&o.corpus, "PATH"}}, "corpus", "name the modules of PATH that no FILE has, with PATH as vet was given it (repeatable)")
	setFlags(c, h, vetExitCodesHelp, flagGroup{"Merging", f}, o.out.flags(vetFormats()))
	return c
}

func mergeReports(a *app, o *mergeOptions, files []string) error {
	var parts []*vet.Report
	var runs []*savedReport
	for _, file := range files {
		s, err := readSaved(a, file)
		switch {
		case err != nil:
			return err
		case s.vet != nil:
			parts = append(parts, s.vet)
		default:
			runs = append(runs, s)
		}
	}
	parts = append(parts, partsOf(runs)...)
	var corpus *vet.Corpus
	if len(o.corpus) > 0 {
		var err error
		if corpus, err = vet.Find(o.corpus, a.stdin); err != nil {
			return cannotRunf("%v", err)
		}
	}
	r := vet.Merge(parts, corpus)
	err := o.out.write(a, func(options report.Options) ([]byte, error) { return renderVet(r, o.out.format, options) })
	if err == nil {
		endVet(a, r, vetCode(r))
	}
	return err
}

// partsOf returns a part for each run. Different modules of one path get names of
// their own. A module that could not be compiled is not in its report, so the file
// names the row.
func partsOf(runs []*savedReport) []*vet.Report {
	sums := map[string]map[string]bool{} // of the modules, by path
	for _, s := range runs {
		if m := s.run.Module; m != nil {
			if sums[m.Path] == nil {
				sums[m.Path] = map[string]bool{}
			}
			sums[m.Path][m.SHA256] = true
		}
	}
	var parts []*vet.Report
	for _, s := range runs {
		name := s.file
		if m := s.run.Module; m != nil {
			name = m.Path
			if len(sums[name]) > 1 {
				name += " (sha256 " + m.SHA256[:min(len(m.SHA256), 12)] + ")"
			}
		}
		parts = append(parts, vet.NewReport([]vet.Entry{vet.FromRun(name, s.run, s.text)}))
	}
	return parts
}

// vetFormats lists the formats of a report about many modules, the default first.
func vetFormats() []string { return []string{reportText, formatJSON, formatHTML, formatJUnit} }

// renderVet renders a report about many modules.
func renderVet(r *vet.Report, format string, o report.Options) ([]byte, error) {
	var b bytes.Buffer
	var err error
	switch format {
	case formatJSON:
		var text []byte
		text, err = r.JSON()
		b.Write(text)
	case formatHTML:
		err = r.Table().WriteHTML(&b)
	case formatJUnit:
		return r.JUnit(), nil
	case reportText:
		err = r.Table().WriteText(&b, o)
	default:
		return nil, cannotRunf("a report about many modules cannot be written as %s, only as %s", format, strings.Join(vetFormats(), ", "))
	}
	if err != nil {
		return nil, cannotRunf("the report could not be made: %v", err)
	}
	return b.Bytes(), nil
}
