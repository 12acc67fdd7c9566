package report

import (
	"bytes"
	_ "embed" // html.css
	"fmt"
	"html"
	"io"
	"strings"

	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/probe"
)

//go:embed html.css
var htmlStyle string

// WriteHTML writes the report as one file for a browser: without scripts, and
// without anything that it would have to load. It is written by hand and not with
// html/template, which would make the program a third larger and each of its
// starts slower; every text passes through [document.text].
func WriteHTML(w io.Writer, r *Report, _ Options) error {
	d := new(document)
	title := "Memory report"
	if r.Module != nil {
		title += ": " + memstat.Printable(r.Module.Path)
	}
	d.open(title)
	d.summary(r, title)
	d.lost(r)
	d.curves(r)
	d.memory(r)
	d.budgets(r.budgets())
	d.ledger(r.Ledger)
	d.guestHeap(r.GuestHeap)
	d.readings(r.Process)
	d.target(r.Target)
	d.facts(r)
	d.close()
	if _, err := w.Write(d.out.Bytes()); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// document builds HTML. raw takes markup of this package's own, text everything
// else.
type document struct{ out bytes.Buffer }

// open begins the page.
func (d *document) open(title string) {
	d.raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n",
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n",
		// An image that loads nothing keeps browsers from asking for an icon.
		"<link rel=\"icon\" href=\"data:,\">\n<title>")
	d.text(title)
	d.raw("</title>\n<style>\n", htmlStyle, "</style>\n</head>\n<body>\n<main>\n")
}

// close ends the page.
func (d *document) close() { d.raw("</main>\n</body>\n</html>\n") }

func (d *document) raw(markup ...string) {
	for _, m := range markup {
		d.out.WriteString(m)
	}
}

// text writes text that may come from the guest.
func (d *document) text(text string) { d.out.WriteString(html.EscapeString(memstat.Printable(text))) }

// element writes an element that holds text. attributes are this package's own.
func (d *document) element(tag, attributes, text string) {
	d.raw("<", tag)
	if attributes != "" {
		d.raw(" ", attributes)
	}
	d.raw(">")
	d.text(text)
	d.raw("</", tag, ">")
}

// section writes a card with a heading and the output of body.
func (d *document) section(title string, body func()) {
	d.raw("<section class=\"card\">\n")
	d.element("h2", "", title)
	d.raw("\n")
	body()
	d.raw("</section>\n")
}

// heading writes the title of a part of a section.
func (d *document) heading(title string) {
	d.element("h3", "", title)
	d.raw("\n")
}

// toneClass names the style of a tone.
func toneClass(t tone) string {
	switch t {
	case good:
		return "good"
	case bad:
		return "bad"
	case unsure:
		return "unsure"
	default:
		return "soft"
	}
}

// htmlCell is a cell of a table. A figure stands on the right.
type htmlCell struct {
	text   string
	figure bool
	tone   tone
	code   bool
}

func word(text string) htmlCell   { return htmlCell{text: text} }
func figure(text string) htmlCell { return htmlCell{text: text, figure: true} }
func codeCell(s string) htmlCell  { return htmlCell{text: s, code: true} }

// table writes rows under heads. The first cell of a row is its head. after, if
// it is not nil, writes the part beneath a row.
func (d *document) table(caption string, heads []htmlCell, rows [][]htmlCell, after func(row int)) {
	d.raw("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"", html.EscapeString(caption), "\"><table>\n<thead><tr>")
	for _, h := range heads {
		class := ""
		if h.figure {
			class = " class=\"n\""
		}
		d.element("th", "scope=\"col\""+class, h.text)
	}
	d.raw("</tr></thead>\n<tbody>\n")
	for i, row := range rows {
		d.raw("<tr>")
		for _, c := range row {
			d.cell(c)
		}
		d.raw("</tr>\n")
		if after != nil {
			after(i)
		}
	}
	d.raw("</tbody>\n</table></div>\n")
}

func (d *document) cell(c htmlCell) {
	class := "wide"
	if c.figure {
		class = "n"
	}
	if c.tone != plain {
		class += " " + toneClass(c.tone)
	}
	d.raw("<td class=\"", class, "\">")
	if c.code {
		d.element("code", "", c.text)
	} else {
		d.text(c.text)
	}
	d.raw("</td>")
}

// stack writes a call stack that can be opened.
func (d *document) stack(label string, frames []memstat.Frame) {
	if len(frames) == 0 {
		return
	}
	d.raw("<details><summary>")
	d.text(fmt.Sprintf("%s: %s", label, frames[0].String()))
	d.raw("</summary><ol class=\"stack mono\">")
	for _, f := range frames {
		d.element("li", "", f.String())
	}
	d.raw("</ol></details>\n")
}

// sizeText spells a size for people.
func sizeText(n uint64) string {
	if n < 1<<10 {
		return humanBytes(n)
	}
	return humanBytes(n) + " (" + memstat.Grouped(n) + " bytes)"
}

// ledger writes the resources that instances acquired and gave back.
func (d *document) ledger(l *Ledger) {
	if l == nil || len(l.Kinds) == 0 {
		return
	}
	d.section("Resources of the host", func() {
		var rows [][]htmlCell
		var reserved int64
		for _, k := range l.Kinds {
			live := figure(memstat.Grouped(k.LiveObjects))
			if k.LiveObjects != 0 {
				live.tone = unsure
			}
			size := figure(humanSigned(k.PeakBytes))
			if k.Kind.IsAddressSpace() {
				size.text = "-"
				reserved += k.PeakBytes
			}
			rows = append(rows, []htmlCell{
				codeCell(k.Kind.String()), figure(memstat.Grouped(k.Acquired)), figure(memstat.Grouped(k.Released)),
				live, figure(memstat.Grouped(k.PeakObjects)), size,
			})
		}
		d.table("the ledger", []htmlCell{
			word("kind"), figure("acquired"), figure("released"), figure("live"), figure("peak of one instance"), figure("peak size"),
		}, rows, nil)
		if reserved > 0 {
			d.element("p", "class=\"soft\"", reservedText(reserved))
		}
		if l.DoubleReleases > 0 {
			d.element("p", "class=\"bad\"", count(l.DoubleReleases, "double release", "double releases"))
		}
	})
}

// readings writes the process before and after.
func (d *document) readings(p *Process) {
	if p == nil {
		return
	}
	var before probe.Process
	if p.Before != nil {
		before = *p.Before
	}
	d.section("The host process", func() {
		var rows [][]htmlCell
		for i, is := range p.Process {
			m, was := probe.Metric(i), before[i]
			if was.IsZero() && is.IsZero() {
				continue
			}
			rows = append(rows, []htmlCell{word(m.Label()), figure(readingText(was)), figure(readingText(is)), word(m.Unit())})
		}
		d.table("readings of the process", []htmlCell{word("reading"), figure("before"), figure("after"), word("unit")}, rows, nil)
	})
}

func (d *document) target(t *Target) {
	if t == nil || len(t.Kinds) == 0 {
		return
	}
	d.section("On "+t.Name, func() {
		var rows [][]htmlCell
		for _, k := range t.Kinds {
			lost := figure(memstat.Grouped(k.LeakedBytes))
			if k.LeakedObjects > 0 {
				lost.tone = bad
			}
			rows = append(rows, []htmlCell{codeCell(k.Kind.String()), figure(memstat.Grouped(k.BytesEach)), lost, figure(memstat.Grouped(k.PeakBytes))})
		}
		d.table("cost on the target", []htmlCell{word("kind"), figure("bytes each"), figure("leaked bytes"), figure("peak bytes")}, rows, nil)
		d.element("p", "class=\"soft\"", "Source: "+t.Source+". "+t.Basis)
	})
}

// lines joins the lines of a message.
func lines(text string) []string { return strings.Split(strings.TrimRight(text, "\n"), "\n") }
