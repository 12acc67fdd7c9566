package report

import (
	"bytes"
	"fmt"
	"io"

	"github.com/wamr-go/wamr-go/pkg/memstat"
)

// Tone is the meaning of a piece of text, which decides its colour.
type Tone uint8

// The tones.
const (
	Plain Tone = iota
	Good
	Bad
	Unsure
)

func (t Tone) tone() tone { return [...]tone{Plain: plain, Good: good, Bad: bad, Unsure: unsure}[t] }

// Cell is a text in a tone. The text may have any characters.
type Cell struct {
	Text string
	Tone Tone
}

// Table is a table about several reports. It is plain data.
type Table struct {
	Title  string   // of the page
	Lead   []Cell   // lines above
	Heads  []string // of the columns
	Left   int      // columns that are aligned to the left; 0 means 1
	Groups []Group
	Foot   []Cell // lines beneath
}

// Group is a part of the rows, under a title unless that is "".
type Group struct {
	Title string
	Rows  []Row
}

// Row is a row of a table: a cell for each head, and a line beneath.
type Row struct {
	Cells []Cell
	Note  string // "" for none
}

// WriteText writes the table for people, in lines of at most o.Width columns, with
// one call of w.Write. A row that is too wide becomes a paragraph.
func (t *Table) WriteText(w io.Writer, o Options) error {
	p := newPage(o)
	p.left = max(t.Left, 1)
	for _, line := range t.Lead {
		p.lead(line.Tone.tone(), line.Text)
	}
	var rows []row
	for _, g := range t.Groups {
		for i, r := range g.Rows {
			line := row{}
			if i == 0 {
				line.title = memstat.Printable(g.Title)
			}
			for _, c := range r.Cells {
				line.cells = append(line.cells, cell{memstat.Printable(c.Text), c.Tone.tone()})
			}
			if r.Note != "" {
				line.below = p.wrap(memstat.Printable(r.Note), p.width-deep)
			}
			rows = append(rows, line)
		}
	}
	if len(rows) > 0 {
		if p.out.Len() > 0 {
			p.out.WriteByte('\n')
		}
		p.table(t.Heads, rows)
		if len(t.Foot) > 0 {
			p.out.WriteByte('\n')
		}
	}
	for _, line := range t.Foot {
		p.lead(line.Tone.tone(), line.Text)
	}
	return writeAll(w, &p.out)
}

// WriteHTML writes the table as one file for a browser, which loads nothing, with
// one call of w.Write.
func (t *Table) WriteHTML(w io.Writer) error {
	d := new(document)
	d.open(t.Title)
	d.raw("<header>\n")
	d.element("h1", "", t.Title)
	d.paragraphs(t.Lead)
	d.raw("</header>\n")
	for _, g := range t.Groups {
		d.raw("<section class=\"card\">\n")
		if g.Title != "" {
			d.element("h2", "", g.Title)
		}
		d.group(t, g)
		d.raw("</section>\n")
	}
	d.paragraphs(t.Foot)
	d.close()
	return writeAll(w, &d.out)
}

func (d *document) paragraphs(lines []Cell) {
	for _, line := range lines {
		class := ""
		if line.Tone != Plain {
			class = "class=\"" + toneClass(line.Tone.tone()) + "\""
		}
		d.element("p", class, line.Text)
		d.raw("\n")
	}
}

func (d *document) group(t *Table, g Group) {
	var heads []htmlCell
	for i, h := range t.Heads {
		heads = append(heads, htmlCell{text: h, figure: i >= max(t.Left, 1)})
	}
	var rows [][]htmlCell
	for _, r := range g.Rows {
		var cells []htmlCell
		for i, c := range r.Cells {
			cells = append(cells, htmlCell{text: c.Text, tone: c.Tone.tone(), figure: i >= max(t.Left, 1)})
		}
		rows = append(rows, cells)
	}
	caption := g.Title
	if caption == "" {
		caption = t.Title
	}
	d.table(memstat.Printable(caption), heads, rows, func(i int) {
		if note := g.Rows[i].Note; note != "" {
			d.raw(fmt.Sprintf("<tr><td colspan=\"%d\" class=\"soft\">", len(t.Heads)))
			d.text(note)
			d.raw("</td></tr>\n")
		}
	})
}

func writeAll(w io.Writer, text *bytes.Buffer) error {
	if _, err := w.Write(text.Bytes()); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}
