package main

import "errors"

// outFiles are the places of all that a run writes beside the guest's own output.
type outFiles struct {
	reports plannedReports
	trace   *traceFile
	profile *profileFile
}

// openOutFiles opens the places that flags name, or none.
func openOutFiles(a *app, o *options) (f outFiles, err error) {
	if f.reports, err = openReports(a, o); err != nil {
		return outFiles{}, err
	}
	if f.trace, err = openTrace(a, o, f.reports); err != nil {
		return outFiles{}, errors.Join(err, f.reports.close())
	}
	if f.profile, err = openProfile(a, o, f.reports, f.trace); err != nil {
		return outFiles{}, errors.Join(err, f.trace.close(), f.reports.close())
	}
	return f, nil
}
