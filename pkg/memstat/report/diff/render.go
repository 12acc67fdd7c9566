package diff

import (
	"fmt"
	"io"
	"strings"

	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/report"
)

// Schema names the JSON form of a [Result].
const Schema = "wamr-go/report-diff/v1"

// Result is everything about two reports, of one module or of many.
type Result struct {
	Schema string `json:"schema"` // WriteJSON sets it to [Schema]
	Old    string `json:"old"`    // the file
	New    string `json:"new"`
	// Limit is the growth in percent that is allowed; nil if nothing was judged.
	Limit *float64 `json:"limit_percent,omitempty"`
	// Judged are the classes that were judged on request.
	Judged  []Class       `json:"judged,omitempty"`
	Failed  int           `json:"failed"` // figures
	Modules []*Comparison `json:"modules"`
}

// Judge marks the figures of all modules, and tells how each of them changed: see
// [Comparison.Judge].
func (r *Result) Judge(limit float64, also []Class) (failed []string) {
	r.Limit, r.Judged = &limit, also
	for _, c := range r.Modules {
		for _, f := range c.Judge(limit, also) {
			text := f.String()
			if len(r.Modules) > 1 {
				text = c.Module + ": " + text
			}
			failed = append(failed, text)
		}
	}
	r.Failed = len(failed)
	return failed
}

// Counts returns how many figures were compared, and how many of those are worse,
// better, and different.
func (r *Result) Counts() (compared, worse, better, changed int) {
	for _, c := range r.Modules {
		for i := range c.Figures {
			f := &c.Figures[i]
			compared++
			if f.Changed() {
				changed++
			}
			switch f.direction() {
			case 1:
				worse++
			case -1:
				better++
			}
		}
	}
	return compared, worse, better, changed
}

// Summary says in a sentence how many figures changed.
func (r *Result) Summary() string {
	compared, worse, better, changed := r.Counts()
	figures := memstat.Grouped(uint64(compared)) + " figures"
	if changed == 0 {
		return "no change in " + figures
	}
	return fmt.Sprintf("%s of %s changed: %s worse, %s better",
		memstat.Grouped(changed), figures, memstat.Grouped(worse), memstat.Grouped(better))
}

// only returns a copy without the figures that are alike, and without modules that
// have no other.
func (r *Result) only() *Result {
	c := *r
	c.Modules = []*Comparison{}
	for _, m := range r.Modules {
		figures := m.Changed()
		if len(figures) > 0 || len(m.Warnings) > 0 {
			c.Modules = append(c.Modules, &Comparison{m.Module, m.Warnings, figures})
		}
	}
	return &c
}

// WriteHTML writes the comparison as a page for a browser, with a single call of
// w.Write. It has the figures that changed or, with all, every figure.
func (r *Result) WriteHTML(w io.Writer, all bool) error {
	t := r.Table(all)
	for _, m := range r.Modules {
		for _, text := range m.Warnings {
			if len(r.Modules) > 1 {
				text = m.Module + ": " + text
			}
			t.Lead = append(t.Lead, report.Cell{Text: text, Tone: report.Unsure})
		}
	}
	return t.WriteHTML(w)
}

// Table returns the comparison for people: the figures that changed or, with all,
// every figure. It has no warnings.
func (r *Result) Table(all bool) *report.Table {
	summary := r.Summary()
	shown := r
	if !all {
		shown = r.only()
	}
	t := &report.Table{
		Title: "Comparison of reports",
		Lead:  []report.Cell{{Text: "old: " + r.Old}, {Text: "new: " + r.New}},
		Heads: []string{"figure", "old", "new", "change", "in %"},
	}
	for _, m := range shown.Modules {
		g := report.Group{}
		if len(r.Modules) > 1 {
			g.Title = m.Module
		}
		for i := range m.Figures {
			g.Rows = append(g.Rows, m.Figures[i].row())
		}
		if len(g.Rows) > 0 {
			t.Groups = append(t.Groups, g)
		}
	}
	t.Foot = append(t.Foot, report.Cell{Text: summary, Tone: r.tone()})
	return t
}

// tone is that of the summary.
func (r *Result) tone() report.Tone {
	switch _, worse, better, _ := r.Counts(); {
	case r.Failed > 0:
		return report.Bad
	case worse > 0:
		return report.Unsure
	case better > 0:
		return report.Good
	}
	return report.Plain
}

func (f *Figure) row() report.Row {
	tone := report.Plain
	switch f.direction() {
	case 1:
		if tone = report.Bad; !f.Failed && f.Class != Verdict && f.Class != Exact {
			tone = report.Unsure // it may be better the next time
		}
	case -1:
		tone = report.Good
	}
	cells := []report.Cell{{Text: f.Name}, {Text: spell(f.Old, f.Unit)}, {Text: spell(f.New, f.Unit)}, {Text: f.spellChange(), Tone: tone}, {Text: strings.TrimSuffix(f.spellPercent(), " %"), Tone: tone}}
	if f.Change == nil {
		cells[2].Tone = tone
	}
	return report.Row{Cells: cells}
}

// WriteJSON writes the result as one indented JSON object and a newline, with a
// single call of w.Write: the figures that changed or, with all, every figure.
func (r *Result) WriteJSON(w io.Writer, all bool) error {
	shown := r
	if !all {
		shown = r.only()
	}
	c := *shown
	c.Schema = Schema
	text, err := report.EncodeJSON(&c)
	if err != nil {
		return err
	}
	if _, err = w.Write(text); err != nil {
		return fmt.Errorf("write comparison: %w", err)
	}
	return nil
}
