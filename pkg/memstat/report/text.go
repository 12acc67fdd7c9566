package report

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/census"
	"github.com/wamr-go/wamr-go/pkg/memstat/probe"
	"github.com/wamr-go/wamr-go/pkg/memstat/trend"
)

// WriteText writes the report for people, in lines of at most o.Width columns.
// It escapes strings that the guest may have chosen, so none of them moves a
// cursor or passes for a line of the report.
func WriteText(w io.Writer, r *Report, o Options) error {
	p := newPage(o)
	p.summary(r)
	p.outcome(&r.Outcome)
	if r.Cycles != nil {
		p.endings(r.Cycles)
	}
	if r.Instructions != nil {
		p.text("instructions", plain, memstat.Grouped(*r.Instructions))
	}
	if r.Module != nil {
		p.module(r.Module)
	}
	if len(r.UnknownImports) > 0 {
		p.unknownImports(r.UnknownImports)
	}
	if r.Memory != nil {
		p.memory(r.Memory)
	}
	p.budgets(r.budgets())
	if r.Ledger != nil {
		p.ledger(r.Ledger)
		p.leaks(r.Ledger)
	}
	if r.GuestHeap != nil {
		p.guestHeap(r.GuestHeap, o.LeakKinds)
		p.heapFigures(r.GuestHeap, len(o.LeakKinds) > 0)
	}
	if r.Process != nil {
		p.process(r.Process)
	}
	if r.Cycles != nil {
		p.cycles(r.Cycles)
	}
	if r.Target != nil {
		p.target(r.Target)
	}
	if r.Run != nil {
		p.run(r.Run)
	}
	if r.Tool != nil {
		p.tool(r.Tool)
	}
	if _, err := w.Write(p.out.Bytes()); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

func (p *page) outcome(o *Outcome) {
	p.section("Outcome")
	t, label := bad, "ended by"
	switch o.Kind {
	case "exit":
		t = plain
	case Running:
		t, label = unsure, "state"
	}
	p.field(label, t, p.chop(memstat.Printable(o.Kind), p.valueWidth())...)
	if o.ExitCode != nil {
		p.text("exit code", plain, memstat.Grouped(*o.ExitCode))
	}
	var lines []string
	for line := range strings.Lines(o.Message) {
		line = strings.TrimRight(line, "\r\n")
		body := strings.TrimLeft(line, "\t")
		deep := strings.Repeat("  ", min(len(line)-len(body), 4))
		for _, l := range p.wrap(memstat.Printable(body), p.valueWidth()-len(deep)) {
			lines = append(lines, deep+l)
		}
	}
	for _, f := range o.Stack {
		for _, l := range p.wrap(f.String(), p.valueWidth()-2) {
			lines = append(lines, "  "+l)
		}
	}
	if o.StackTruncated {
		lines = append(lines, "  ... maybe followed by omitted frames")
	}
	if len(lines) > 0 {
		p.field("message", plain, lines...)
	}
	if o.OpenFDs != nil {
		p.text("descriptors", plain, leftOpen(o.OpenFDs))
	}
}

// leftOpen says how many descriptors the guest left open.
func leftOpen(o *OpenFDs) string {
	s := memstat.Grouped(o.Count) + " left open by the guest"
	if o.First != "" {
		s += " (first: " + memstat.Printable(o.First) + ")"
	}
	return s
}

func (p *page) tool(t *Tool) {
	p.section("Tool")
	for _, f := range [...]struct{ label, value string }{
		{"wamr-go", t.Version}, {"wazero", t.Wazero}, {"go", t.Go}, {"platform", t.Platform},
	} {
		if f.value != "" {
			p.exact(f.label, f.value)
		}
	}
	switch {
	case t.EngineReason != "":
		p.text("engine", plain, memstat.Printable(t.Engine+" ("+t.EngineReason+")"))
	case t.Engine != "":
		p.exact("engine", t.Engine)
	}
}

func (p *page) module(m *Module) {
	p.section("Module")
	p.exact("path", m.Path)
	if m.FromComponent {
		p.text("of this file", plain, "the core module within a component")
	}
	p.exact("sha256", m.SHA256)
	rows := []sizeRow{{"wasm", m.WasmBytes}}
	if m.NativeBytes != nil {
		rows = append(rows, sizeRow{"native code", *m.NativeBytes})
	}
	p.sizes(append(rows, sizeRow{"data", m.DataBytes}))
	p.text("functions", plain, memstat.Grouped(m.Functions))
	cached := "no"
	if m.Cached {
		cached = "yes"
	}
	p.text("from cache", plain, cached)
}

// unknownImports lists those that were called; the others are only counted.
func (p *page) unknownImports(list []UnknownImport) {
	p.section("Unknown imports")
	var rows []row
	for _, u := range list {
		if u.Calls > 0 {
			rows = append(rows, row{cells: []cell{text(memstat.Printable(u.Module + "." + u.Name)), text(memstat.Grouped(u.Calls))}})
		}
	}
	if len(rows) > 0 {
		p.table([]string{"called", "calls"}, rows)
	}
	if n := len(list) - len(rows); n > 0 {
		p.note(faint, count(n, "function was", "functions were")+" not called")
	}
}

func (p *page) memory(m *Memory) {
	p.section("Memory")
	rows := []sizeRow{{"initial", m.InitialBytes}, {"peak", m.PeakBytes}}
	if m.TouchedBytes != nil {
		rows = append(rows, sizeRow{"touched", *m.TouchedBytes})
	}
	rows = append(rows, sizeRow{"limit", m.LimitBytes})
	if m.TableBytes != nil {
		rows = append(rows, sizeRow{"tables", *m.TableBytes})
	}
	p.sizes(rows)
	grows := memstat.Grouped(m.Grows)
	if m.DeniedGrows > 0 {
		grows += ", and " + memstat.Grouped(m.DeniedGrows) + " denied"
	}
	p.text("grows", plain, grows)
	if s := m.Stack; s != nil {
		tone := plain
		if s.PeakBytes > s.SizeBytes {
			tone = bad
		}
		p.text("stack", tone, s.String())
	}
}

type sizeRow struct {
	label string
	bytes uint64
}

// sizes writes fields of sizes in two columns, rounded and exact.
func (p *page) sizes(rows []sizeRow) {
	var human, exact int
	for _, r := range rows {
		human = max(human, len(humanBytes(r.bytes)))
		exact = max(exact, len(memstat.Grouped(r.bytes)))
	}
	for _, r := range rows {
		p.field(r.label, plain, padLeft(humanBytes(r.bytes), human)+
			strings.Repeat(" ", gap)+padLeft(memstat.Grouped(r.bytes), exact)+" bytes")
	}
}

func (p *page) ledger(l *Ledger) {
	p.section("Ledger")
	if len(l.Kinds) == 0 {
		p.note(faint, "nothing was acquired")
		return
	}
	heads := []string{"kind", "acquired", "released", "live", "peak", "live bytes", "peak bytes"}
	var rows []row
	var reserved int64 // address space, which is no memory and so has no place among the bytes
	for _, k := range l.Kinds {
		live := plain
		if k.LiveObjects != 0 {
			live = unsure
		}
		liveBytes, peakBytes := humanSigned(k.LiveBytes), humanSigned(k.PeakBytes)
		if k.Kind.IsAddressSpace() {
			reserved += k.PeakBytes
			liveBytes, peakBytes = "-", "-"
		}
		rows = append(rows, row{cells: []cell{
			text(k.Kind.String()), text(memstat.Grouped(k.Acquired)), text(memstat.Grouped(k.Released)),
			{memstat.Grouped(k.LiveObjects), live}, text(memstat.Grouped(k.PeakObjects)),
			text(liveBytes), text(peakBytes),
		}})
	}
	p.table(heads, rows)
	p.note(faint, "peaks are of one instance")
	if reserved > 0 {
		p.note(faint, reservedText(reserved))
	}
	if l.OpenScopes > 0 {
		p.note(unsure, count(l.OpenScopes, "scope is", "scopes are")+" still open")
	}
	if l.DoubleReleases > 0 {
		p.note(bad, count(l.DoubleReleases, "double release", "double releases"))
	}
}

// reservedText tells the address space that is reserved.
func reservedText(bytes int64) string {
	return "address space reserved: " + humanSigned(bytes) + ", which is no memory"
}

func (p *page) leaks(l *Ledger) {
	p.section("Leaks")
	if len(l.Leaks) == 0 {
		p.note(good, "none: each instance gave back all that it acquired")
		return
	}
	var rows []row
	for _, leak := range l.Leaks {
		first := memstat.Grouped(leak.Cycle)
		if leak.Cycle == 0 {
			first = "runtime"
		}
		rows = append(rows, row{
			cells: []cell{
				{leak.Kind.String(), bad}, {memstat.Grouped(leak.Objects), bad},
				text(humanSigned(leak.Bytes)), text(memstat.Grouped(leak.Bytes)), text(first),
			},
			below: frameTexts(leak.Site),
		})
	}
	p.table([]string{"kind", "objects", "size", "bytes", "first cycle"}, rows)
}

func (p *page) process(r *Process) {
	p.section("Process")
	var before probe.Process
	if r.Before != nil {
		before = *r.Before
	}
	var rows []row
	for i, is := range r.Process {
		m, was := probe.Metric(i), before[i]
		if was.IsZero() && is.IsZero() {
			continue
		}
		human := ""
		if v, ok := is.Get(); ok && m.IsSize() {
			human = humanBytes(v)
		}
		cells := []cell{text(m.Label())}
		if r.Before != nil {
			cells = append(cells, text(readingText(was)), cell{"→", faint})
		}
		rows = append(rows, row{cells: append(cells, text(readingText(is)), text(human))})
	}
	heads := []string{"", "after", ""}
	if r.Before != nil {
		heads = []string{"", "before", "", "after", ""}
	}
	p.table(heads, rows)
}

func readingText(r probe.Reading) string {
	v, ok := r.Get()
	if !ok {
		return "-"
	}
	return memstat.Grouped(v)
}

func (p *page) cycles(c *Cycles) {
	unit := c.UnitName()
	p.section(strings.ToUpper(unit[:1]) + unit[1:] + "s")
	done := memstat.Grouped(c.Completed)
	if c.Requested > 0 {
		done += " of " + memstat.Grouped(c.Requested)
	}
	if c.Unit == "" {
		done += ", on " + count(c.Workers, "worker", "workers")
	} else {
		done += ", in one instance"
	}
	p.text("completed", plain, done)
	p.text("rate", plain, digits3(c.PerSecond)+" per second")
	p.text("latency", plain, "p50 "+duration(c.P50NS)+", p90 "+duration(c.P90NS)+", p99 "+duration(c.P99NS)+", max "+duration(c.MaxNS))
	p.text("verdict", verdictTone(c.Verdict), c.Verdict.String()+", "+c.side())
	if c.Reason != "" {
		p.text("", faint, memstat.Printable(c.Reason))
	}
	if c.Hunt != nil {
		p.text("could hide", plain, fmt.Sprintf("a leak of less than %.2g objects per %s", c.Hunt.HiddenBelow, unit))
		if b := c.Hunt.GuestHiddenBelow; b > 0 {
			p.text("", plain, "or of less than "+digits3(b)+" bytes of the guest's memory per "+unit)
		}
	}
	p.census(c.Census, unit)
	p.metrics(c.Metrics, unit)
}

// census writes the identities that grew in every window.
func (p *page) census(found []census.Finding, unit string) {
	if len(found) == 0 {
		return
	}
	var rows []row
	for _, f := range found {
		below := frameTexts(f.Site)
		if len(below) == 0 {
			below = []string{memstat.Printable(f.Identity)}
		}
		rows = append(rows, row{
			cells: []cell{
				{f.Kind.String(), bad}, {growth(f.PerCycle), bad}, text(growth(f.BytesPer)),
				text(memstat.Grouped(f.Counts[len(f.Counts)-1])), text(memstat.Grouped(f.Since)),
			},
			below: below,
		})
	}
	p.out.WriteByte('\n')
	p.table([]string{"grows", "per " + unit, "bytes per " + unit, "at the end", "since"}, rows)
}

func (p *page) metrics(metrics []trend.Metric, unit string) {
	if len(metrics) == 0 {
		return
	}
	var low, high int
	for _, m := range metrics {
		if m.Slope != nil {
			low = max(low, utf8.RuneCountInString(growth(m.CILow)))
			high = max(high, utf8.RuneCountInString(growth(m.CIHigh)))
		}
	}
	var rows []row
	for _, m := range metrics {
		slope, interval := "-", "-"
		if m.Slope != nil {
			slope = growth(m.PerCycle)
			interval = padLeft(growth(m.CILow), low) + " … " + padLeft(growth(m.CIHigh), high)
		}
		rows = append(rows, row{cells: []cell{text(memstat.Printable(m.Name)), text(slope), text(interval)}})
	}
	p.out.WriteByte('\n')
	p.table([]string{"metric", "per " + unit, "99 % interval"}, rows)
	p.note(faint, "metrics inform; counts decide")
}

func verdictTone(v memstat.Verdict) tone {
	switch v {
	case memstat.Clean:
		return good
	case memstat.Leaking:
		return bad
	default:
		return unsure
	}
}

func (p *page) target(t *Target) {
	p.section(fmt.Sprintf("On %s (source: %s)", memstat.Printable(t.Name), memstat.Printable(t.Source)))
	if len(t.Kinds) == 0 {
		p.note(plain, "it gives no size for the kinds that were acquired")
		return
	}
	var rows []row
	for _, k := range t.Kinds {
		lost := plain
		if k.LeakedObjects > 0 {
			lost = bad
		}
		rows = append(rows, row{cells: []cell{
			text(k.Kind.String()), text(memstat.Grouped(k.BytesEach)), {memstat.Grouped(k.LeakedObjects), lost},
			{memstat.Grouped(k.LeakedBytes), lost}, text(memstat.Grouped(k.PeakObjects)), text(memstat.Grouped(k.PeakBytes)),
		}})
	}
	p.table([]string{"kind", "bytes each", "leaked", "leaked bytes", "peak", "peak bytes"}, rows)
	p.note(faint, memstat.Printable(t.Basis))
}

func count[T ~int | ~uint64](n T, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return memstat.Grouped(n) + " " + many
}

// frameTexts returns one line of text for each frame.
func frameTexts(frames []memstat.Frame) []string {
	lines := make([]string, len(frames))
	for i, f := range frames {
		lines[i] = f.String()
	}
	return lines
}
