package main

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/wamr-go/wamr-go/cmd/wamr-go/internal/vet"
	"github.com/wamr-go/wamr-go/pkg/memstat/report"
	"github.com/wamr-go/wamr-go/pkg/memstat/report/diff"
)

const reportDiffLong = `Compare two reports that were saved as JSON: of two runs, or of two runs of vet,
module by module. One table has the figures that changed: verdict and outcome,
the cost of an instance, linear memory, instructions, the ledger by kind, the
guest's heap, latency, readings of the process and their trends, the binary.

--fail-on-growth PCT ends with 99 if a figure is worse by more than PCT percent,
or a verdict, an outcome or a budget turned bad. Only figures that depend on
nothing but the guest count: instructions, memory, descriptors, the ledger and
the guest's heap. Others vary from run to run. --include makes them count:

  timings  latency and rate
  process  resident memory, Go's heap and the like, their trends, and objects
           that the runtime keeps for all instances
  module   sizes of the binary and of the compiled code`

const reportDiffExample = `  wamr-go report diff yesterday.json today.json
  wamr-go report diff --fail-on-growth 1 old.json new.json
  wamr-go report diff --fail-on-growth 10 --include timings old.json new.json
`

const reportDiffCodes = `    0  they were compared
   99  --fail-on-growth: a figure grew by more than PCT, or a verdict is worse
  125  a report could not be read, or the result could not be written
    2  wrong usage
`

// diffOptions are the flags of report diff.
type diffOptions struct {
	out   reportOutput
	all   bool
	limit *float64 // in percent; nil for none
	also  []diff.Class
}

func newReportDiff(a *app, h helps) *cobra.Command {
	o := &diffOptions{}
	c := &cobra.Command{
		Use:               "diff [FLAGS] OLD NEW",
		Short:             "Compare two saved reports",
		Long:              reportDiffLong,
		Example:           reportDiffExample,
		ValidArgsFunction: completeReports(2),
		Args:              reportFiles(2),
		RunE: func(_ *cobra.Command, args []string) error {
			a.ui.setColor(o.out.color)
			if len(o.also) > 0 && o.limit == nil {
				return usagef("--include needs --fail-on-growth").withHint("wamr-go report diff --fail-on-growth PCT --include %s OLD NEW", o.also[0])
			}
			if err := o.out.check(args); err != nil {
				return err
			}
			return diffReports(a, o, args[0], args[1])
		},
	}
	f := pflag.NewFlagSet("Comparison", pflag.ContinueOnError)
	f.SortFlags = false
	f.BoolVarP(&o.all, "all", "v", false, "show the figures that did not change, too")
	f.Var(percentFlag{&o.limit}, "fail-on-growth", "exit with 99 if a figure is worse by more than PCT percent")
	f.Var(classesFlag{&o.also}, "include", "have these count too, with commas: "+strings.Join(classNames(), ", ")+" or all")
	setFlags(c, h, reportDiffCodes, flagGroup{"Comparison", f}, o.out.flags([]string{reportText, formatJSON, formatHTML}))
	return c
}

func diffReports(a *app, o *diffOptions, old, new string) error {
	before, err := readSaved(a, old)
	if err != nil {
		return err
	}
	after, err := readSaved(a, new)
	if err != nil {
		return err
	}
	if (before.run == nil) != (after.run == nil) {
		return cannotRunf("one report is of a run and the other of vet: %s, %s", old, new)
	}
	r := &diff.Result{Old: old, New: new}
	if before.run != nil {
		r.Modules = []*diff.Comparison{diff.Compare(diff.Run(before.run), diff.Run(after.run))}
	} else if r.Modules, err = compareModules(before.vet, after.vet); err != nil {
		return err
	}
	for _, m := range r.Modules {
		for _, w := range m.Warnings {
			if len(r.Modules) > 1 {
				w = m.Module + ": " + w
			}
			a.ui.warnf("%s", w)
		}
	}
	var failed []string
	if o.limit != nil {
		failed = r.Judge(*o.limit, o.also)
	}
	err = o.out.write(a, func(options report.Options) ([]byte, error) {
		var b bytes.Buffer
		switch o.out.format {
		case formatJSON:
			err = r.WriteJSON(&b, o.all)
		case formatHTML:
			err = r.WriteHTML(&b, o.all)
		default:
			err = r.Table(o.all).WriteText(&b, options)
		}
		return b.Bytes(), err
	})
	if err == nil && len(failed) > 0 {
		a.code = exitLeak
		a.ui.errorf("%s (exit code %d)", grown(failed, *o.limit), a.code)
	}
	return err
}

// grown names the first figures that failed.
func grown(failed []string, limit float64) string {
	const most = 3
	texts := slices.Clone(failed[:min(len(failed), most)])
	if n := len(failed) - most; n > 0 {
		texts = append(texts, fmt.Sprintf("and %d more", n))
	}
	return fmt.Sprintf("worse by more than %v %%: %s", limit, strings.Join(texts, "; "))
}

// compareModules compares the rows of two reports by their paths. A module that
// one of them lacks is absent on that side.
func compareModules(before, after *vet.Report) ([]*diff.Comparison, error) {
	sides := [2]map[string]diff.Side{}
	var names []string
	for i, r := range []*vet.Report{before, after} {
		sides[i] = map[string]diff.Side{}
		for _, e := range r.Modules {
			s := diff.Side{Verdict: string(e.Verdict)}
			if e.Report != nil {
				var err error
				if s.Report, _, err = report.Parse(e.Report); err != nil {
					return nil, cannotRunf("the report of %s: %v", e.Path, err)
				}
			}
			sides[i][e.Path] = s
			names = append(names, e.Path)
		}
	}
	slices.Sort(names)
	all := []*diff.Comparison{}
	for _, name := range slices.Compact(names) {
		c := diff.Compare(sides[0][name], sides[1][name])
		c.Module = name
		all = append(all, c)
	}
	return all, nil
}

// percentFlag is a number of percent, with or without the sign.
type percentFlag struct{ to **float64 }

func (f percentFlag) String() string {
	if f.to == nil || *f.to == nil {
		return ""
	}
	return strconv.FormatFloat(**f.to, 'g', -1, 64)
}

func (percentFlag) Type() string { return "PCT" }

func (f percentFlag) Set(text string) error {
	n, err := strconv.ParseFloat(strings.TrimSuffix(text, "%"), 64)
	if err != nil || math.IsNaN(n) || n < 0 || n > 1e6 {
		return usagef("it is not a number of percent from 0 to 1,000,000").withHint("write 1 or 0.5")
	}
	*f.to = &n
	return nil
}

func (percentFlag) complete(string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveNoFileComp
}

// classesFlag is a list of the classes that count on request.
type classesFlag struct{ to *[]diff.Class }

func classNames() []string {
	var names []string
	for _, c := range diff.OnRequest() {
		names = append(names, string(c))
	}
	return names
}

func (classesFlag) String() string { return "" }
func (classesFlag) Type() string   { return "CLASS[,...]" }

func (f classesFlag) Set(text string) error {
	for name := range strings.SplitSeq(text, ",") {
		switch {
		case name == "all":
			*f.to = append(*f.to, diff.OnRequest()...)
		case slices.Contains(classNames(), name):
			*f.to = append(*f.to, diff.Class(name))
		default:
			err := usagef("%q is not one of: %s, all", name, strings.Join(classNames(), ", "))
			if near, ok := nearest(name, classNames()); ok {
				return err.withHint("did you mean %s?", near)
			}
			return err
		}
	}
	return nil
}

func (f classesFlag) complete(typed string) ([]string, cobra.ShellCompDirective) {
	before := typed[:strings.LastIndexByte(typed, ',')+1]
	var names []string
	for _, name := range append(classNames(), "all") {
		names = append(names, before+name)
	}
	return names, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}
