package report

import (
	"io"
	"slices"

	"github.com/wamr-go/wamr-go/pkg/memstat/guestheap"
)

// Format is a way to write a report.
type Format struct {
	// Name selects the format, such as "json".
	Name string
	// Binary says that the format is a binary profile of the guest's heap, for a
	// file. It needs a report with [guestheap.Report.Sites], which JSON does not
	// keep.
	Binary bool
	// Write renders the report to w with a single call of w.Write. It returns
	// the error of that call, wrapped. It does not change the report.
	Write func(w io.Writer, r *Report, o Options) error
}

// Options describes the output. Formats ignore options that do not apply to
// them.
type Options struct {
	// Color adds ANSI colour. The caller has checked that the output is a
	// terminal and that NO_COLOR is unset.
	Color bool
	// ASCII writes no other characters, for a terminal that has none.
	ASCII bool
	// Width is the greatest number of columns; 0 means 80, and less than 48
	// means 48.
	Width int
	// LeakKinds are the kinds of the guest's leaks that a text report lists; it
	// always has their sums.
	LeakKinds []guestheap.LeakKind
	// FailKinds are the kinds of the guest's leaks for which JUnit has a failure.
	FailKinds []guestheap.LeakKind
}

// formats has a row for each renderer. The first is the default.
var formats = []Format{
	{Name: "text", Write: WriteText},
	{Name: "json", Write: WriteJSON},
	{Name: "html", Write: WriteHTML},
	{Name: "junit", Write: WriteJUnit},
	{Name: "prometheus", Write: WritePrometheus},
	{Name: "pprof", Binary: true, Write: WriteProfile},
}

// Formats returns all formats, the default first. The caller owns the slice.
func Formats() []Format { return slices.Clone(formats) }

// Lookup returns the format of that name and whether there is one.
func Lookup(name string) (Format, bool) {
	i := slices.IndexFunc(formats, func(f Format) bool { return f.Name == name })
	if i < 0 {
		return Format{}, false
	}
	return formats[i], true
}
