package main

import (
	"errors"
	"os"
)

// tracing reports whether WASI calls are traced. --trace-file implies it.
func (o *options) tracing() bool { return o.trace != nil || o.traceFile != "" }

// traceFile is the file of --trace-file. A nil traceFile is none.
type traceFile struct {
	output
	place   *outFile
	regular *os.File // nil for a stream
}

// openTrace opens the file of --trace-file, or returns nil without one. None of
// the reports, nor the profile, may have the same place.
func openTrace(a *app, o *options, reports plannedReports, profile *profileFile) (*traceFile, error) {
	if o.traceFile == "" {
		return nil, nil
	}
	place, err := openBeside(a, o, reports, "--trace-file", "trace", o.traceFile)
	if err != nil {
		return nil, err
	}
	if profile != nil && profile.place.same(place) {
		return nil, errors.Join(usagef("the trace and the profile would go to one file: %s and %s", o.traceFile, o.cpuProfile), place.close())
	}
	to, regular, err := place.stream()
	if err != nil {
		return nil, errors.Join(cannotOpenf(err, "--trace-file %s", o.traceFile), place.close())
	}
	return &traceFile{output{w: to}, place, regular}, nil
}

// reset empties a regular file, just before the guest runs: a run that fails
// earlier leaves the former trace.
func (t *traceFile) reset() {
	if t != nil && t.regular != nil {
		t.fail(t.regular.Truncate(0))
	}
}

// close closes the file and returns the first error of all.
func (t *traceFile) close() error {
	if t == nil {
		return nil
	}
	t.fail(t.place.close())
	return t.lost()
}
