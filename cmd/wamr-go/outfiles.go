package main

import "errors"

// outFiles are the places of all that a run writes beside the guest's own output.
type outFiles struct {
	reports plannedReports
	profile *profileFile
	trace   *traceFile
}

// openOutFiles opens the places that flags name, or none.
func openOutFiles(a *app, o *options) (f outFiles, err error) {
	if f.reports, err = openReports(a, o); err != nil {
		return outFiles{}, err
	}
	if f.profile, err = openProfile(a, o, f.reports); err != nil {
		return outFiles{}, errors.Join(err, f.reports.close())
	}
	if f.trace, err = openTrace(a, o, f.reports, f.profile); err != nil { // which makes its file
		return outFiles{}, errors.Join(err, f.profile.close(), f.reports.close())
	}
	return f, nil
}

// openBeside opens the file of a flag, in which none of the reports may be. content
// names the content of the file in messages.
func openBeside(a *app, o *options, reports plannedReports, flag, content, file string) (*outFile, error) {
	place, err := openOutFile(file, a.stdout, o.inputs())
	if err != nil {
		return nil, cannotOpenf(err, "%s %s", flag, file)
	}
	for _, r := range reports {
		if r.place != nil && r.place.same(place) {
			return nil, errors.Join(usagef("the %s and a report would go to one file: %s and %s", content, file, r.file), place.close())
		}
	}
	return place, nil
}
