package main

import (
	"bytes"
	"errors"
	"net"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/wamr-go/wamr-go/cmd/wamr-go/internal/scrape"
	"github.com/wamr-go/wamr-go/pkg/engine"
	"github.com/wamr-go/wamr-go/pkg/memstat/report"
)

// defaultReportEvery is the time after which reports of a run that is not over are
// written anew.
const defaultReportEvery = time.Minute

// watch tells of a run of cycles while it lasts: in the files of its reports, and
// to those who scrape --metrics.
type watch struct {
	live   engine.Live
	run    engine.Run // without module and cycles
	module atomic.Pointer[engine.Module]
	server *scrape.Server // nil without --metrics

	ui      *ui
	options *options
	reports plannedReports // those that can be replaced as a whole
	every   time.Duration
	next    time.Time
	warned  bool
}

// newWatch begins to watch, and serves the metrics if they are asked for. The
// caller closes it.
func newWatch(u *ui, o *options, run engine.Run, reports plannedReports) (*watch, error) {
	w := &watch{run: run, ui: u, options: o, every: o.reportEvery}
	if w.every == 0 {
		w.every = defaultReportEvery
	}
	w.next = time.Now().Add(w.every)
	if o.cycling() {
		for _, p := range reports {
			if p.place != nil && p.place.replaceable() {
				w.reports = append(w.reports, p)
			}
		}
	}
	if o.metrics == "" {
		return w, nil
	}
	var err error
	if w.server, err = scrape.Listen(o.metrics, scrape.Page{Type: report.PrometheusType, Text: w.metrics}); err != nil {
		var op *net.OpError
		if errors.As(err, &op) {
			err = op.Err // the message below has the rest
		}
		return nil, cannotRunf("--metrics %s: %v", o.metrics, systemReason(err))
	}
	u.infof("metrics: %s", w.server.URL())
	return w, nil
}

// close ends the server. A second close does nothing.
func (w *watch) close() error {
	if w.server == nil {
		return nil
	}
	return w.server.Close()
}

// report returns a report of the run so far. It can be called from several
// goroutines.
func (w *watch) report() *report.Report {
	run := w.run
	cycles, running := w.live.Result()
	if !running {
		cycles = engine.CycleResult{Running: true}
	}
	run.Module, run.Cycles = w.module.Load(), &cycles
	r, _ := engine.NewReport(run) // the only error is that of an unknown target, which the flag refuses
	return r
}

func (w *watch) metrics() []byte {
	var b bytes.Buffer
	w.live.Look(func() {
		_ = report.WritePrometheus(&b, w.report(), report.Options{}) // a buffer takes everything
	})
	return b.Bytes()
}

// tick writes the reports anew if it is time to. It is called from one goroutine,
// while cycles run.
func (w *watch) tick(now time.Time) {
	if len(w.reports) == 0 || now.Before(w.next) {
		return
	}
	w.next = now.Add(w.every)
	w.live.Look(w.replace)
}

// replace writes the reports.
func (w *watch) replace() {
	r := w.report()
	for _, p := range w.reports {
		text, err := p.render(w.ui, w.options, r)
		if err == nil {
			err = p.place.write(text)
		}
		if err != nil && !w.warned {
			w.warned = true // the last report is yet to come, and is an error if it is lost
			w.ui.warnf("the report so far could not be written to %s: %v", p.file, systemReason(err))
		}
	}
}

// metricsFlag is the address of --metrics. One without a host is on this machine
// only.
type metricsFlag struct{ to *string }

func (f metricsFlag) String() string { return *f.to }
func (metricsFlag) Type() string     { return "ADDR" }

func (f metricsFlag) Set(text string) error {
	if text == "" {
		return usagef("it is empty")
	}
	host, port, err := net.SplitHostPort(text)
	if err != nil {
		e := usagef("it is not HOST:PORT")
		if _, err := strconv.ParseUint(text, 10, 16); err == nil {
			return e.withHint("write --metrics :%s", text)
		}
		return e.withHint("write --metrics :9090, or --metrics 0.0.0.0:9090 for other machines to see it")
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return usagef("its port is not a number from 0 to 65535")
	}
	if host == "" {
		host = "127.0.0.1"
	}
	*f.to = net.JoinHostPort(host, port)
	return nil
}
