package main

import (
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wamr-go/wamr-go/pkg/memstat/report"
)

// budgetFlag is a repeatable list of FIGURE=LIMIT.
type budgetFlag struct{ to *[]report.Limit }

func (budgetFlag) String() string { return "" }
func (budgetFlag) Type() string   { return "FIGURE=LIMIT,..." }

func (f budgetFlag) Set(text string) error {
	var limits []report.Limit
	for item := range strings.SplitSeq(text, ",") {
		l, err := parseBudget(item)
		if err != nil {
			return err
		}
		limits = append(limits, l)
	}
	*f.to = append(*f.to, limits...)
	return nil
}

// complete offers the figures that may follow the last comma.
func (budgetFlag) complete(typed string) ([]string, cobra.ShellCompDirective) {
	before := typed[:strings.LastIndexByte(typed, ',')+1]
	var names []string
	for _, name := range figureNames() {
		names = append(names, before+name+"=")
	}
	return names, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

func figureNames() []string {
	var names []string
	for _, f := range report.Figures() {
		names = append(names, f.Name)
	}
	return names
}

func parseBudget(text string) (report.Limit, error) {
	name, limit, ok := strings.Cut(text, "=")
	f, known := report.LookupFigure(name)
	switch {
	case !known:
		err := usagef("%s is not one of: %s", quotedIfEmpty(name), strings.Join(figureNames(), ", "))
		if near, ok := nearest(name, figureNames()); ok {
			return report.Limit{}, err.withHint("did you mean --budget %s=LIMIT?", near)
		}
		return report.Limit{}, err
	case !ok:
		return report.Limit{}, usagef("%s has no limit", name).withHint("write --budget %s=%s", name, exampleLimit(f))
	}
	most, err := parseLimit(f, limit)
	if err != nil {
		own := failureOf(err)
		own.problem = "the limit of " + name + ": " + own.problem
		return report.Limit{}, own
	}
	return report.Limit{Figure: name, Most: most}, nil
}

// parseLimit reads a limit in the unit of the figure. A limit of 0 allows none.
func parseLimit(f report.Figure, text string) (uint64, error) {
	switch {
	case text == "0":
		return 0, nil
	case f.Unit == report.UnitBytes:
		return parseSize(text)
	case f.Unit == report.UnitNanoseconds:
		d, err := parseDuration(text)
		return uint64(max(d, 0)), err
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0, usagef("it is not a whole number")
	}
	return n, nil
}

func exampleLimit(f report.Figure) string {
	switch f.Unit {
	case report.UnitBytes:
		return "64KiB"
	case report.UnitNanoseconds:
		return "5ms"
	default:
		return "8"
	}
}

// checkBudgets refuses a budget for a figure that the run does not measure.
func (o *options) checkBudgets(cycling bool) error {
	for _, l := range o.budgets {
		f, _ := report.LookupFigure(l.Figure) // the flag takes no other
		var needs, example string
		switch {
		case f.Needs == report.NeedsCycles && !cycling:
			needs, example = "--cycles, --calls or --duration", "--cycles 1000"
		case f.Needs == report.NeedsInstructions && !o.count && o.fuel == 0:
			needs, example = "--count-instructions or --fuel", "--count-instructions"
		case f.Needs == report.NeedsGuestHeap && o.leak.check == "":
			needs, example = "--leak-check", "--leak-check"
		case !f.Measurable():
			return usagef("--budget %s: this system does not tell the %s", f.Name, f.Label)
		default:
			continue
		}
		return usagef("--budget %s needs %s", f.Name, needs).
			withHint("wamr-go run %s --budget %s=%s MODULE", example, f.Name, exampleLimit(f))
	}
	return nil
}

// inspects reports whether a report or a budget needs figures that only
// engine.Config.Inspect measures.
func (o *options) inspects() bool {
	for _, l := range o.budgets {
		if f, _ := report.LookupFigure(l.Figure); f.Needs == report.NeedsInspection || f.Needs == report.NeedsProcess {
			return true
		}
	}
	return len(o.reportPlan()) > 0
}

// budgetEndings has a row for each budget whose figure was not measured, and
// then for each that is exceeded.
func budgetEndings(rep *report.Report, leakCode uint64) []ending {
	var list []ending
	for _, b := range rep.Budgets {
		if b.Value == nil {
			list = append(list, ending{code: exitCannotRun, text: b.String()})
		}
	}
	for _, b := range rep.Exceeded() {
		list = append(list, ending{code: int(leakCode), text: b.String()})
	}
	return list
}
