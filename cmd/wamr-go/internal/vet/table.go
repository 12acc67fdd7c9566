package vet

import (
	"github.com/wamr-go/wamr-go/pkg/memstat/report"
)

// Table returns the rows for people, and how many there are of each verdict.
func (r *Report) Table() *report.Table {
	t := &report.Table{
		Title: "Modules", Heads: []string{"module", "verdict", "instance", "cycle"}, Left: 2,
		Foot: []report.Cell{{Text: r.Summary(), Tone: r.tone()}},
	}
	if r.Root != "" {
		t.Title += ": " + r.Root
	}
	var all uint64
	var rows []report.Row
	for _, e := range r.Modules {
		instance, cycle := "", ""
		if e.InstanceBytes != nil {
			instance = report.Bytes(*e.InstanceBytes)
			all += *e.InstanceBytes
		}
		if e.CycleP50NS != nil {
			cycle = report.Duration(*e.CycleP50NS)
		}
		rows = append(rows, report.Row{
			Cells: []report.Cell{{Text: e.Path}, {Text: string(e.Verdict), Tone: e.Verdict.tone()}, {Text: instance}, {Text: cycle}},
			Note:  e.Reason,
		})
	}
	if len(rows) > 0 {
		t.Groups = []report.Group{{Rows: rows}}
	}
	if all > 0 && len(rows) > 1 {
		t.Foot = append(t.Foot, report.Cell{Text: "one instance of each takes " + report.Bytes(all)})
	}
	for _, s := range r.MissingShards {
		t.Foot = append(t.Foot, report.Cell{Text: "there is no part of shard " + s.String(), Tone: report.Bad})
	}
	return t
}

func (v Verdict) tone() report.Tone {
	switch v {
	case Clean:
		return report.Good
	case Inconclusive:
		return report.Unsure
	default:
		return report.Bad
	}
}

// tone is that of the worst verdict.
func (r *Report) tone() report.Tone {
	worst := Clean
	for _, e := range r.Modules {
		if e.Verdict.severity() > worst.severity() {
			worst = e.Verdict
		}
	}
	if r.Verdicts[Missing] > 0 && worst.Judged() && !worst.Lost() {
		worst = Missing
	}
	return worst.tone()
}
