package report

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/wamr-go/wamr-go/pkg/memstat"
	"github.com/wamr-go/wamr-go/pkg/memstat/probe"
)

// PrometheusType is the media type of the text that [WritePrometheus] writes.
const PrometheusType = "text/plain; version=0.0.4; charset=utf-8"

// WritePrometheus writes the report as metrics in Prometheus' text format, for a
// scrape of a run that is not over, or for the textfile collector of
// node_exporter. Names follow the conventions of Prometheus: base units, _total
// for counters. A figure that was not measured has no sample. Values of labels
// are escaped like other text. No option applies.
func WritePrometheus(w io.Writer, r *Report, _ Options) error {
	var m metrics
	m.run(r)
	if r.Cycles != nil {
		m.cycles(r.Cycles)
	}
	if r.Ledger != nil {
		m.ledger(r.Ledger)
	}
	if r.Memory != nil {
		m.memory(r.Memory)
	}
	if budgets := r.budgets(); len(budgets) > 0 {
		m.begin("budget_exceeded", typeGauge, "Whether a figure is above its budget.")
		for _, b := range budgets {
			m.sample("", truth(b.Exceeded), "figure", b.Name)
		}
	}
	if r.Process != nil {
		m.process(&r.Process.Process)
	}
	if _, err := w.Write(m.text.Bytes()); err != nil {
		return fmt.Errorf("write metrics: %w", err)
	}
	return nil
}

// metrics is text in Prometheus' format: families of samples, whose names begin
// with wamr_go_.
type metrics struct {
	text   bytes.Buffer
	family string // whose samples come next
}

const (
	typeCounter   = "counter"
	typeGauge     = "gauge"
	typeHistogram = "histogram"
)

// begin begins a family.
func (m *metrics) begin(name, kind, help string) {
	m.family = "wamr_go_" + name
	fmt.Fprintf(&m.text, "# HELP %s %s\n# TYPE %[1]s %[3]s\n", m.family, help, kind)
}

// sample adds a sample to the family. labels are names and values in turn.
func (m *metrics) sample(suffix, value string, labels ...string) {
	m.text.WriteString(m.family + suffix)
	for i := 0; i < len(labels); i += 2 {
		before := ","
		if i == 0 {
			before = "{"
		}
		m.text.WriteString(before + labels[i] + `="` + labelEscapes.Replace(memstat.Printable(labels[i+1])) + `"`)
	}
	if len(labels) > 0 {
		m.text.WriteByte('}')
	}
	m.text.WriteString(" " + value + "\n")
}

var labelEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

// gauge adds a family of one sample.
func (m *metrics) gauge(name, help, value string, labels ...string) {
	m.begin(name, typeGauge, help)
	m.sample("", value, labels...)
}

func unsigned(n uint64) string { return strconv.FormatUint(n, 10) }

func signed(n int64) string { return strconv.FormatInt(n, 10) }

// seconds formats nanoseconds.
func seconds(ns float64) string { return strconv.FormatFloat(ns/1e9, 'g', -1, 64) }

func truth(b bool) string {
	if b {
		return "1"
	}
	return "0"
}

func (m *metrics) run(r *Report) {
	if t := r.Tool; t != nil {
		m.gauge("build_info", "What runs the module; always 1.", "1",
			"version", t.Version, "wazero", t.Wazero, "go", t.Go, "platform", t.Platform, "engine", t.Engine)
	}
	if f := r.Module; f != nil {
		m.gauge("module_info", "The module that is run; always 1.", "1", "path", f.Path, "sha256", f.SHA256)
	}
	m.gauge("running", "Whether the run is not over.", truth(r.Outcome.Kind == Running))
	if r.Run != nil && !r.Run.Started.IsZero() {
		m.gauge("start_time_seconds", "When the run began, as Unix time.", seconds(float64(r.Run.Started.UnixNano())))
	}
	if r.Tool != nil && r.Tool.ExitCode != nil {
		m.gauge("exit_code", "Exit code of the program; absent while the run lasts.", strconv.Itoa(*r.Tool.ExitCode))
	}
	if r.Ledger != nil || r.Cycles != nil {
		m.verdict(r)
	}
}

// verdict adds a sample for each verdict, of which one is 1. Without a hunt for
// leaks, balanced books are all that a clean run has.
func (m *metrics) verdict(r *Report) {
	is := memstat.Clean
	switch {
	case r.Leaked():
		is = memstat.Leaking
	case r.Outcome.Kind == Running:
		is = memstat.Inconclusive
	case r.Cycles != nil:
		is = r.Cycles.Verdict
	}
	m.begin("verdict", typeGauge, "1 for the verdict so far: inconclusive until the end of a run that does not leak.")
	for _, v := range [...]memstat.Verdict{memstat.Clean, memstat.Leaking, memstat.Inconclusive} {
		m.sample("", truth(v == is), "verdict", v.String())
	}
}

func (m *metrics) cycles(c *Cycles) {
	m.begin("cycles_total", typeCounter, "Cycles that are over, by how they ended.")
	for _, outcome := range slices.Sorted(maps.Keys(c.Outcomes)) {
		m.sample("", unsigned(c.Outcomes[outcome]), "outcome", outcome)
	}
	m.begin("nonzero_exits_total", typeCounter, "Cycles that exited with another code than 0.")
	m.sample("", unsigned(c.NonzeroExits))
	if c.Requested > 0 {
		m.gauge("cycles_requested", "Cycles after which the run is over.", unsigned(c.Requested))
	}
	m.gauge("workers", "Cycles that are run at once.", strconv.Itoa(c.Workers))
	if l := c.Latency; l != nil {
		m.begin("cycle_duration_seconds", typeHistogram, "Time that cycles took, without those of the hunt for leaks.")
		for _, b := range l.Buckets {
			m.sample("_bucket", unsigned(b.Count), "le", seconds(float64(b.MostNS)))
		}
		m.sample("_bucket", unsigned(l.Count), "le", "+Inf")
		m.sample("_sum", seconds(float64(l.SumNS)))
		m.sample("_count", unsigned(l.Count))
	}
	m.gauge("cycle_duration_max_seconds", "Time that the longest cycle took.", seconds(float64(c.MaxNS)))
}

// ledgerMetrics has the families that have a sample for each kind of the ledger.
var ledgerMetrics = [...]struct {
	name, kind, help string
	value            func(memstat.KindStat) string
}{
	{"live_objects", typeGauge, "Objects that are held for no open instance: leaks, and what the runtime keeps.", func(k memstat.KindStat) string { return signed(k.LiveObjects) }},
	{"live_bytes", typeGauge, "Their size.", func(k memstat.KindStat) string { return signed(k.LiveBytes) }},
	{"peak_objects", typeGauge, "Most objects that one instance held at once.", func(k memstat.KindStat) string { return signed(k.PeakObjects) }},
	{"peak_bytes", typeGauge, "Most bytes that one instance held at once.", func(k memstat.KindStat) string { return signed(k.PeakBytes) }},
	{"acquired_total", typeCounter, "Objects that were acquired.", func(k memstat.KindStat) string { return unsigned(k.Acquired) }},
	{"released_total", typeCounter, "Objects that were given back.", func(k memstat.KindStat) string { return unsigned(k.Released) }},
}

func (m *metrics) ledger(l *Ledger) {
	for _, f := range ledgerMetrics {
		if len(l.Kinds) == 0 {
			break
		}
		m.begin(f.name, f.kind, f.help)
		for _, k := range l.Kinds {
			m.sample("", f.value(k), "kind", k.Kind.String())
		}
	}
	m.leaks(l)
	m.begin("double_releases_total", typeCounter, "Releases of objects that were not held.")
	m.sample("", unsigned(l.DoubleReleases))
	m.gauge("open_instances", "Instances that are not destroyed, and the runtime itself.", strconv.Itoa(l.OpenScopes))
}

// leaks adds a sample for each kind that was acquired: 0 if none of it leaked.
func (m *metrics) leaks(l *Ledger) {
	if len(l.Kinds) == 0 {
		return
	}
	m.begin("leaked_objects_total", typeCounter, "Objects that closed instances did not give back.")
	for _, k := range l.Kinds {
		n := int64(0)
		for _, leak := range l.Leaks {
			if leak.Kind == k.Kind {
				n += leak.Objects
			}
		}
		m.sample("", signed(n), "kind", k.Kind.String())
	}
}

func (m *metrics) memory(s *Memory) {
	m.gauge("memory_initial_bytes", "Size of an instance's linear memory at first.", unsigned(s.InitialBytes))
	m.gauge("memory_peak_bytes", "Largest size of the linear memory of any instance.", unsigned(s.PeakBytes))
	m.gauge("memory_limit_bytes", "Size up to which linear memory may grow.", unsigned(s.LimitBytes))
	if s.TouchedBytes != nil {
		m.gauge("memory_touched_bytes", "Most pages of an instance's linear memory in use.", unsigned(*s.TouchedBytes))
	}
	if s.TableBytes != nil {
		m.gauge("table_bytes", "Largest size of an instance's tables.", unsigned(*s.TableBytes))
	}
}

func (m *metrics) process(p *probe.Process) {
	for i := range p {
		metric := probe.Metric(i)
		if value, ok := p.Get(metric); ok {
			m.gauge("process_"+metric.String(), "The process of the host: "+metric.Label()+".", unsigned(value))
		}
	}
}
