package main

import (
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"
)

// A line of the table of ratios: one comparison.
type comparison struct {
	ID, Work, Ours, Peer, Theirs, Ratio, Spread, Bar, Met string
}

// comparisons renders every ratio.
func (r *results) comparisons() []comparison {
	var lines []comparison
	for i := range r.Rows {
		row := &r.Rows[i]
		for n, x := range row.Ratios {
			c := comparison{Peer: x.Peer, Bar: "none", Met: "-", Theirs: "absent", Ratio: "-", Spread: "-"}
			if n == 0 {
				c.ID, c.Work, c.Ours = row.ID, row.Work, row.text(ours)
			}
			if x.Best {
				c.Peer += " (best)"
			}
			if x.Bar > 0 {
				c.Bar = fmt.Sprintf("≤ %.2f", x.Bar)
			}
			if x.Ratio > 0 {
				c.Theirs = row.text(x.Peer)
				c.Ratio = fmt.Sprintf("%.2f", x.Ratio)
				c.Spread = fmt.Sprintf("%.2f–%.2f", x.Min, x.Max)
			}
			switch {
			case x.Met == nil:
			case *x.Met:
				c.Met = "yes"
			default:
				c.Met = "NO"
			}
			lines = append(lines, c)
		}
	}
	return lines
}

// text is a contestant's figure in a unit that reads well.
func (r *rowResult) text(name string) string {
	f := r.figure(name)
	if f == nil || f.Absent != "" {
		return "absent"
	}
	return r.Unit.format(r.Unit.typical(f))
}

func (u unit) format(v float64) string {
	if u == bytes {
		return significant(v/(1<<20)) + " MiB"
	}
	for _, scale := range []struct {
		unit string
		size float64
	}{{"s", 1e9}, {"ms", 1e6}, {"µs", 1e3}} {
		if v >= scale.size {
			return significant(v/scale.size) + " " + scale.unit
		}
	}
	return significant(v) + " ns"
}

// significant prints three digits.
func significant(v float64) string {
	digits := 2
	if v >= 1 {
		digits = max(0, 2-int(math.Log10(v)))
	}
	return fmt.Sprintf("%.*f", digits, v)
}

// absences lists the contestants that are missing in some row, and the reasons.
func (r *results) absences() []string {
	var lines []string
	seen := make(map[string]bool)
	for _, row := range r.Rows {
		for _, f := range row.Figures {
			if f.Absent == "" || f.Name == floor {
				continue
			}
			if line := f.Name + ": " + f.Absent; !seen[line] {
				seen[line] = true
				lines = append(lines, line)
			}
		}
	}
	return lines
}

// print writes the results for a terminal.
func (r *results) print(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%d rounds, interleaved; medians, of processor times minima; the range is that of single rounds\n", r.Machine, r.Rounds)
	for _, warning := range r.warnings() {
		fmt.Fprintln(&b, "warning:", warning)
	}
	b.WriteByte('\n')
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "row\twork\twamr-go\tpeer\tpeer's\tratio\trange\tbar\tmet")
	for _, c := range r.comparisons() {
		fmt.Fprintln(t, strings.Join([]string{c.ID, c.Work, c.Ours, c.Peer, c.Theirs, c.Ratio, c.Spread, c.Bar, c.Met}, "\t"))
	}
	t.Flush()
	for _, line := range r.absences() {
		fmt.Fprintln(&b, "absent:", line)
	}
	fmt.Fprintf(&b, "%d of %d bars met\n", r.barred()-r.missed(), r.barred())
	_, err := io.WriteString(w, b.String())
	return err
}

// warnings lists doubts about the measurement itself.
func (r *results) warnings() []string {
	var w []string
	if r.Quick {
		w = append(w, "-quick: too short to publish")
	}
	if r.Given {
		w = append(w, "-wamr-go: the program was given, not built like its peers")
	}
	if r.Rounds < enoughRounds {
		w = append(w, fmt.Sprintf("%d rounds are too few for a median", r.Rounds))
	}
	if n := r.Machine.BusyCores; n != nil && *n > busy {
		w = append(w, fmt.Sprintf("others kept %.2f cores busy before the run: expect noise", *n))
	}
	return w
}

const (
	busy         = 0.2 // cores, above which other programs disturb the figures
	enoughRounds = 5
)
