package main

import (
	"fmt"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/fatih/color"

	"github.com/wamr-go/wamr-go/cmd/wamr-go/internal/vet"
	"github.com/wamr-go/wamr-go/pkg/memstat/report"
)

// finishVet writes the report to its place and sets the exit code. code is that of a
// signal, or 0.
func finishVet(a *app, o *vetOptions, r *vet.Report, dest *outFile, code int) error {
	text, err := r.JSON()
	if err != nil {
		return cannotRunf("the report could not be made: %v", err)
	}
	if o.format == formatJSON {
		_, _ = a.out.Write(text) // an output, which remembers the error
	} else {
		u := newUI(a.out)
		u.setColor(o.run.color)
		_, _ = a.out.Write([]byte(vetTable(u, r)))
	}
	a.code = code
	if code == 0 {
		a.code = vetCode(r)
	}
	if dest != nil {
		if err := dest.write(text); err != nil {
			return cannotRunf("the report could not be written to %s: %v", o.run.reportFile, systemReason(err))
		}
	}
	if a.code != 0 {
		a.ui.errorf("%s (exit code %d)", vetProblem(r), a.code)
	}
	return nil
}

// vetCode returns the exit code for a report.
func vetCode(r *vet.Report) int {
	switch {
	case r.Lost() > 0:
		return exitLeak
	case r.Unjudged() > 0 || len(r.MissingShards) > 0:
		return exitCannotRun
	default:
		return 0
	}
}

// vetProblem returns the reason why the exit code is not 0.
func vetProblem(r *vet.Report) string {
	var parts []string
	if r.Interrupted {
		parts = append(parts, "interrupted")
	}
	if n := r.Lost(); n > 0 {
		parts = append(parts, fmt.Sprintf("%s lost something or passed a budget", modulesText(n)))
	}
	if n := r.Unjudged(); n > 0 {
		parts = append(parts, modulesText(n)+" did not run to the end")
	}
	if len(r.MissingShards) > 0 {
		var names []string
		for _, s := range r.MissingShards {
			names = append(names, s.String())
		}
		parts = append(parts, "there is no part of shard "+strings.Join(names, ", "))
	}
	return strings.Join(parts, "; ")
}

func modulesText(n int) string {
	if n == 1 {
		return "1 module"
	}
	return fmt.Sprintf("%d modules", n)
}

// mergeParts reads the parts, and the corpus if one is named.
func mergeParts(a *app, o *vetOptions, files []string) (*vet.Report, error) {
	var parts []*vet.Report
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, cannotRunf("%s: %v", file, systemReason(err))
		}
		part, err := vet.Parse(text)
		if err != nil {
			return nil, cannotRunf("%s: %v", file, err)
		}
		parts = append(parts, part)
	}
	var corpus *vet.Corpus
	if len(o.corpus) > 0 {
		var err error
		if corpus, err = vet.Find(o.corpus, a.stdin); err != nil {
			return nil, cannotRunf("%v", err)
		}
	}
	return vet.Merge(parts, corpus), nil
}

// sameFile reports whether two paths name one file.
func sameFile(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}

// Widths of the table's columns, but for the first.
const (
	vetVerdictWidth  = len(vet.Inconclusive)
	vetInstanceWidth = len("1023.9 KiB")
	vetCycleWidth    = len("99.9 ms")
	vetGap           = "  "
)

// vetTable returns the table of a report and the line that sums it up. It fits
// the width of u, or 80 columns.
func vetTable(u *ui, r *vet.Report) string {
	var b strings.Builder
	width := u.width
	if width == 0 {
		width = helpWidth
	}
	width = max(width, 48)
	first := len("module")
	for _, m := range r.Modules {
		first = max(first, utf8.RuneCountInString(printable(m.Path)))
	}
	first = min(first, width-vetVerdictWidth-vetInstanceWidth-vetCycleWidth-3*len(vetGap))
	if len(r.Modules) > 0 {
		head := fmt.Sprintf("%-*s%s%-*s%s%*s%s%*s", first, "module", vetGap, vetVerdictWidth, "verdict",
			vetGap, vetInstanceWidth, "instance", vetGap, vetCycleWidth, "cycle")
		b.WriteString(u.paint(head, color.Bold) + "\n")
	}
	for _, m := range r.Modules {
		writeVetRow(&b, u, m, first, width)
	}
	if len(r.Modules) > 0 {
		b.WriteByte('\n')
	}
	b.WriteString(strings.Join(wrap(r.Summary(), width), "\n") + "\n")
	return b.String()
}

// writeVetRow writes a row, and the reason beneath it. A name that is wider than
// its column has lines of its own.
func writeVetRow(b *strings.Builder, u *ui, m vet.Entry, first, width int) {
	name := []rune(printable(m.Path))
	if len(name) > first {
		for len(name) > width {
			b.WriteString(string(name[:width]) + "\n")
			name = name[width:]
		}
		b.WriteString(string(name) + "\n")
		name = nil
	}
	verdict := u.paint(fmt.Sprintf("%-*s", vetVerdictWidth, m.Verdict), vetColor(m.Verdict))
	instance, cycle := "", ""
	if m.InstanceBytes != nil {
		instance = report.Bytes(*m.InstanceBytes)
	}
	if m.CycleP50NS != nil {
		cycle = report.Duration(*m.CycleP50NS)
	}
	row := fmt.Sprintf("%-*s%s%s%s%*s%s%*s", first, string(name), vetGap, verdict, vetGap,
		vetInstanceWidth, instance, vetGap, vetCycleWidth, cycle)
	b.WriteString(strings.TrimRight(row, " ") + "\n")
	if m.Reason == "" {
		return
	}
	const indent = "    "
	for _, line := range wrapAnywhere(printable(m.Reason), width-len(indent)) {
		b.WriteString(indent + line + "\n")
	}
}

// wrapAnywhere is wrap, but breaks words that are too long.
func wrapAnywhere(text string, width int) []string {
	var lines []string
	for _, line := range wrap(text, width) {
		runes := []rune(line)
		for len(runes) > width {
			lines = append(lines, string(runes[:width]))
			runes = runes[width:]
		}
		lines = append(lines, string(runes))
	}
	return lines
}

func vetColor(v vet.Verdict) color.Attribute {
	switch v {
	case vet.Clean:
		return color.FgGreen
	case vet.Inconclusive:
		return color.FgYellow
	default:
		return color.FgRed
	}
}
