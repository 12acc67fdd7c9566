package report

import (
	"errors"
	"fmt"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// ErrUnknownFigure is the error of a budget for a figure that is not in [Figures].
var ErrUnknownFigure = errors.New("unknown figure")

// Limit is a budget as it is set: the most that a figure may be.
type Limit struct {
	Figure string // name of a [Figure]
	Most   uint64 // in the figure's unit; 0 allows none
}

// FigureBudget compares a figure of the report with its budget.
type FigureBudget struct {
	Name  string `json:"name"` // of the [Figure]
	Unit  string `json:"unit"` // of both numbers
	Limit uint64 `json:"limit"`
	// Value is the figure; nil if it was not measured.
	Value    *uint64 `json:"value,omitempty"`
	Exceeded bool    `json:"exceeded"` // the value is above the limit
}

// Budget compares the peak of the linear memory and the tables with a budget. It
// repeats the row [TotalMemory] of Report.Budgets.
type Budget struct {
	LimitBytes uint64 `json:"limit_bytes"`
	PeakBytes  uint64 `json:"peak_bytes"`
	Exceeded   bool   `json:"exceeded"` // the peak is above the limit
	// Passed equals Exceeded.
	//
	// Deprecated: its name reads like success. Use Exceeded.
	Passed bool `json:"passed"`
}

// NewBudget compares a peak with a limit, both in bytes.
func NewBudget(limit, peak uint64) *Budget {
	return &Budget{LimitBytes: limit, PeakBytes: peak, Exceeded: peak > limit, Passed: peak > limit}
}

// Judge sets Budgets, and Budget, from the other parts of the report. The last
// of several limits for one figure counts. The error wraps [ErrUnknownFigure];
// the other figures are judged all the same.
func (r *Report) Judge(limits []Limit) error {
	var errs []error
	r.Budget, r.Budgets = nil, nil
	for i, l := range limits {
		f, ok := LookupFigure(l.Figure)
		switch {
		case !ok:
			errs = append(errs, fmt.Errorf("%w %q", ErrUnknownFigure, l.Figure))
			continue
		case overridden(limits[i+1:], l.Figure):
			continue
		}
		b := FigureBudget{Name: f.Name, Unit: f.Unit, Limit: l.Most}
		if value, ok := f.read(r).Get(); ok {
			b.Value, b.Exceeded = &value, value > l.Most
			if f.Name == TotalMemory {
				r.Budget = NewBudget(l.Most, value)
			}
		}
		r.Budgets = append(r.Budgets, b)
	}
	return errors.Join(errs...)
}

func overridden(later []Limit, figure string) bool {
	for _, l := range later {
		if l.Figure == figure {
			return true
		}
	}
	return false
}

// budgets returns all budgets. A report of an earlier version has only Budget.
func (r *Report) budgets() []FigureBudget {
	if b := r.Budget; b != nil && r.Budgets == nil {
		return []FigureBudget{{Name: TotalMemory, Unit: UnitBytes, Limit: b.LimitBytes, Value: &b.PeakBytes, Exceeded: b.PeakBytes > b.LimitBytes}}
	}
	return r.Budgets
}

// Exceeded returns the budgets whose figures are above them.
func (r *Report) Exceeded() []FigureBudget {
	var over []FigureBudget
	for _, b := range r.budgets() {
		if b.Exceeded {
			over = append(over, b)
		}
	}
	return over
}

// String compares the figure with its budget in a line.
func (b FigureBudget) String() string {
	name := memstat.Printable(b.Name)
	if f, ok := LookupFigure(b.Name); ok {
		name = f.Label + " (" + f.Name + ")"
	}
	value := "not measured"
	if b.Value != nil {
		value = exactly(*b.Value, b.Unit)
	}
	limit := memstat.Grouped(b.Limit)
	if b.Unit == UnitNanoseconds {
		limit = exactly(b.Limit, b.Unit)
	}
	return fmt.Sprintf("%s: %s, and the budget is %s", name, value, limit)
}

// value spells the figure, or "-" if it was not measured.
func (b FigureBudget) value() string {
	if b.Value == nil {
		return "-"
	}
	return exactly(*b.Value, b.Unit)
}

// kept says whether the budget was kept.
func (b FigureBudget) kept() (string, tone) {
	switch {
	case b.Exceeded:
		return "no", bad
	case b.Value == nil:
		return "not measured", unsure
	default:
		return "yes", good
	}
}

// budgets writes the budgets.
func (p *page) budgets(all []FigureBudget) {
	if len(all) == 0 {
		return
	}
	p.section("Budgets")
	var rows []row
	for _, b := range all {
		kept, t := b.kept()
		rows = append(rows, row{cells: []cell{
			text(memstat.Printable(b.Name)), {b.value(), t}, text(exactly(b.Limit, b.Unit)), {kept, t},
		}})
	}
	p.table([]string{"figure", "value", "budget", "kept"}, rows)
}

// budgets writes the budgets.
func (d *document) budgets(all []FigureBudget) {
	if len(all) == 0 {
		return
	}
	d.section("Budgets", func() {
		var rows [][]htmlCell
		for _, b := range all {
			label := b.Name
			if f, ok := LookupFigure(b.Name); ok {
				label = f.Label
			}
			kept, t := b.kept()
			value, mark := figure(b.value()), word(kept)
			value.tone, mark.tone = t, t
			rows = append(rows, []htmlCell{codeCell(b.Name), word(label), value, figure(exactly(b.Limit, b.Unit)), mark})
		}
		d.table("budgets", []htmlCell{word("figure"), word("meaning"), figure("value"), figure("budget"), word("kept")}, rows, nil)
	})
}
