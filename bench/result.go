package main

import (
	"encoding/json"
	"math"
	"os"
	"slices"
)

const schema = "wamr-go/bench/v1"

// results is the content of results.json. Fields are added, never renamed.
type results struct {
	Schema   string            `json:"schema"`
	Date     string            `json:"date"`
	Machine  machine           `json:"machine"`
	Versions map[string]string `json:"versions"`
	Rounds   int               `json:"rounds"`
	Quick    bool              `json:"quick"` // too short to publish
	Given    bool              `json:"given"` // wamr-go was not built by the harness
	Rows     []rowResult       `json:"rows"`
}

// A unit is the unit of a row's figures.
type unit string

const (
	nanoseconds unit = "ns"
	bytes       unit = "bytes"

	// processor is nanoseconds of processor time. Nothing makes it smaller, and
	// other programs make it larger through the caches: so its minima are
	// compared, and the medians of other units.
	processor unit = "cpu_ns"
)

type rowResult struct {
	ID      string   `json:"id"`
	Work    string   `json:"work"`
	Unit    unit     `json:"unit"`
	Figures []figure `json:"figures"`
	Ratios  []ratio  `json:"ratios"`
}

// A figure is the result of a contestant: a sample for each round. If it is
// absent, it has a reason and nothing else.
type figure struct {
	Name    string    `json:"name"`
	Absent  string    `json:"absent,omitempty"`
	Median  float64   `json:"median,omitempty"`
	Min     float64   `json:"min,omitempty"`
	Max     float64   `json:"max,omitempty"`
	Samples []float64 `json:"samples,omitempty"` // by round
}

// typical is the figure that ratios compare.
func (u unit) typical(f *figure) float64 {
	if u == processor {
		return f.Min
	}
	return f.Median
}

// A ratio is our figure divided by a peer's. Min and max are the least and the
// most that single rounds gave: how far to trust it.
type ratio struct {
	Peer  string  `json:"peer"`
	Best  bool    `json:"best_peer,omitempty"` // the peer is the fastest engine
	Ratio float64 `json:"ratio,omitempty"`
	Min   float64 `json:"min,omitempty"`
	Max   float64 `json:"max,omitempty"`
	Bar   float64 `json:"bar,omitempty"` // 0: none is set
	Met   *bool   `json:"met,omitempty"` // nil: no bar, or the peer is absent
}

func (r *rowResult) add(c contestant, samples []float64) {
	f := figure{Name: c.name, Absent: c.absent}
	if f.Absent == "" && len(samples) == 0 {
		f.Absent = "has no such figure"
	}
	if f.Absent == "" {
		f.Samples = samples
		f.Median, f.Min, f.Max = median(samples), slices.Min(samples), slices.Max(samples)
	}
	r.Figures = append(r.Figures, f)
}

func (r *rowResult) figure(name string) *figure {
	for i := range r.Figures {
		if r.Figures[i].Name == name {
			return &r.Figures[i]
		}
	}
	return nil
}

// best is the fastest engine that took part.
func (r *rowResult) best() string {
	name, least := bestPeer, math.Inf(1)
	for _, peer := range engines {
		if f := r.figure(peer); f != nil && f.Absent == "" && r.Unit.typical(f) < least {
			name, least = peer, r.Unit.typical(f)
		}
	}
	return name
}

// judge fills the ratios in.
func (r *rowResult) judge(bars []bar) {
	for _, b := range bars {
		x := ratio{Peer: b.peer, Bar: b.limit}
		if b.peer == bestPeer {
			x.Peer, x.Best = r.best(), true
		}
		us, peer := r.figure(ours), r.figure(x.Peer)
		if us != nil && us.Absent == "" && peer != nil && peer.Absent == "" {
			x.compare(r.Unit, us, peer)
		}
		r.Ratios = append(r.Ratios, x)
	}
}

func (x *ratio) compare(u unit, us, peer *figure) {
	x.Ratio = u.typical(us) / u.typical(peer)
	x.Min, x.Max = math.Inf(1), 0
	for i := range min(len(us.Samples), len(peer.Samples)) {
		one := us.Samples[i] / peer.Samples[i]
		x.Min, x.Max = min(x.Min, one), max(x.Max, one)
	}
	if x.Bar > 0 {
		met := x.Ratio <= x.Bar
		x.Met = &met
	}
}

// missed counts the bars that were not met.
func (r *results) missed() int {
	n := 0
	for _, row := range r.Rows {
		for _, x := range row.Ratios {
			if x.Met != nil && !*x.Met {
				n++
			}
		}
	}
	return n
}

// barred counts the bars that could be judged.
func (r *results) barred() int {
	n := 0
	for _, row := range r.Rows {
		for _, x := range row.Ratios {
			if x.Met != nil {
				n++
			}
		}
	}
	return n
}

func (r *results) write(path string) error {
	b, err := json.MarshalIndent(r, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(b, '\n'), 0o644)
}
