package main

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wamr-go/wamr-go/pkg/memstat/report"
)

const reportText = "text"

// reportFormats lists the names of all formats.
func reportFormats() []string {
	var names []string
	for _, f := range report.Formats() {
		names = append(names, f.Name)
	}
	return names
}

// savedFormats lists the formats that a saved report can be rendered in.
func savedFormats() []string {
	return slices.DeleteFunc(reportFormats(), isProfile)
}

// isProfile reports whether a format is a profile of the guest's heap.
func isProfile(format string) bool {
	f, _ := report.Lookup(format)
	return f.Binary
}

// reportWish is a report that the user requested.
type reportWish struct {
	format string // name of a report.Format
	file   string // its place; "" for standard error, or that of --report-file
}

// reportFlag collects the reports of --mem-report, FORMAT[:FILE].
type reportFlag struct{ to *[]reportWish }

func (reportFlag) String() string { return "" }
func (reportFlag) Type() string   { return "FORMAT[:FILE]" }

func (f reportFlag) Set(text string) error {
	name, file, hasFile := strings.Cut(text, ":")
	if _, ok := report.Lookup(name); !ok {
		return unknownFormat(text, name)
	}
	if hasFile && file == "" {
		return usagef("the name of the file is empty").withHint("write --mem-report=%s:FILE", name)
	}
	*f.to = append(*f.to, reportWish{name, file})
	return nil
}

// unknownFormat hints at the spelling of a format, or of a file without a
// format.
func unknownFormat(text, name string) error {
	f := usagef("it is not one of: %s", strings.Join(reportFormats(), ", "))
	if near, ok := nearest(name, reportFormats()); ok {
		return f.withHint("did you mean --mem-report=%s?", near+strings.TrimPrefix(text, name))
	}
	if extension := strings.TrimPrefix(filepath.Ext(text), "."); extension != "" || strings.ContainsAny(text, `/\`) {
		format := reportText
		if slices.Contains(reportFormats(), extension) {
			format = extension
		}
		return f.withHint("to write a file: --mem-report=%s:%s", format, text)
	}
	return f
}

// reportPlan returns the reports to write. Cycles, a file, a target or a count of
// instructions ask for one without --mem-report.
func (o *options) reportPlan() []reportWish {
	plan := slices.Clone(o.reports)
	if o.reportFile != "" {
		i := slices.IndexFunc(plan, func(w reportWish) bool { return w.file == "" })
		if i < 0 {
			i, plan = len(plan), append(plan, reportWish{format: reportText})
		}
		plan[i].file = o.reportFile
	}
	if len(plan) == 0 && (o.target != "" || o.count || o.cycling() && !o.quiet) {
		plan = append(plan, reportWish{format: reportText})
	}
	return plan
}

// spelled returns the flag that names a report's file.
func (o *options) spelled(w reportWish) string {
	if slices.Contains(o.reports, w) {
		return "--mem-report=" + w.format + ":" + w.file
	}
	return "--report-file " + w.file
}

// printsText reports whether a text report goes to standard error.
func (o *options) printsText() bool {
	return slices.Contains(o.reportPlan(), reportWish{format: reportText})
}

// profiling reports whether a profile of the guest's heap is to be written.
func (o *options) profiling() bool {
	return slices.ContainsFunc(o.reportPlan(), func(w reportWish) bool { return isProfile(w.format) })
}

// reportsToFile reports whether a report has a file.
func (o *options) reportsToFile() bool {
	return slices.ContainsFunc(o.reportPlan(), func(w reportWish) bool { return w.file != "" })
}

// checkPlan refuses two reports for one place, and a profile on standard error.
func checkPlan(plan []reportWish) error {
	for i, w := range plan {
		if isProfile(w.format) && w.file == "" {
			return usagef("--mem-report=%s needs a file: it is binary", w.format).withHint("--mem-report=%s:FILE", w.format)
		}
		for _, other := range plan[:i] {
			switch {
			case other.file != w.file || w.file == os.DevNull:
			case w.file == "":
				return usagef("two reports would go to standard error").withHint("give one of them a file: --mem-report=%s:FILE", w.format)
			default:
				return usagef("two reports would go to %s", w.file).withHint("each needs a file of its own")
			}
		}
	}
	return nil
}

// plannedReport is a report with its place.
type plannedReport struct {
	reportWish
	place *outFile // nil for standard error
}

// plannedReports are the reports of a run, in the order of the command line.
type plannedReports []plannedReport

// openReports opens the places of all reports, or none.
func openReports(a *app, o *options) (plannedReports, error) {
	var all plannedReports
	for _, w := range o.reportPlan() {
		p := plannedReport{reportWish: w}
		if w.file != "" {
			var err error
			if p.place, err = openOutFile(w.file, a.stdout, o.inputs()); err != nil {
				return nil, errors.Join(cannotOpenf(err, "%s", o.spelled(w)), all.close())
			}
		}
		all = append(all, p)
		for _, other := range all[:len(all)-1] {
			if p.place != nil && other.place != nil && p.place.same(other.place) {
				return nil, errors.Join(usagef("two reports would go to one file: %s and %s", other.file, p.file), all.close())
			}
		}
	}
	return all, nil
}

func (all plannedReports) close() error {
	var errs []error
	for _, p := range all {
		if p.place != nil {
			errs = append(errs, p.place.close())
		}
	}
	return errors.Join(errs...)
}
