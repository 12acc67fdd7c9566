package main

import (
	"errors"
	"os"

	"github.com/wamr-go/wamr-go/cmd/wamr-go/internal/vet"
	"github.com/wamr-go/wamr-go/pkg/memstat/report"
)

// vetFile is a file that a report is written to.
type vetFile struct {
	flag, name, format string
	place              *outFile
}

func (f vetFile) spelled() string { return "--" + f.flag + " " + f.name }

// vetFiles are the files of a run of vet.
type vetFiles []vetFile

// openVetFiles opens the places of all files, or none.
func openVetFiles(a *app, o *vetOptions) (vetFiles, error) {
	var all vetFiles
	for _, f := range []vetFile{
		{flag: "report-file", name: o.run.reportFile, format: formatJSON},
		{flag: "junit", name: o.junit, format: formatJUnit},
	} {
		if f.name == "" {
			continue
		}
		var err error
		if f.place, err = openOutFile(f.name, a.stdout, nil); err != nil {
			return nil, errors.Join(cannotRunf("%s: %v", f.spelled(), systemReason(err)), all.close())
		}
		all = append(all, f)
		for _, other := range all[:len(all)-1] {
			if f.place.same(other.place) {
				return nil, errors.Join(usagef("two reports would go to one file: %s and %s", other.spelled(), f.spelled()), all.close())
			}
		}
	}
	return all, nil
}

// at returns the file that a path names.
func (all vetFiles) at(path string) (vetFile, bool) {
	for _, f := range all {
		if sameFile(path, f.name) {
			return f, true
		}
	}
	return vetFile{}, false
}

// write writes the report to all files, and returns the first problem.
func (all vetFiles) write(r *vet.Report) error {
	var first error
	for _, f := range all {
		text, err := renderVet(r, f.format, report.Options{})
		if err == nil {
			if err = f.place.write(text); err != nil {
				err = cannotRunf("the report could not be written to %s: %v", f.name, systemReason(err))
			}
		}
		if first == nil {
			first = err
		}
	}
	return first
}

func (all vetFiles) close() error {
	var errs []error
	for _, f := range all {
		errs = append(errs, f.place.close())
	}
	return errors.Join(errs...)
}

// sameFile reports whether two paths name one file.
func sameFile(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}
