package main

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// manSection is that of user commands.
const manSection = "1"

// manName returns the name of a command's manual page: "wamr-go-cache-info".
func manName(c *cobra.Command) string { return strings.ReplaceAll(c.CommandPath(), " ", "-") }

func manFile(c *cobra.Command) string { return manName(c) + "." + manSection }

// man returns a command's manual page in the man(7) macros.
func (h helps) man(c *cobra.Command) string {
	var p manPage
	p.macro("TH", strings.ToUpper(manName(c)), manSection, "", "wamr-go "+version, "User Commands")
	p.section("name")
	p.line(manName(c) + " - " + c.Short)
	p.section("synopsis")
	p.code(usageLines(c))
	p.section("description")
	p.prose(longOf(c))
	if c.HasExample() {
		p.section("examples")
		p.code(strings.Split(outdent(c.Example), "\n"))
	}
	for _, g := range h.groupsOf(c) {
		p.section(g.title)
		g.flags.VisitAll(func(f *pflag.Flag) { p.flag(f) })
	}
	if codes := h[c].codes; codes != "" {
		p.section("exit status")
		p.code(strings.Split(strings.TrimRight(codes, "\n"), "\n"))
	}
	if commands := visible(c); len(commands) > 0 {
		p.section("commands")
		for _, sub := range commands {
			p.term(manName(sub)+"("+manSection+")", sub.Short)
		}
	}
	if c.HasParent() {
		p.section("see also")
		p.line(manName(c.Parent()) + "(" + manSection + ")")
	}
	return p.text.String()
}

// manPage is a manual page in the making.
type manPage struct{ text strings.Builder }

// manEscape makes a text stand for itself. A bare "-" is a hyphen, which cannot
// be searched for or copied as an option's dash.
func manEscape(text string) string {
	return strings.ReplaceAll(strings.ReplaceAll(text, `\`, `\e`), "-", `\-`)
}

// macro calls a macro. Quotation marks are doubled within its arguments.
func (p *manPage) macro(name string, args ...string) {
	p.text.WriteString("." + name)
	for _, a := range args {
		p.text.WriteString(` "` + strings.ReplaceAll(manEscape(a), `"`, `""`) + `"`)
	}
	p.text.WriteByte('\n')
}

// line writes a line of text that begins no macro.
func (p *manPage) line(text string) {
	text = manEscape(text)
	if strings.HasPrefix(text, ".") || strings.HasPrefix(text, "'") {
		text = `\&` + text
	}
	p.text.WriteString(text + "\n")
}

func (p *manPage) section(title string) { p.macro("SH", strings.ToUpper(title)) }

// code writes lines that are not filled.
func (p *manPage) code(lines []string) {
	p.macro("nf")
	for _, l := range lines {
		p.line(l)
	}
	p.macro("fi")
}

// prose writes paragraphs; indented ones are code.
func (p *manPage) prose(text string) {
	for i, paragraph := range strings.Split(strings.TrimSpace(text), "\n\n") {
		if i > 0 {
			p.macro("PP")
		}
		lines := strings.Split(paragraph, "\n")
		if strings.HasPrefix(paragraph, "  ") || strings.HasPrefix(paragraph, "\t") {
			p.code(lines)
			continue
		}
		for _, l := range lines {
			p.line(l)
		}
	}
}

func (p *manPage) flag(f *pflag.Flag) {
	name := spelling(f)
	if f.Shorthand != "" {
		name = "-" + f.Shorthand + ", " + name
	}
	p.term(name, meaning(f))
}

func (p *manPage) term(term, meaning string) {
	p.macro("TP")
	p.macro("B", term)
	p.line(meaning)
}
