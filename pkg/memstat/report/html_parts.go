package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/guestheap"
)

// summary writes the verdict and the cost of one instance.
func (d *document) summary(r *Report, title string) {
	d.raw("<header>\n")
	d.element("h1", "", title)
	word, t, reason := headline(r)
	d.raw("\n<p>")
	d.element("span", "class=\"verdict "+toneClass(t)+"\" id=\"verdict\"", word)
	d.raw("</p>\n")
	if reason != "" {
		d.element("p", "", reason)
	}
	d.failures(r, reason)
	d.costs(r)
	d.raw("</header>\n")
}

// headline is the verdict of the whole run.
func headline(r *Report) (word string, t tone, reason string) {
	switch {
	case r.Outcome.Kind != "exit" && r.Outcome.Kind != Running && !r.Leaked():
		word, t = r.Outcome.Kind, bad
		reason = lines(r.Outcome.Message)[0]
	default:
		if word, reason = r.verdict(); word == "" {
			return r.Outcome.Kind, plain, "" // nothing was counted
		}
		t = toneOf(word)
	}
	if h := r.GuestHeap; h != nil {
		if slices.ContainsFunc(h.Kinds, func(k guestheap.KindTotal) bool { return k.Kind == guestheap.DefinitelyLost && k.Blocks > 0 }) {
			word, t = word+", lost guest blocks", bad
		}
		if h.ErrorTotal > 0 {
			word, t = word+", guest heap errors", bad
		}
	}
	if len(r.Exceeded()) > 0 {
		word, t = word+", over budget", bad
	}
	return word, t, reason
}

// failures writes the reasons for which the program failed, except those that
// the headline tells.
func (d *document) failures(r *Report, told string) {
	if r.Tool == nil {
		return
	}
	for _, f := range r.Tool.Failures {
		first := lines(f.Message)[0]
		if first == told || first == r.Verdict() {
			continue
		}
		if f.ExitCode != 0 {
			first += fmt.Sprintf(" (exit code %d)", f.ExitCode)
		}
		d.element("p", "class=\"bad\"", "Failed: "+first)
		d.raw("\n")
	}
}

// costs writes the cost of one instance.
func (d *document) costs(r *Report) {
	d.raw("<ul class=\"costs\" aria-label=\"cost of one instance\">\n")
	cost := func(value, label string) {
		d.raw("<li>")
		d.element("b", "", value)
		d.text(label)
		d.raw("</li>\n")
	}
	if one, ok := r.Cost(); ok {
		cost(humanBytes(one.MemoryBytes), "linear memory")
		if one.TouchedBytes != nil {
			cost(humanBytes(*one.TouchedBytes), "touched memory")
		}
		cost(humanBytes(one.HostBytes), "host memory")
		cost(memstat.Grouped(one.FDs), "guest descriptors")
		cost(memstat.Grouped(one.HostFDs), "host descriptors")
	}
	if c := r.Cycles; c != nil {
		cost(duration(c.P50NS), "a cycle (median)")
		cost(memstat.Grouped(c.Completed), "cycles")
	}
	d.raw("</ul>\n")
}

// lost writes the leaks, and the places that acquired them.
func (d *document) lost(r *Report) {
	var leaks []memstat.Leak
	if r.Ledger != nil {
		leaks = r.Ledger.Leaks
	}
	found := r.Cycles != nil && len(r.Cycles.Census) > 0
	d.section("Leaks", func() {
		if len(leaks) == 0 && !found {
			d.element("p", "class=\"good\"", "None: each instance gave back all that it acquired.")
		}
		if len(leaks) > 0 {
			d.leaks(leaks)
		}
		if found {
			d.census(r.Cycles)
		}
		if c := r.Cycles; c != nil && c.Hunt != nil {
			d.element("p", "class=\"soft\"", "A leak of less than "+digits3(c.Hunt.HiddenBelow)+" objects per cycle could have hidden.")
		}
	})
	if r.Outcome.Kind != "exit" && r.Outcome.Message != "" || len(r.Outcome.Stack) > 0 {
		d.ended(&r.Outcome)
	}
}

// ended writes the message of a run that failed, line by line, and the stack.
func (d *document) ended(o *Outcome) {
	d.section("End of the run", func() {
		if o.Message != "" {
			d.raw("<pre>")
			for _, line := range lines(o.Message) {
				d.text(line)
				d.raw("\n")
			}
			d.raw("</pre>\n")
		}
		d.stack("stack of the guest", o.Stack)
		if o.StackTruncated {
			d.element("p", "class=\"soft\"", "The stack may lack its outermost frames.")
		}
	})
}

func (d *document) leaks(leaks []memstat.Leak) {
	d.element("p", "", "Counted by the ledger:")
	var rows [][]htmlCell
	for _, l := range leaks {
		rows = append(rows, []htmlCell{
			{text: l.Kind.String(), code: true, tone: bad}, figure(memstat.Grouped(l.Objects)), figure(humanSigned(l.Bytes)), figure(memstat.Grouped(l.Cycle)),
		})
	}
	d.table("leaks of the ledger", []htmlCell{word("kind"), figure("objects"), figure("size"), figure("first cycle")}, rows, func(i int) {
		if len(leaks[i].Site) > 0 {
			d.raw("<tr><td colspan=\"4\">")
			d.stack("acquired at", leaks[i].Site)
			d.raw("</td></tr>\n")
		}
	})
}

func (d *document) census(c *Cycles) {
	d.element("p", "", "Grew in every window of cycles:")
	var rows [][]htmlCell
	for _, f := range c.Census {
		rows = append(rows, []htmlCell{
			{text: f.Kind.String(), code: true, tone: bad}, word(f.Identity), figure(growth(f.PerCycle)), figure(growth(f.BytesPer)),
			figure(steps(f.Counts)),
		})
	}
	heads := []htmlCell{word("kind"), word("identity"), figure("per cycle"), figure("bytes per cycle"), figure("at each census")}
	d.table("growth", heads, rows, func(i int) {
		if len(c.Census[i].Site) > 0 {
			d.raw("<tr><td colspan=\"5\">")
			d.stack("made at", c.Census[i].Site)
			d.raw("</td></tr>\n")
		}
	})
}

// steps joins counts: "5 → 10 → 15".
func steps(counts []int64) string {
	texts := make([]string, len(counts))
	for i, n := range counts {
		texts[i] = memstat.Grouped(n)
	}
	return strings.Join(texts, " → ")
}

// facts writes the configuration of the run.
func (d *document) facts(r *Report) {
	var rows [][]htmlCell
	add := func(name, value string) {
		if value != "" {
			rows = append(rows, []htmlCell{word(name), codeCell(value)})
		}
	}
	o := &r.Outcome
	ended := o.Kind
	if o.ExitCode != nil {
		ended += ", exit code " + strconv.FormatUint(uint64(*o.ExitCode), 10)
	}
	add("ended by", ended)
	if o.OpenFDs != nil {
		add("descriptors", leftOpen(o.OpenFDs))
	}
	if r.Instructions != nil {
		add("instructions", memstat.Grouped(*r.Instructions))
	}
	if t := r.Tool; t != nil && t.ExitCode != nil {
		add("exit code of wamr-go", strconv.Itoa(*t.ExitCode))
	}
	if run := r.Run; run != nil {
		add("function", run.Function)
		add("arguments", strings.Join(shown(run.Arguments), " "))
		add("environment", strings.Join(shown(run.Environment), " "))
		if !run.Started.IsZero() {
			add("started", run.Started.Format(time.RFC3339))
		}
		if run.ElapsedNS > 0 {
			add("elapsed", duration(run.ElapsedNS))
		}
		add("to run it again", run.command())
	}
	if m := r.Module; m != nil {
		add("module", m.Path)
		add("sha256", m.SHA256)
		add("binary", sizeText(m.WasmBytes))
		if m.NativeBytes != nil {
			add("native code", sizeText(*m.NativeBytes))
		}
		add("functions", memstat.Grouped(m.Functions))
	}
	if t := r.Tool; t != nil {
		add("wamr-go", t.Version)
		add("wazero", t.Wazero)
		add("go", t.Go)
		add("platform", t.Platform)
		add("engine", strings.TrimSuffix(t.Engine+": "+t.EngineReason, ": "))
	}
	if c := r.Cycles; c != nil {
		add("cycles", fmt.Sprintf("%s on %s", memstat.Grouped(c.Completed), count(c.Workers, "worker", "workers")))
		add("rate", digits3(c.PerSecond)+" per second")
		add("cycles ended by", c.ended())
		if c.NonzeroExits > 0 {
			add("nonzero exits", memstat.Grouped(c.NonzeroExits))
		}
		if c.FirstFailure != nil {
			add("first failure", c.FirstFailure.inCycle())
		}
	}
	d.section("The run", func() { d.table("the run", []htmlCell{word("fact"), word("value")}, rows, nil) })
	if len(r.UnknownImports) == 0 {
		return
	}
	rows = nil
	for _, u := range r.UnknownImports {
		rows = append(rows, []htmlCell{codeCell(u.Module + "." + u.Name), figure(memstat.Grouped(u.Calls))})
	}
	d.section("Imports that the host does not have", func() {
		d.table("unknown imports", []htmlCell{word("function"), figure("calls")}, rows, nil)
	})
}
