package report

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/fatih/color"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

const (
	defaultWidth = 80
	minWidth     = 48
	indent       = 2
	labelWidth   = 16 // of a field's label with its indent
	gap          = 2  // between the columns of a table
)

// tone is the meaning of a piece of text. Only this file maps it to colours.
type tone uint8

const (
	plain tone = iota
	heading
	faint
	good
	bad
	unsure
	toneCount
)

// page lays out text. Widths count runes, without colour.
type page struct {
	out    bytes.Buffer
	width  int
	ascii  bool
	left   int // columns of a table that are aligned to the left
	colors [toneCount]*color.Color
}

func newPage(o Options) *page {
	p := &page{width: max(o.Width, minWidth), ascii: o.ASCII, left: 1}
	if o.Width == 0 {
		p.width = defaultWidth
	}
	p.colors = [toneCount]*color.Color{
		plain:   color.New(),
		heading: color.New(color.Bold),
		faint:   color.New(color.Faint),
		good:    color.New(color.FgGreen),
		bad:     color.New(color.FgRed, color.Bold),
		unsure:  color.New(color.FgYellow),
	}
	for _, c := range p.colors {
		// By itself, package color decides by standard output, but the report
		// may go elsewhere.
		if o.Color {
			c.EnableColor()
		} else {
			c.DisableColor()
		}
	}
	return p
}

// encode spells a text with the characters that the page may have. It is called
// before widths are counted.
func (p *page) encode(text string) string {
	if p.ascii {
		return memstat.ASCII(text)
	}
	return text
}

func (p *page) wrap(text string, width int) []string { return wrap(p.encode(text), width) }
func (p *page) chop(text string, width int) []string { return chop(p.encode(text), width) }

func (p *page) paint(t tone, text string) string {
	if t == plain || text == "" {
		return text
	}
	return p.colors[t].Sprint(text)
}

// section writes the title of a part, after an empty line.
func (p *page) section(title string) {
	if p.out.Len() > 0 {
		p.out.WriteByte('\n')
	}
	for _, line := range p.wrap(title, p.width) {
		p.out.WriteString(p.paint(heading, line) + "\n")
	}
}

// lead writes a line above all sections, and indents the lines that follow it.
func (p *page) lead(t tone, text string) {
	for i, line := range p.wrap(memstat.Printable(text), p.width-indent) {
		if i > 0 {
			line = strings.Repeat(" ", indent) + line
		}
		p.out.WriteString(p.paint(t, line) + "\n")
	}
}

// field writes a label and the lines of its value, none wider than valueWidth.
func (p *page) field(label string, t tone, lines ...string) {
	label = pad(strings.Repeat(" ", indent)+label, labelWidth)
	for _, line := range lines {
		p.out.WriteString(strings.TrimRight(label+p.paint(t, line), " ") + "\n")
		label = strings.Repeat(" ", labelWidth)
	}
}

func (p *page) valueWidth() int { return p.width - labelWidth }

// text writes a field of prose and wraps it.
func (p *page) text(label string, t tone, value string) {
	p.field(label, t, p.wrap(value, p.valueWidth())...)
}

// exact writes a field and keeps every character of its value.
func (p *page) exact(label, value string) {
	p.field(label, plain, p.chop(memstat.Printable(value), p.valueWidth())...)
}

// note writes an indented line of prose and wraps it.
func (p *page) note(t tone, text string) {
	for _, line := range p.wrap(text, p.width-indent) {
		p.out.WriteString(strings.Repeat(" ", indent) + p.paint(t, line) + "\n")
	}
}

type cell struct {
	text string
	tone tone
}

func text(s string) cell { return cell{text: s} }

// row is a line of a table, under a title of its own, and with indented lines
// below it.
type row struct {
	title string
	cells []cell
	below []string
}

// table aligns rows under their heads: the first columns to the left, the
// others to the right. If the page is too narrow, each row becomes a short
// paragraph of "head value" pairs.
func (p *page) table(heads []string, rows []row) {
	for _, r := range rows {
		for i := range r.cells {
			r.cells[i].text = p.encode(r.cells[i].text)
		}
	}
	widths := make([]int, len(heads))
	total := indent - gap
	for i, head := range heads {
		widths[i] = utf8.RuneCountInString(head)
		for _, r := range rows {
			widths[i] = max(widths[i], utf8.RuneCountInString(r.cells[i].text))
		}
		total += gap + widths[i]
	}
	if total > p.width {
		p.paragraphs(heads, rows)
		return
	}
	head := make([]cell, len(heads))
	for i := range heads {
		head[i] = cell{heads[i], faint}
	}
	p.line(head, widths)
	for _, r := range rows {
		p.rowTitle(r)
		p.line(r.cells, widths)
		p.below(r)
	}
}

func (p *page) line(cells []cell, widths []int) {
	var b strings.Builder
	space := indent
	for i, c := range cells {
		fill := widths[i] - utf8.RuneCountInString(c.text)
		if i >= p.left {
			space += fill
		}
		if c.text == "" {
			space += widths[i] - fill
		} else {
			b.WriteString(strings.Repeat(" ", space) + p.paint(c.tone, c.text))
			space = 0
		}
		if i < p.left {
			space += fill
		}
		space += gap
	}
	p.out.WriteString(b.String() + "\n")
}

func (p *page) paragraphs(heads []string, rows []row) {
	for _, r := range rows {
		p.rowTitle(r)
		first := r.cells[0]
		for _, line := range chop(first.text, p.width-indent) {
			p.out.WriteString(strings.Repeat(" ", indent) + p.paint(first.tone, line) + "\n")
		}
		used := 0
		for i, c := range r.cells[1:] {
			if c.text == "" {
				continue
			}
			head := heads[i+1]
			size := utf8.RuneCountInString(head) + 1 + utf8.RuneCountInString(c.text)
			switch {
			case used == 0:
				p.out.WriteString(strings.Repeat(" ", 2*indent))
				used = 2 * indent
			case used+gap+size > p.width:
				p.out.WriteString("\n" + strings.Repeat(" ", 2*indent))
				used = 2 * indent
			default:
				p.out.WriteString(strings.Repeat(" ", gap))
				used += gap
			}
			if head != "" {
				p.out.WriteString(p.paint(faint, head) + " ")
			}
			p.out.WriteString(p.paint(c.tone, c.text))
			used += size
		}
		p.out.WriteByte('\n')
		p.below(r)
	}
}

// rowTitle writes the title of a row, if it has one.
func (p *page) rowTitle(r row) {
	if r.title == "" {
		return
	}
	for _, line := range p.chop(r.title, p.width) {
		p.out.WriteString(p.paint(heading, line) + "\n")
	}
}

const deep = 3 * indent // of lines below a row

func (p *page) below(r row) {
	for _, text := range r.below {
		for _, line := range p.chop(memstat.Printable(text), p.width-deep) {
			p.out.WriteString(strings.Repeat(" ", deep) + p.paint(faint, line) + "\n")
		}
	}
}

// pad appends spaces up to a width.
func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(text)))
}

// padLeft prepends spaces up to a width.
func padLeft(text string, width int) string {
	return strings.Repeat(" ", max(0, width-utf8.RuneCountInString(text))) + text
}
