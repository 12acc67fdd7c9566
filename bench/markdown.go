package main

import (
	_ "embed"
	"fmt"
	"os"
	"strings"
	"text/template"
)

//go:embed benchmarks.md.tmpl
var page string

// writeMarkdown writes the page of documentation: the text of the template, and
// tables of these results.
func (r *results) writeMarkdown(path string) error {
	t, err := template.New("benchmarks").Parse(page)
	if err != nil {
		return err
	}
	var b strings.Builder
	if err := t.Execute(&b, map[string]any{
		"Results":     r,
		"Date":        r.Date[:len("2006-01-02")],
		"Warnings":    r.warnings(),
		"Comparisons": r.comparisons(),
		"Absences":    r.absences(),
		"Missed":      r.misses(),
		"Met":         r.barred() - r.missed(),
		"Barred":      r.barred(),
		"Figures":     r.figureTables(),
	}); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(b.String()), 0o644)
}

// misses is a sentence for each bar that was not met.
func (r *results) misses() []string {
	var lines []string
	for _, row := range r.Rows {
		for _, x := range row.Ratios {
			if x.Met != nil && !*x.Met {
				line := fmt.Sprintf("%s (`%s`): %.2f × %s, where the bar is %.2f.", row.Work, row.ID, x.Ratio, x.Peer, x.Bar)
				lines = append(lines, line+row.limit(&x))
			}
		}
	}
	return lines
}

// limit notes that an empty host call alone exceeds the bar: then no host on
// wazero can meet it.
func (r *rowResult) limit(x *ratio) string {
	f, peer := r.figure(floor), r.figure(x.Peer)
	if f == nil || f.Absent != "" || x.Peer == floor || f.Median <= x.Bar*peer.Median {
		return ""
	}
	return fmt.Sprintf(" An empty host call alone takes %s, %s takes %s for all of it.",
		r.Unit.format(f.Median), x.Peer, r.Unit.format(peer.Median))
}

// figureTables lists medians with minimum and maximum. Rows with the same
// contestants share a table, as far as they follow one another.
func (r *results) figureTables() []string {
	var tables []string
	var b strings.Builder
	last := ""
	for _, row := range r.Rows {
		names := make([]string, len(row.Figures))
		for i, f := range row.Figures {
			names[i] = f.Name
		}
		if header := "| row | " + strings.Join(names, " | ") + " |\n"; header != last {
			if last != "" {
				tables = append(tables, b.String())
			}
			b.Reset()
			b.WriteString(header + "|---" + strings.Repeat("|---:", len(names)) + "|\n")
			last = header
		}
		fmt.Fprintf(&b, "| `%s` |", row.ID)
		for _, f := range row.Figures {
			if f.Absent != "" {
				b.WriteString(" - |")
				continue
			}
			fmt.Fprintf(&b, " %s (%s–%s) |", row.Unit.format(f.Median), row.Unit.format(f.Min), row.Unit.format(f.Max))
		}
		b.WriteByte('\n')
	}
	return append(tables, b.String())
}
