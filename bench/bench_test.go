package main

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestMedian(t *testing.T) {
	for _, tt := range []struct {
		samples []float64
		want    float64
	}{
		{[]float64{3}, 3},
		{[]float64{9, 1, 2}, 2},
		{[]float64{4, 1, 3, 100}, 3.5},
	} {
		if got := median(tt.samples); got != tt.want {
			t.Errorf("median(%v) = %v, want %v", tt.samples, got, tt.want)
		}
	}
	if got := median(nil); !math.IsNaN(got) {
		t.Errorf("median of nothing = %v", got)
	}
}

func result(figures map[string][]float64, bars ...bar) rowResult {
	r := rowResult{ID: "row", Unit: nanoseconds}
	for _, name := range []string{ours, wazero, wazy, wasmtime, node, native, floor} {
		r.add(contestant{name: name}, figures[name])
	}
	r.judge(bars)
	return r
}

func TestJudge(t *testing.T) {
	r := result(map[string][]float64{
		ours: {10, 30, 20}, wazero: {40, 20, 30}, node: {10, 20, 10},
	}, bar{wazero, 0.67}, bar{wazero, 0.66}, bar{wasmtime, 1}, bar{bestPeer, 0}, bar{native, 0})

	if x := r.Ratios[0]; x.Ratio != 20.0/30 || x.Min != 0.25 || x.Max != 1.5 || x.Met == nil || !*x.Met {
		t.Errorf("met bar: %+v", x)
	}
	if x := r.Ratios[1]; x.Met == nil || *x.Met {
		t.Errorf("missed bar: %+v", x)
	}
	if x := r.Ratios[2]; x.Met != nil || x.Ratio != 0 {
		t.Errorf("a bar against an absent peer was judged: %+v", x)
	}
	if x := r.Ratios[3]; x.Peer != node || !x.Best || x.Ratio != 2 || x.Met != nil {
		t.Errorf("best peer: %+v", x)
	}
	res := results{Rows: []rowResult{r}}
	if res.barred() != 2 || res.missed() != 1 {
		t.Errorf("%d bars, %d missed", res.barred(), res.missed())
	}
}

// Processor times are compared by their minima.
func TestJudgeProcessorTime(t *testing.T) {
	r := rowResult{Unit: processor}
	r.add(contestant{name: ours}, []float64{30, 12, 90})
	r.add(contestant{name: wazero}, []float64{10, 40, 50})
	r.add(contestant{name: wazy}, []float64{20, 20, 20})
	r.judge([]bar{{wazero, 1.2}, {bestPeer, 0}})
	if x := r.Ratios[0]; x.Ratio != 1.2 || x.Met == nil || !*x.Met {
		t.Errorf("ratio %+v", x)
	}
	if x := r.Ratios[1]; x.Peer != wazero {
		t.Errorf("best peer: %+v", x)
	}
	if got := r.text(ours); got != "12.0 ns" {
		t.Errorf("text %q", got)
	}
}

// A guest counts only if it is stopped for nothing and computes the same.
func TestChecksComputeTheSame(t *testing.T) {
	b := &bench{root: "..", options: options{quick: true}}
	k := computations[len(computations)-1]
	p := program{name: k.name, sums: make(map[string]string)}
	for _, w := range append(append([]way{{unchecked, newOurs}}, stoppable...), fuelled...) {
		c := p.measured(t.Context(), b, "id", w, k)
		if c.absent != "" {
			t.Logf("%s: %s", w.name, c.absent)
			continue
		}
		if v, err := c.sample(t.Context()); err != nil || v["id"] <= 0 {
			t.Errorf("%s: %v, %v", w.name, v, err)
		}
		if c.close != nil {
			c.close()
		}
	}
	if len(p.sums) != 1 {
		t.Errorf("sums %v", p.sums)
	}
}

func TestCommandLine(t *testing.T) {
	l := commandLine{tool: tool{path: "wazero"}, flags: []string{"-cachedir=CACHE", "-timeout=1h"}}
	if got := strings.Join(l.with("/c", "m.wasm"), " "); got != "wazero run -cachedir=/c -timeout=1h m.wasm" {
		t.Error(got)
	}
}

func TestContestTakesTurns(t *testing.T) {
	var order []string
	taking := func(name string, err error) contestant {
		return contestant{name: name, sample: func(context.Context) (values, error) {
			order = append(order, name)
			return values{"row": 1}, err
		}}
	}
	c := contest{rows: []row{{id: "row"}}}
	c.prepare = func(context.Context, *bench) []contestant {
		return []contestant{taking(ours, nil), taking(wazero, nil), taking(node, errors.New("broken\ndetails"))}
	}
	rows, err := c.run(t.Context(), &bench{options: options{rounds: 3}})
	if err != nil {
		t.Fatal(err)
	}
	want := "wamr-go wazero node wazero wamr-go wamr-go wazero"
	if got := strings.Join(order, " "); got != want {
		t.Errorf("order %s, want %s", got, want)
	}
	if f := rows[0].figure(node); f.Absent != "failed: broken" || f.Samples != nil {
		t.Errorf("a peer that failed: %+v", f)
	}

	c.prepare = func(context.Context, *bench) []contestant {
		return []contestant{taking(ours, errors.New("broken"))}
	}
	if _, err := c.run(t.Context(), &bench{options: options{rounds: 1}}); err == nil {
		t.Error("our own failure was passed over")
	}
}

func TestFigures(t *testing.T) {
	p := program{name: "p", prefix: "p_", sums: make(map[string]string)}
	v, err := p.figures([]byte("a 1.5 feed\nb 2\n"))
	if err != nil || v["p_a"] != 1.5 || v["p_b"] != 2 || v["p_total"] != 3.5 {
		t.Errorf("figures: %v, %v", v, err)
	}
	for name, out := range map[string]string{
		"nothing":            "",
		"another checksum":   "a 1 dead\n",
		"not a number":       "b x\n",
		"a line of one word": "b\n",
	} {
		if v, err := p.figures([]byte(out)); err == nil {
			t.Errorf("%s: %v and no error", name, v)
		}
	}
}

// The image's guest traps unless it finds its data, so that an engine which
// cuts corners could not win.
func TestImageModule(t *testing.T) {
	for name, prepare := range map[string]newEmbedded{ours: newOurs, wazero: newWazero, wazy: newWazy, wasmtime: newWasmtime} {
		t.Run(name, func(t *testing.T) {
			if name == wasmtime && wasmtimeVersion == "absent" {
				t.Skip("built without cgo")
			}
			e, err := prepare.checked(t.Context(), work{name: "image", wasm: imageModule(), start: true})
			if err != nil {
				t.Fatal(err)
			}
			defer e.close()
			if _, err := e.perCycle(t.Context(), time.Millisecond); err != nil {
				t.Error(err)
			}
			broken := imageModule()
			broken[len(broken)-imageBytes+imageTouch]++
			if e, err := prepare.checked(t.Context(), work{name: "image", wasm: broken, start: true}); err == nil {
				e.close()
				t.Error("other data went unnoticed")
			}
		})
	}
}

func TestEmptyHost(t *testing.T) {
	wasm, err := os.ReadFile("../testdata/c/wasibench.wasm")
	if err != nil {
		t.Fatal(err)
	}
	e, err := newEmptyHost(t.Context(), work{name: "wasibench", wasm: wasm, start: true, dir: t.TempDir(), args: []string{guestDir, "1", "empty"}})
	if err != nil {
		t.Fatal(err)
	}
	defer e.close()
	out, err := e.output(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if v, err := (program{}).figures(out); err != nil || len(v) != 2 || v["empty"] <= 0 { // with the total
		t.Errorf("%v, %v", v, err)
	}
}

func TestFormat(t *testing.T) {
	for _, tt := range []struct {
		unit unit
		v    float64
		want string
	}{
		{nanoseconds, 0.5, "0.50 ns"},
		{nanoseconds, 45.44, "45.4 ns"},
		{nanoseconds, 1234, "1.23 µs"},
		{nanoseconds, 158.6e6, "159 ms"},
		{nanoseconds, 2e9, "2.00 s"},
		{bytes, 7.5 * (1 << 20), "7.50 MiB"},
	} {
		if got := tt.unit.format(tt.v); got != tt.want {
			t.Errorf("%v %s = %q, want %q", tt.v, tt.unit, got, tt.want)
		}
	}
}

func TestMarkdown(t *testing.T) {
	r := results{Date: "2026-01-02T03:04:05Z", Rounds: 5, Rows: []rowResult{
		result(map[string][]float64{ours: {30}, node: {10}, floor: {20}}, bar{bestPeer, 1.05}),
	}}
	path := filepath.Join(t.TempDir(), "page.md")
	if err := r.writeMarkdown(path); err != nil {
		t.Fatal(err)
	}
	if miss := r.misses(); len(miss) != 1 || !strings.Contains(miss[0], "An empty host call alone takes 20.0 ns") {
		t.Errorf("misses: %q", miss)
	}
}
