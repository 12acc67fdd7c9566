package diff

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/report"
)

// Side is one of the two reports.
type Side struct {
	// Verdict is a word of report.Report.Verdict, or of a row of many modules. "" is
	// none.
	Verdict string
	// Report is the report of the run, or nil if there is none.
	Report *report.Report
}

// Run returns the side of a single run.
func Run(r *report.Report) Side {
	word, _, _ := strings.Cut(r.Verdict(), ":")
	return Side{word, r}
}

// Comparison compares two runs of a module. It is plain data.
type Comparison struct {
	Module string `json:"module,omitempty"` // its path, which may have any characters
	// Warnings say why figures may differ for other reasons than the module.
	Warnings []string `json:"warnings,omitempty"`
	// Figures are those that a report has, sorted by meaning.
	Figures []Figure `json:"figures"`
}

// Compare compares two reports. Those that count several calls of one instance
// depend on how many there are: if that differs, their figures are of class
// [Process].
func Compare(before, after Side) *Comparison {
	c := &Comparison{Figures: []Figure{}, Warnings: warnings(before.Report, after.Report)}
	for _, s := range []Side{before, after} {
		if s.Report != nil && s.Report.Module != nil {
			c.Module = s.Report.Module.Path
		}
	}
	otherCalls := otherCalls(before.Report, after.Report)
	news := figuresOf(after.Report, after.Verdict)
	for i, old := range figuresOf(before.Report, before.Verdict) {
		f := Figure{Name: old.name, Unit: old.unit, Class: old.class, Old: old.value, New: news[i].value}
		nothing := func(v Value) bool { return v.Absent() || old.optional && v == Number(0) }
		if nothing(f.Old) && nothing(f.New) {
			continue
		}
		if otherCalls && f.Class == Exact {
			f.Class = Process
		}
		f.compute()
		c.Figures = append(c.Figures, f)
	}
	return c
}

// otherCalls reports whether both count calls of one instance, but not as many.
func otherCalls(a, b *report.Report) bool {
	return a != nil && b != nil && a.Cycles != nil && b.Cycles != nil &&
		a.Cycles.UnitName() == "call" && b.Cycles.UnitName() == "call" && a.Cycles.Completed != b.Cycles.Completed
}

// warnings says where two runs differ in more than the module's build.
func warnings(a, b *report.Report) []string {
	if a == nil || b == nil {
		return nil
	}
	var all []string
	differ := func(subject, old, new string) {
		if old != new {
			all = append(all, fmt.Sprintf("the %s differ: %q and %q", subject, old, new))
		}
	}
	if a.Module != nil && b.Module != nil && a.Module.SHA256 != b.Module.SHA256 {
		differ("modules", baseName(a.Module.Path), baseName(b.Module.Path))
	}
	if a.Run != nil && b.Run != nil {
		differ("functions", a.Run.Function, b.Run.Function)
		if !slices.Equal(a.Run.Arguments, b.Run.Arguments) {
			differ("arguments", strings.Join(a.Run.Arguments, " "), strings.Join(b.Run.Arguments, " "))
		}
	}
	if a.Tool != nil && b.Tool != nil {
		differ("engines", a.Tool.Engine, b.Tool.Engine)
		differ("platforms", a.Tool.Platform, b.Tool.Platform)
	}
	if a.Cycles != nil && b.Cycles != nil {
		differ("units", a.Cycles.UnitName(), b.Cycles.UnitName())
	}
	if otherCalls(a, b) {
		all = append(all, fmt.Sprintf("the numbers of calls differ: %s and %s; figures that depend on them do not count as exact",
			memstat.Grouped(a.Cycles.Completed), memstat.Grouped(b.Cycles.Completed)))
	}
	return all
}

// baseName returns the last part of a path of any system.
func baseName(name string) string { return path.Base(strings.ReplaceAll(name, `\`, "/")) }

// Judge marks the figures that are worse by more than limit percent, and returns
// them. It judges words and exact figures, and the classes of also.
func (c *Comparison) Judge(limit float64, also []Class) []Figure {
	var failed []Figure
	for i := range c.Figures {
		f := &c.Figures[i]
		judged := f.Class == Verdict || f.Class == Exact || slices.Contains(also, f.Class)
		if f.Failed = judged && f.grew(limit); f.Failed {
			failed = append(failed, *f)
		}
	}
	return failed
}

// Changed returns the figures that differ.
func (c *Comparison) Changed() []Figure {
	changed := []Figure{}
	for i := range c.Figures {
		if c.Figures[i].Changed() {
			changed = append(changed, c.Figures[i])
		}
	}
	return changed
}
